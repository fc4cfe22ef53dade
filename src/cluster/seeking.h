/* seeking.h - until the servers of a cluster answer.
 *
 * A thread of its own asks them, so that whoever waits is free to tell others
 * that there is no log yet, and to stop.
 */
#ifndef CLUSTER_SEEKING_H
#define CLUSTER_SEEKING_H

#include "base/error.h"

struct link;
struct seeking;
struct settings;

/* Settings are borrowed, until the process ends: see seeking_free.
 * ERR_NO_MEMORY. */
enum error seeking_new(const struct settings *settings,
    struct seeking **seeking_out);

/* Does not wait for servers: a thread that does is left to itself, as the
 * process is about to end. */
void seeking_free(struct seeking *seeking);

/* Readable when there is something to see. */
int seeking_fd(const struct seeking *seeking);

enum seeking_state {
	SEEKING_BEGUN,		/* nothing is known */
	SEEKING_AWAY,		/* no answer, so far; detail says why */
	SEEKING_FOUND,		/* the link is the caller's, once */
	SEEKING_REFUSED		/* what has to be mended; detail says it */
};

enum seeking_state seeking_look(struct seeking *seeking,
    struct link **link_out, struct detail *detail);

#endif
