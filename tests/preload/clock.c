/* clock.c - another time of day for a program under test.
 *
 * Loaded before the program (ld.so(8), LD_PRELOAD), it answers CLOCK_REALTIME
 *   TEST_CLOCK_MOVED_S    this many seconds later, which may be negative, or
 *   TEST_CLOCK_STOPPED_S  as this second since 1970, always, or
 *   TEST_CLOCK_FILE       as many seconds later as this file says now, in 8
 *                         bytes, for a program that runs on.
 * Other clocks run as they are, and who waits for a condition until a time of
 * day waits as long as it would.  It asks the kernel itself and allocates
 * nothing, so that it also works below a sanitizer, which reads the clock
 * before any library is ready. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { DECIMAL = 10 };

typedef int wait_call(pthread_cond_t *condition, pthread_mutex_t *mutex,
    const struct timespec *until);

static int64_t read_seconds(const char *path);

/* The kernel knows the true time alone. */
int
pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
    const struct timespec *until)
{
	void *symbol = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
	wait_call *wait;
	struct timespec true_until = *until;
	struct timespec true_now;
	struct timespec now;

	memcpy(&wait, &symbol, sizeof(wait));
	if (wait == NULL || syscall(SYS_clock_gettime, CLOCK_REALTIME,
	    &true_now) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0)
		return EINVAL;
	true_until.tv_sec -= now.tv_sec - true_now.tv_sec;
	return wait(condition, mutex, &true_until);
}

int
clock_gettime(clockid_t id, struct timespec *now)
{
	const char *moved = getenv("TEST_CLOCK_MOVED_S");
	const char *stopped = getenv("TEST_CLOCK_STOPPED_S");
	const char *path = getenv("TEST_CLOCK_FILE");

	if (syscall(SYS_clock_gettime, id, now) != 0)
		return -1;
	if (id != CLOCK_REALTIME)
		return 0;
	if (moved != NULL)
		now->tv_sec += strtoll(moved, NULL, DECIMAL);
	if (path != NULL)
		now->tv_sec += read_seconds(path);
	if (stopped != NULL) {
		now->tv_sec = strtoll(stopped, NULL, DECIMAL);
		now->tv_nsec = 0;
	}
	return 0;
}

/* Zero when it cannot be read. */
static int64_t
read_seconds(const char *path)
{
	int64_t seconds = 0;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
	    O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (syscall(SYS_read, fd, &seconds, sizeof(seconds)) !=
	    (long)sizeof(seconds))
		seconds = 0;
	(void)syscall(SYS_close, fd);
	return seconds;
}
