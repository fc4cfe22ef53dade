/* listener.h - the socket on which web servers connect. */
#ifndef RESPONDER_LISTENER_H
#define RESPONDER_LISTENER_H

#include <stdbool.h>

#include "base/error.h"

struct listener {
	int fd;			/* -1 when there is none: plain CGI */
	char *path;		/* owned; of a socket that we made, or NULL */
	bool is_one_at_a_time;	/* mod_fcgid's: one request is under way */
};

/*
 * Finds the listening socket: made at path, when that is not NULL; passed by
 * systemd (LISTEN_FDS and LISTEN_PID); or on fd 0, as spawn-fcgi, mod_fcgid
 * and systemd's StandardInput=socket pass it.  The variables are removed
 * from the environment.
 *
 * ERR_MEANING: more than one socket was passed, or the path is too long, or
 * no socket lies there.  ERR_EXISTS: another process answers there.  ERR_IO.
 */
enum error listener_open(const char *path, struct listener *listener_out,
    struct detail *detail);

/* Removes the file of a socket that we made, so that nobody else comes. */
void listener_hide(struct listener *listener);
void listener_close(struct listener *listener);

#endif
