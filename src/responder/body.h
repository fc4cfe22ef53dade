/* body.h - what a client sends, bounded alone and with all others.
 *
 * Of a body that is not wanted, or passes a bound, nothing is kept.
 */
#ifndef RESPONDER_BODY_H
#define RESPONDER_BODY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct body {
	struct buffer bytes;
	atomic_size_t *all_bytes;	/* borrowed */
	size_t counted;			/* of them for this one */
	bool is_wanted;
	bool is_cut;			/* more than BODY_BYTES_MAX came */
	bool is_refused;		/* there was no room for it */
};

/* all_bytes counts the memory of all bodies of the process.  Beyond
 * BODIES_BYTES_MAX the one that grows is refused. */
void body_init(struct body *body, atomic_size_t *all_bytes);

/* Frees what was kept and forgets the rest; it can begin again. */
void body_clear(struct body *body);

void body_begin(struct body *body, bool is_wanted);
void body_add(struct body *body, const void *bytes, size_t len);

#endif
