/* stop_signal.h - SIGTERM, SIGINT and SIGHUP: the wish that we end. */
#ifndef RECORDER_STOP_SIGNAL_H
#define RECORDER_STOP_SIGNAL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/* From now on these signals come in stop_signal_poll only. */
void stop_signal_catch(void);
bool stop_signal_came(void);

/* As poll(2), and ends when a signal has come or comes. */
int stop_signal_poll(struct pollfd *polls, size_t poll_count,
    int timeout_ms);

#endif
