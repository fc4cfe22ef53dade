/* server.h - the FastCGI front door: loops, limits, the end. */
#ifndef RESPONDER_SERVER_H
#define RESPONDER_SERVER_H

#include "base/error.h"

struct listener;
struct settings;

/*
 * Answers until SIGTERM, SIGINT or SIGUSR1 (as FastCGI's own process
 * managers send it), then what is in flight, for a second at most, and
 * closes the listener.  Ends the process when a thread does not end in that
 * time.  ERR_IO, ERR_NO_MEMORY: it could not begin.
 */
enum error server_run(const struct settings *settings,
    struct listener *listener, struct detail *detail);

#endif
