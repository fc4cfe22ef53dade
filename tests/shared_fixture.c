/* shared_fixture.c - what the tests of the counters share. */
#include "shared_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "shared/mapping.h"
#include "shared/rates.h"
#include "shared/shared.h"
#include "suite.h"

enum { PATH_SIZE = 256 };

static char *directory;

void
shared_fixture_set_up(void)
{
	directory = suite_directory();
}

void
shared_fixture_tear_down(void)
{
	free(directory);
	directory = NULL;
}

const char *
shared_fixture_directory(void)
{
	return directory;
}

struct shared *
shared_fixture(void)
{
	struct shared *shared = NULL;

	ck_assert_int_eq(shared_new(directory, &shared), ERR_NONE);
	ck_assert_ptr_nonnull(shared);
	return shared;
}

uint32_t
shared_fixture_taken(struct shared *shared)
{
	const uint8_t digest[API_KEY_DIGEST_BYTES] = { 7 };
	struct rate rate;

	rates_take(shared, digest, 1000, FIXTURE_NOW_MS, &rate);
	ck_assert(rate.is_allowed);
	return 999 - rate.remaining;
}

void
shared_fixture_threads(void *(*run)(void *), void *arg)
{
	pthread_t threads[FIXTURE_THREADS];

	for (int i = 0; i < FIXTURE_THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, run, arg),
		    0);
	for (int i = 0; i < FIXTURE_THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}

const char *
shared_fixture_path(const char *name)
{
	static _Thread_local char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

struct stat
shared_fixture_status(const char *name)
{
	struct stat status;

	ck_assert_int_eq(lstat(shared_fixture_path(name), &status), 0);
	return status;
}

static void
write_at(const char *name, int flags, off_t offset, const void *bytes,
    size_t len)
{
	int fd = open(shared_fixture_path(name), O_WRONLY | flags, 0660);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, len, offset), (ssize_t)len);
	close(fd);
}

void
shared_fixture_write(const char *name, const void *bytes, size_t len)
{
	write_at(name, O_CREAT | O_TRUNC, 0, bytes, len);
}

void
shared_fixture_spoil(off_t offset, const void *bytes, size_t len)
{
	shared_free(shared_fixture());
	write_at(COUNTERS_FILE, 0, offset, bytes, len);
}

void
shared_fixture_hush(void)
{
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
}
