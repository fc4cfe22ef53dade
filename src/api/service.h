/* service.h - what all requests of a process share. */
#ifndef API_SERVICE_H
#define API_SERVICE_H

#include <stdbool.h>

#include "base/error.h"

struct service;
struct settings;

/*
 * settings is borrowed for the service's life.  Opens the access log; the
 * store is opened by service_open, or else by the first request that needs it.
 * ERR_IO with the access log's path and the cause; ERR_NO_MEMORY.
 */
enum error service_new(const struct settings *settings,
    struct service **service_out, struct detail *detail);

/* Opens the store if it is there, before the first request. */
void service_open(struct service *service);

/* No answer, and no export, may be under way. */
void service_free(struct service *service);

/*
 * Whoever commits wakes those who wait (store/wake.h), if they say so: to be
 * called before the look for news after which somebody waits, and every
 * second while he does.
 */
void service_announce_waiter(struct service *service);

/*
 * From now on nobody waits: answer tells what there is, and answer_resume
 * leaves nothing to wait for, but ends it.
 */
void service_stop(struct service *service);

/* Writes the access log's lines that wait, and follows the counters' file: to
 * be called every second. */
void service_flush(struct service *service);

/* Says how much this process serves, for all to see: to be called every
 * second by a process that answers many, by one thread. */
void service_tell_load(struct service *service, unsigned int connections,
    unsigned int waiters);

/* Spares requests the first touch of a page: to be called every second by a
 * process that answers many, by one thread, and again after a pause when it
 * returns true. */
bool service_map_ahead(struct service *service);

#endif
