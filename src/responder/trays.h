/* trays.h - what a connection needs only while a request is under way.
 *
 * Idle connections have none, and a loop uses the same few again and again,
 * so that memory grows with work and not with connections.
 */
#ifndef RESPONDER_TRAYS_H
#define RESPONDER_TRAYS_H

#include <stdatomic.h>
#include <stddef.h>

#include "api/response.h"
#include "base/buffer.h"
#include "responder/body.h"
#include "responder/outgoing.h"

enum {
	TRAYS_KEPT_MAX = 8,
	/* A buffer beyond this is given back to the system. */
	TRAY_BUFFER_BYTES_MAX = 1024 * 1024
};

struct tray {
	struct tray *next;
	struct buffer params;		/* of the request that arrives */
	struct body body;		/* of the same */
	struct response response;
	struct outgoing outgoing;
};

/* The free ones of one loop. */
struct trays {
	struct tray *first;
	unsigned int count;
	atomic_size_t *body_bytes;	/* for body_init */
};

void trays_init(struct trays *trays, atomic_size_t *body_bytes);
void trays_clear(struct trays *trays);

/* NULL when there is no memory. */
struct tray *trays_take(struct trays *trays);
/* Accepts NULL. */
void trays_give(struct trays *trays, struct tray *tray);

#endif
