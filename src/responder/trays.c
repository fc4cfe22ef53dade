/* trays.c - what a connection needs only while a request is under way. */
#include "responder/trays.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "model/limits.h"
#include "responder/loss.h"

static void tray_free(struct tray *tray);
static void shrink(struct buffer *buffer);

void
trays_init(struct trays *trays, atomic_size_t *body_bytes)
{
	*trays = (struct trays){ .body_bytes = body_bytes };
}

void
trays_clear(struct trays *trays)
{
	while (trays->first != NULL) {
		struct tray *tray = trays->first;

		trays->first = tray->next;
		tray_free(tray);
	}
	trays->count = 0;
}

struct tray *
trays_take(struct trays *trays)
{
	static atomic_bool is_loss_told;
	struct tray *tray = trays->first;

	if (tray != NULL) {
		trays->first = tray->next;
		trays->count--;
		return tray;
	}
	tray = malloc(sizeof(*tray));
	if (tray == NULL) {
		loss_tell(&is_loss_told, "out of memory");
		return NULL;
	}
	buffer_init_secret(&tray->params, REQUEST_PARAMS_BYTES_MAX);
	body_init(&tray->body, trays->body_bytes);
	response_init(&tray->response);
	outgoing_init(&tray->outgoing);
	return tray;
}

void
trays_give(struct trays *trays, struct tray *tray)
{
	if (tray == NULL)
		return;
	if (trays->count == TRAYS_KEPT_MAX) {
		tray_free(tray);
		return;
	}
	if (tray->response.need != NEED_NOTHING)
		response_reset(&tray->response);
	shrink(&tray->response.body);
	buffer_reset(&tray->params);
	body_clear(&tray->body);
	outgoing_init(&tray->outgoing);
	tray->next = trays->first;
	trays->first = tray;
	trays->count++;
}

static void
tray_free(struct tray *tray)
{
	response_clear(&tray->response);
	buffer_clear(&tray->params);
	body_clear(&tray->body);
	free(tray);
}

static void
shrink(struct buffer *buffer)
{
	if (buffer->size > TRAY_BUFFER_BYTES_MAX)
		buffer_clear(buffer);
}
