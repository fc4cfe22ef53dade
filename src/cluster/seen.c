/* seen.c - which messages were applied already, by their tickets. */
#include "cluster/seen.h"

#include "store/producers.h"

/* By each transaction; it adds fewer, most often one. */
enum { LOOKED_AT = SEEN_PRODUCERS_MAX };

static enum error find(struct seen *seen, struct store_txn *txn,
    const struct producer *producer, struct producer_window **window_out);

void
seen_begin(struct seen *seen)
{
	seen->count = 0;
}

bool
seen_has_room(const struct seen *seen)
{
	return seen->count < SEEN_PRODUCERS_MAX;
}

enum error
seen_take(struct seen *seen, struct store_txn *txn,
    const struct ticket *ticket, int64_t now_ms, bool *is_first_out)
{
	struct producer_window *window;
	enum error err = find(seen, txn, &ticket->producer, &window);

	*is_first_out = err == ERR_NONE &&
	    producer_window_take(window, ticket->number, now_ms);
	return err;
}

enum error
seen_end(struct seen *seen, struct store_txn *txn, int64_t now_ms)
{
	enum error err = ERR_NONE;

	for (size_t i = 0; i < seen->count && err == ERR_NONE; i++)
		err = store_producer_put(txn, &seen->all[i].producer,
		    &seen->all[i].window);
	return err != ERR_NONE ? err : store_producers_expire(txn, now_ms,
	    LOOKED_AT, &seen->expired_to);
}

static enum error
find(struct seen *seen, struct store_txn *txn,
    const struct producer *producer, struct producer_window **window)
{
	struct seen_producer *new;

	for (size_t i = 0; i < seen->count; i++)
		if (producer_is(&seen->all[i].producer, producer)) {
			*window = &seen->all[i].window;
			return ERR_NONE;
		}
	if (!seen_has_room(seen))
		return ERR_OVERLOAD;
	new = &seen->all[seen->count];
	new->producer = *producer;
	*window = &new->window;
	seen->count++;
	return store_producer_get(txn, producer, &new->window);
}
