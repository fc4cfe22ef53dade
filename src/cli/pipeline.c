/* pipeline.c - threads that read and parse, beside the one that commits. */
#include "cli/pipeline.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/slice.h"

struct pipeline {
	struct slice *const *slices;
	const struct slice_source *source;
	pthread_t threads[PIPELINE_THREADS_MAX];
	size_t thread_count;

	/* Held by the thread that reads, also while it waits for input. */
	pthread_mutex_t reading;
	uint64_t read_count;	/* slices so far */
	bool is_at_end;

	pthread_mutex_t mutex;	/* of what follows */
	pthread_cond_t changed;
	bool is_parsed[PIPELINE_SLICES];
	uint64_t given_count;	/* slices that the caller gave back */
	bool is_ending;
};

static size_t wanted_threads(void);
static void *work(void *arg);
static struct slice *read_next(struct pipeline *pipeline, size_t *place_out);
static bool wait_for_room(struct pipeline *pipeline);
static size_t place_of(uint64_t number);

enum error
pipeline_begin(struct slice *const *slices, const struct slice_source *source,
    struct pipeline **pipeline_out)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
	size_t wanted = wanted_threads();

	*pipeline_out = NULL;
	if (pipeline == NULL)
		return ERR_NO_MEMORY;
	pipeline->slices = slices;
	pipeline->source = source;
	pthread_mutex_init(&pipeline->reading, NULL);
	pthread_mutex_init(&pipeline->mutex, NULL);
	pthread_cond_init(&pipeline->changed, NULL);
	while (pipeline->thread_count < wanted &&
	    pthread_create(&pipeline->threads[pipeline->thread_count], NULL,
	    work, pipeline) == 0)
		pipeline->thread_count++;
	if (pipeline->thread_count == 0) {
		pipeline_end(pipeline);
		return ERR_NO_MEMORY;
	}
	*pipeline_out = pipeline;
	return ERR_NONE;
}

static size_t
wanted_threads(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (cores < 1)
		return 1;
	return cores < PIPELINE_THREADS_MAX ? (size_t)cores :
	    PIPELINE_THREADS_MAX;
}

size_t
pipeline_take(struct pipeline *pipeline,
    struct slice *taken[PIPELINE_TAKEN_MAX])
{
	size_t count = 0;

	pthread_mutex_lock(&pipeline->mutex);
	while (!pipeline->is_parsed[place_of(pipeline->given_count)])
		pthread_cond_wait(&pipeline->changed, &pipeline->mutex);
	while (count < PIPELINE_TAKEN_MAX) {
		size_t place = place_of(pipeline->given_count + count);

		if (!pipeline->is_parsed[place])
			break;
		taken[count++] = pipeline->slices[place];
	}
	pthread_mutex_unlock(&pipeline->mutex);
	return count;
}

void
pipeline_give(struct pipeline *pipeline, size_t count)
{
	pthread_mutex_lock(&pipeline->mutex);
	while (count-- > 0)
		pipeline->is_parsed[place_of(pipeline->given_count++)] = false;
	pthread_cond_broadcast(&pipeline->changed);
	pthread_mutex_unlock(&pipeline->mutex);
}

void
pipeline_end(struct pipeline *pipeline)
{
	if (pipeline == NULL)
		return;
	pthread_mutex_lock(&pipeline->mutex);
	pipeline->is_ending = true;
	pthread_cond_broadcast(&pipeline->changed);
	pthread_mutex_unlock(&pipeline->mutex);
	for (size_t i = 0; i < pipeline->thread_count; i++)
		pthread_join(pipeline->threads[i], NULL);
	pthread_cond_destroy(&pipeline->changed);
	pthread_mutex_destroy(&pipeline->mutex);
	pthread_mutex_destroy(&pipeline->reading);
	free(pipeline);
}

static void *
work(void *arg)
{
	struct pipeline *pipeline = arg;
	struct slice *slice;
	size_t place;

	while ((slice = read_next(pipeline, &place)) != NULL) {
		slice_parse(slice, pipeline->source);
		pthread_mutex_lock(&pipeline->mutex);
		pipeline->is_parsed[place] = true;
		pthread_cond_broadcast(&pipeline->changed);
		pthread_mutex_unlock(&pipeline->mutex);
	}
	return NULL;
}

/* One thread at a time, so that slices lie in the order of the input. */
static struct slice *
read_next(struct pipeline *pipeline, size_t *place_out)
{
	struct slice *slice = NULL;

	pthread_mutex_lock(&pipeline->reading);
	if (!pipeline->is_at_end && wait_for_room(pipeline)) {
		*place_out = place_of(pipeline->read_count++);
		slice = pipeline->slices[*place_out];
		slice_read(slice, pipeline->source);
		pipeline->is_at_end = slice->is_last;
	}
	pthread_mutex_unlock(&pipeline->reading);
	return slice;
}

static bool
wait_for_room(struct pipeline *pipeline)
{
	bool is_ending;

	pthread_mutex_lock(&pipeline->mutex);
	while (pipeline->read_count - pipeline->given_count ==
	    PIPELINE_SLICES && !pipeline->is_ending)
		pthread_cond_wait(&pipeline->changed, &pipeline->mutex);
	is_ending = pipeline->is_ending;
	pthread_mutex_unlock(&pipeline->mutex);
	return !is_ending;
}

/* Where the slice of this number lies. */
static size_t
place_of(uint64_t number)
{
	return number % PIPELINE_SLICES;
}
