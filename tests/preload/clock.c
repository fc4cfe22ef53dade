/* clock.c - another time of day for a program under test.
 *
 * Loaded before the program (ld.so(8), LD_PRELOAD), it answers CLOCK_REALTIME
 *   TEST_CLOCK_MOVED_S    this many seconds later, which may be negative, or
 *   TEST_CLOCK_STOPPED_S  as this second since 1970, always.
 * Other clocks run as they are.  It asks the kernel itself and allocates
 * nothing, so that it also works below a sanitizer, which reads the clock
 * before any library is ready. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { DECIMAL = 10 };

int
clock_gettime(clockid_t id, struct timespec *now)
{
	const char *moved = getenv("TEST_CLOCK_MOVED_S");
	const char *stopped = getenv("TEST_CLOCK_STOPPED_S");

	if (syscall(SYS_clock_gettime, id, now) != 0)
		return -1;
	if (id != CLOCK_REALTIME)
		return 0;
	if (moved != NULL)
		now->tv_sec += strtoll(moved, NULL, DECIMAL);
	if (stopped != NULL) {
		now->tv_sec = strtoll(stopped, NULL, DECIMAL);
		now->tv_nsec = 0;
	}
	return 0;
}
