/* body.c - what a client sends, bounded alone and with all others. */
#include "responder/body.h"

#include "model/limits.h"

static void count(struct body *body);
static void drop(struct body *body);

void
body_init(struct body *body, atomic_size_t *all_bytes)
{
	*body = (struct body){ .all_bytes = all_bytes };
	buffer_init(&body->bytes, BODY_BYTES_MAX);
}

void
body_clear(struct body *body)
{
	drop(body);
	body->is_wanted = false;
	body->is_cut = false;
	body->is_refused = false;
}

void
body_begin(struct body *body, bool is_wanted)
{
	body_clear(body);
	body->is_wanted = is_wanted;
}

void
body_add(struct body *body, const void *bytes, size_t len)
{
	if (!body->is_wanted || body->is_cut || body->is_refused)
		return;
	if (len > BODY_BYTES_MAX - body->bytes.len)
		body->is_cut = true;
	else
		buffer_add(&body->bytes, bytes, len);
	count(body);
	if (body->bytes.error != ERR_NONE)
		body->is_refused = true;
	if (body->is_cut || body->is_refused)
		drop(body);
}

/* After it has grown: so each thread may be over by one step. */
static void
count(struct body *body)
{
	size_t grown = body->bytes.size - body->counted;

	if (grown == 0)
		return;
	body->counted += grown;
	if (atomic_fetch_add(body->all_bytes, grown) + grown >
	    BODIES_BYTES_MAX)
		body->is_refused = true;
}

static void
drop(struct body *body)
{
	buffer_clear(&body->bytes);
	if (body->counted > 0)
		atomic_fetch_sub(body->all_bytes, body->counted);
	body->counted = 0;
}
