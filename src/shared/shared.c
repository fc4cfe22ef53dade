/* shared.c - one mapping of counters for all processes of a store. */
#include "shared/shared.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "shared/counters_file.h"
#include "shared/cut_guard.h"
#include "shared/mapping.h"

/* Files that took each other's place during the life of one process. */
enum { FILES_MAX = 32 };

struct shared {
	/*
	 * Stored with release once the mapping is whole, loaded with acquire
	 * by each operation.  What it pointed to before stays mapped until
	 * shared_free, since nobody knows who still works there.
	 */
	struct mapping *_Atomic current;
	atomic_bool is_file;

	pthread_mutex_t renewing;	/* of this process; for what follows */
	char *directory;		/* owned */
	char *path;			/* owned */
	struct counters_identity identity;	/* when is_file */
	struct mapping *memory;		/* owned; NULL until it is needed */
	struct mapping *files[FILES_MAX];	/* owned; the last is newest */
	size_t file_count;
	struct detail failure;		/* what was logged; "": nothing */
};

static enum error choose(struct shared *shared, bool is_start);
static bool follow_file(struct shared *shared, bool is_start);
static void point_at_file(struct shared *shared, struct mapping *mapping);
static enum error point_at_memory(struct shared *shared);
static void complain(struct shared *shared, const struct detail *cause);

enum error
shared_new(const char *directory, struct shared **shared_out)
{
	struct shared *shared = calloc(1, sizeof(*shared));
	enum error err = ERR_NO_MEMORY;

	*shared_out = NULL;
	if (shared == NULL)
		return ERR_NO_MEMORY;
	pthread_mutex_init(&shared->renewing, NULL);
	shared->directory = strdup(directory);
	if (shared->directory == NULL ||
	    asprintf(&shared->path, "%s/" COUNTERS_FILE, directory) < 0) {
		shared->path = NULL;
		goto out;
	}
	err = choose(shared, true);
	if (err != ERR_NONE)
		goto out;

	*shared_out = shared;
	shared = NULL;
out:
	shared_free(shared);
	return err;
}

void
shared_free(struct shared *shared)
{
	if (shared == NULL)
		return;
	counters_unmap(shared->memory);
	for (size_t i = 0; i < shared->file_count; i++)
		counters_unmap(shared->files[i]);
	pthread_mutex_destroy(&shared->renewing);
	free(shared->directory);
	free(shared->path);
	free(shared);
}

void
shared_renew(struct shared *shared)
{
	/* Another thread is at it. */
	if (pthread_mutex_trylock(&shared->renewing) != 0)
		return;
	if (!shared_is_file(shared) ||
	    !counters_file_is(shared->directory, &shared->identity))
		/* When there is no memory, what was there goes on. */
		(void)choose(shared, false);
	pthread_mutex_unlock(&shared->renewing);
}

bool
shared_is_file(const struct shared *shared)
{
	return atomic_load(&shared->is_file) &&
	    !cut_guard_was_cut(shared_mapping(shared));
}

struct mapping *
shared_mapping(const struct shared *shared)
{
	return atomic_load_explicit(&shared->current, memory_order_acquire);
}

static enum error
choose(struct shared *shared, bool is_start)
{
	if (follow_file(shared, is_start))
		return ERR_NONE;
	/* Also when it was a file until now: nobody else counts there. */
	return point_at_memory(shared);
}

static bool
follow_file(struct shared *shared, bool is_start)
{
	struct mapping *mapping = NULL;
	struct detail cause = { "" };
	enum error err;

	if (shared->file_count == FILES_MAX)
		err = detail_set(&cause, ERR_IO, "the file was replaced too "
		    "often; a restart follows it");
	else
		err = counters_file_map(shared->directory, is_start, &mapping,
		    &shared->identity, &cause);
	if (err != ERR_NONE) {
		complain(shared, &cause);
		return false;
	}
	point_at_file(shared, mapping);
	return true;
}

static void
point_at_file(struct shared *shared, struct mapping *mapping)
{
	shared->files[shared->file_count++] = mapping;
	atomic_store_explicit(&shared->current, mapping,
	    memory_order_release);
	atomic_store(&shared->is_file, true);
	shared->failure.text[0] = '\0';
}

static enum error
point_at_memory(struct shared *shared)
{
	enum error err = ERR_NONE;

	if (shared->memory == NULL)
		err = counters_memory_map(&shared->memory);
	if (err != ERR_NONE)
		return err;
	atomic_store_explicit(&shared->current, shared->memory,
	    memory_order_release);
	atomic_store(&shared->is_file, false);
	return ERR_NONE;
}

/* Once for each cause, not once a second. */
static void
complain(struct shared *shared, const struct detail *cause)
{
	if (strcmp(cause->text, shared->failure.text) == 0)
		return;
	shared->failure = *cause;
	log_fact(LEVEL_WARNING, "rates and lock-outs are counted in this "
	    "process alone", "path", shared->path, "cause",
	    cause->text, NULL);
}
