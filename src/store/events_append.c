/* events_append.c - events that are recorded now. */
#include "model/event.h"
#include "store/events.h"
#include "store/stamps.h"
#include "store/tails.h"
#include "store/txn.h"

enum error
store_event_append(struct store_txn *txn, uint32_t organization,
    struct event_draft *draft, int64_t now_ms)
{
	struct tail *tail = NULL;
	struct block_event event;
	struct cursor place;
	enum error err;

	err = stamps_next(txn, organization, now_ms, &place);
	if (err != ERR_NONE)
		return err;
	event_draft_stamp(draft, &place);

	err = tails_find(txn, organization, draft->category, &tail);
	if (err != ERR_NONE)
		return err;
	event = (struct block_event){
		.stored_at_ms = place.stored_at_ms,
		.json = draft->json,
		.json_len = draft->json_len,
	};
	return tails_add(txn, tail, &event);
}
