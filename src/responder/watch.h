/* watch.h - how a loop learns that something was recorded.
 *
 * While somebody waits, that is announced and the store's wake file watched
 * (store/wake.h).  Where it cannot be, there may be news every second.
 */
#ifndef RESPONDER_WATCH_H
#define RESPONDER_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct service;
struct watch;

/*
 * service is borrowed for the life of the watch; store_path is copied, and
 * need not be there yet.  The epoll descriptor gets events with the address
 * of the watch when watch_work has something to do.  ERR_NO_MEMORY; ERR_IO
 * with errno set.
 */
enum error watch_new(struct service *service, const char *store_path,
    int epoll_fd, struct watch **watch_out);
/* Before the epoll descriptor is closed. */
void watch_free(struct watch *watch);

/* When watch_work is to be called without an event; INT64_MAX: no need.  Times
 * are clock_steady_ms. */
int64_t watch_wake_ms(const struct watch *watch);

/* From now on somebody waits, or nobody does; repeats are harmless. */
void watch_begin(struct watch *watch, int64_t now_ms);
void watch_end(struct watch *watch);

/* Does what is due; whether there may be news.  is_event: epoll had one. */
bool watch_work(struct watch *watch, bool is_event, int64_t now_ms);

/*
 * How often there may have been news.  Who looked into the store when this
 * was less, or before watch_begin, has to look again before he waits.
 */
uint64_t watch_count(const struct watch *watch);

#endif
