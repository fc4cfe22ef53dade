/* notify.h - tell the service manager how we are: sd_notify(3), by hand. */
#ifndef RECORDER_NOTIFY_H
#define RECORDER_NOTIFY_H

#include <stdint.h>

struct notify {
	int fd;			/* -1: nobody wants to know */
	int64_t alive_every_ms;	/* INT64_MAX: no watchdog */
	int64_t alive_at_ms;
};

/* Takes NOTIFY_SOCKET and WATCHDOG_USEC from the environment.  A manager that
 * cannot be reached is logged and not told. */
void notify_open(struct notify *notify);
void notify_close(struct notify *notify);

void notify_ready(struct notify *notify);
void notify_stopping(struct notify *notify);

/* To be called in every round, with clock_steady_ms. */
void notify_alive(struct notify *notify, int64_t now_ms);

#endif
