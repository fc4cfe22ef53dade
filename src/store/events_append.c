/* events_append.c - events that are recorded now. */
#include "model/event.h"
#include "store/events.h"
#include "store/stamps.h"
#include "store/tails.h"
#include "store/txn.h"

static enum error append(struct store_txn *txn, uint32_t organization,
    const struct event_json *event, int64_t now_ms,
    const struct event_origin *origin, struct cursor *place_out);

enum error
store_event_append(struct store_txn *txn, uint32_t organization,
    struct event_draft *draft, int64_t now_ms)
{
	const struct event_json event = {
		.category = draft->category,
		.stored_at_offset = draft->stored_at_offset,
		.json_len = draft->json_len,
		.json = draft->json,
	};

	return store_event_append_json(txn, organization, &event, now_ms,
	    &draft->place);
}

enum error
store_event_append_json(struct store_txn *txn, uint32_t organization,
    const struct event_json *event, int64_t now_ms, struct cursor *place_out)
{
	return append(txn, organization, event, now_ms, NULL, place_out);
}

enum error
store_event_append_derived(struct store_txn *txn, uint32_t organization,
    const struct event_json *event, int64_t now_ms,
    const struct event_origin *origin, struct cursor *place_out)
{
	return append(txn, organization, event, now_ms, origin, place_out);
}

static enum error
append(struct store_txn *txn, uint32_t organization,
    const struct event_json *event, int64_t now_ms,
    const struct event_origin *origin, struct cursor *place_out)
{
	struct tail *tail = NULL;
	struct block_event stored;
	enum error err;

	err = stamps_next(txn, organization, now_ms, origin, place_out);
	if (err != ERR_NONE)
		return err;
	event_json_stamp(event, place_out);

	err = tails_find(txn, organization, event->category, &tail);
	if (err != ERR_NONE)
		return err;
	stored = (struct block_event){
		.stored_at_ms = place_out->stored_at_ms,
		.json = event->json,
		.json_len = event->json_len,
	};
	txn->tally.recorded++;
	return tails_add(txn, tail, &stored);
}

enum error
store_stamp_raise(struct store_txn *txn, int64_t stamp_ms)
{
	if (stamp_ms < STORED_AT_MS_MIN || stamp_ms > STORED_AT_MS_MAX)
		return ERR_NONE;
	return stamps_pass(txn, stamp_ms - 1);
}

enum error
store_event_append_check(struct store_txn *txn, uint32_t organization,
    unsigned int categories)
{
	enum error err = stamps_load(txn, organization);

	/* The categories of one organization lie in memory together. */
	for (int i = 0; i < CATEGORY_COUNT && err == ERR_NONE; i++) {
		struct tail *tail = NULL;

		if ((categories & 1U << i) != 0)
			err = tails_find(txn, organization, (enum category)i,
			    &tail);
	}
	return err;
}
