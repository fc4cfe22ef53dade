/* link.h - the connection to the NATS servers of a cluster.
 *
 * libnats keeps it: it reconnects to whichever server answers, for good, and
 * calls back in threads of its own.
 */
#ifndef STREAM_LINK_H
#define STREAM_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct link;
struct settings;

enum {
	/* For one server to be connected to, and for an answer of any. */
	LINK_CONNECT_MS = 2000,
	LINK_ANSWER_MS = 2000,
	LINK_SERVERS_MAX = 16
};

/*
 * Connects as the settings say.  ERR_AWAY: no server answers.  ERR_MEANING:
 * refused, or a file that cannot be used.  detail says which and why, without
 * any secret.  ERR_NO_MEMORY.
 */
enum error link_open(const struct settings *settings, struct link **link_out,
    struct detail *detail);
void link_close(struct link *link);

bool link_is_up(const struct link *link);

/* How often it was connected anew. */
uint64_t link_failovers(const struct link *link);

#endif
