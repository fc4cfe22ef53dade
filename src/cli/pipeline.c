/* pipeline.c - a thread that fills slices, beside the one that uses them. */
#include "cli/pipeline.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "cli/slice.h"

struct pipeline {
	struct slice *const *slices;
	const struct slice_source *source;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	uint64_t filled;	/* slices so far, by the thread */
	uint64_t given;		/* slices given back, by the caller */
	bool is_ending;
};

static void *fill_slices(void *arg);
static bool wait_for_room(struct pipeline *pipeline);

enum error
pipeline_begin(struct slice *const *slices, const struct slice_source *source,
    struct pipeline **pipeline_out)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));

	*pipeline_out = NULL;
	if (pipeline == NULL)
		return ERR_NO_MEMORY;
	pipeline->slices = slices;
	pipeline->source = source;
	pthread_mutex_init(&pipeline->mutex, NULL);
	pthread_cond_init(&pipeline->changed, NULL);
	if (pthread_create(&pipeline->thread, NULL, fill_slices,
	    pipeline) != 0) {
		free(pipeline);
		return ERR_NO_MEMORY;
	}
	*pipeline_out = pipeline;
	return ERR_NONE;
}

struct slice *
pipeline_take(struct pipeline *pipeline)
{
	pthread_mutex_lock(&pipeline->mutex);
	while (pipeline->filled == pipeline->given)
		pthread_cond_wait(&pipeline->changed, &pipeline->mutex);
	pthread_mutex_unlock(&pipeline->mutex);
	return pipeline->slices[pipeline->given % PIPELINE_SLICES];
}

void
pipeline_give(struct pipeline *pipeline)
{
	pthread_mutex_lock(&pipeline->mutex);
	pipeline->given++;
	pthread_cond_signal(&pipeline->changed);
	pthread_mutex_unlock(&pipeline->mutex);
}

void
pipeline_end(struct pipeline *pipeline)
{
	if (pipeline == NULL)
		return;
	pthread_mutex_lock(&pipeline->mutex);
	pipeline->is_ending = true;
	pthread_cond_signal(&pipeline->changed);
	pthread_mutex_unlock(&pipeline->mutex);
	pthread_join(pipeline->thread, NULL);
	pthread_cond_destroy(&pipeline->changed);
	pthread_mutex_destroy(&pipeline->mutex);
	free(pipeline);
}

static void *
fill_slices(void *arg)
{
	struct pipeline *pipeline = arg;
	bool is_last = false;

	while (!is_last && wait_for_room(pipeline)) {
		struct slice *slice =
		    pipeline->slices[pipeline->filled % PIPELINE_SLICES];

		slice_fill(slice, pipeline->source);
		is_last = slice->is_last;
		pthread_mutex_lock(&pipeline->mutex);
		pipeline->filled++;
		pthread_cond_signal(&pipeline->changed);
		pthread_mutex_unlock(&pipeline->mutex);
	}
	return NULL;
}

static bool
wait_for_room(struct pipeline *pipeline)
{
	bool is_ending;

	pthread_mutex_lock(&pipeline->mutex);
	while (pipeline->filled - pipeline->given == PIPELINE_SLICES &&
	    !pipeline->is_ending)
		pthread_cond_wait(&pipeline->changed, &pipeline->mutex);
	is_ending = pipeline->is_ending;
	pthread_mutex_unlock(&pipeline->mutex);
	return !is_ending;
}
