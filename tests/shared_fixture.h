/* shared_fixture.h - what the tests of the counters share. */
#ifndef TESTS_SHARED_FIXTURE_H
#define TESTS_SHARED_FIXTURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct shared;

enum { FIXTURE_THREADS = 8 };

/* A time to count from: the clock is no part of these tests. */
#define FIXTURE_NOW_MS INT64_C(1700000000000)

/* A fresh directory for each test. */
void shared_fixture_set_up(void);
void shared_fixture_tear_down(void);
const char *shared_fixture_directory(void);

/* Maps the counters of that directory. */
struct shared *shared_fixture(void);

/* How many were taken before, of a bucket of a thousand. */
uint32_t shared_fixture_taken(struct shared *shared);

/* Runs it in FIXTURE_THREADS threads at once and waits for them. */
void shared_fixture_threads(void *(*run)(void *), void *arg);

/* A name in the directory: its path, which the thread's next call
 * overwrites; what it is; and a file of that name, made or overwritten. */
const char *shared_fixture_path(const char *name);
struct stat shared_fixture_status(const char *name);
void shared_fixture_write(const char *name, const void *bytes, size_t len);

/* Has a good file made and writes these bytes into it. */
void shared_fixture_spoil(off_t offset, const void *bytes, size_t len);

/* Nothing is told on stderr from here on. */
void shared_fixture_hush(void);

#endif
