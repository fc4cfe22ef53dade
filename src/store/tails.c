/* tails.c - the last blocks of ranges, kept in memory. */
#include "store/tails.h"

#include <stdlib.h>
#include <string.h>

#include "store/event_blocks.h"
#include "store/sealed.h"
#include "store/txn.h"

struct tails {
	struct tail slots[TAILS_MAX];
};

static struct tail *slot_of(struct tails *tails, uint32_t organization,
    enum category category);
static enum error load(struct store_txn *txn, struct tail *tail);
static enum error flush_one(struct store_txn *txn, struct tail *tail);

enum error
tails_find(struct store_txn *txn, uint32_t organization,
    enum category category, struct tail **tail_out)
{
	struct store *store = txn->store;
	struct tail *tail;
	enum error err;

	*tail_out = NULL;
	if (store->tails == NULL)
		store->tails = calloc(1, sizeof(*store->tails));
	if (store->tails == NULL)
		return ERR_NO_MEMORY;

	tail = slot_of(store->tails, organization, category);
	if (tail->organization != organization ||
	    tail->category != category) {
		err = tails_drop(txn, tail);
		if (err != ERR_NONE)
			return err;
		tail->organization = organization;
		tail->category = category;
		err = load(txn, tail);
		if (err != ERR_NONE) {
			tail->organization = 0;
			return err;
		}
	}
	*tail_out = tail;
	return ERR_NONE;
}

enum error
tails_add(struct store_txn *txn, struct tail *tail,
    const struct block_event *event)
{
	enum error err;

	if (tail->block.count > 0 &&
	    block_event_compare_place(event, &tail->block.last) <= 0)
		return sealed_log_corrupt(txn, TREE_EVENTS,
		    tail->block.last.id, EVENT_ID_LEN,
		    "an event is later than the last stamp");

	if (!block_draft_fits(&tail->block, event->json_len)) {
		err = flush_one(txn, tail);
		if (err != ERR_NONE)
			return err;
		block_draft_init(&tail->block);
	}
	block_draft_add(&tail->block, event);
	tail->is_changed = true;
	return ERR_NONE;
}

enum error
tails_drop(struct store_txn *txn, struct tail *tail)
{
	enum error err = flush_one(txn, tail);

	tail->organization = 0;
	return err;
}

enum error
tails_flush(struct store_txn *txn)
{
	struct tails *tails = txn->store->tails;
	enum error err = ERR_NONE;

	if (tails == NULL)
		return ERR_NONE;
	for (size_t i = 0; i < TAILS_MAX && err == ERR_NONE; i++)
		err = flush_one(txn, &tails->slots[i]);
	return err;
}

void
tails_forget(struct store *store)
{
	if (store->tails == NULL)
		return;
	for (size_t i = 0; i < TAILS_MAX; i++) {
		store->tails->slots[i].organization = 0;
		store->tails->slots[i].is_changed = false;
	}
}

void
tails_free(struct tails *tails)
{
	free(tails);
}

/* The categories of one organization never share a slot. */
static struct tail *
slot_of(struct tails *tails, uint32_t organization, enum category category)
{
	size_t i = (size_t)organization * CATEGORY_COUNT + category;

	return &tails->slots[i % TAILS_MAX];
}

static enum error
load(struct store_txn *txn, struct tail *tail)
{
	struct event_block found;
	struct block block;
	enum error err;

	block_draft_init(&tail->block);
	tail->is_changed = false;
	err = event_block_find_last(txn, tail->organization, tail->category,
	    NULL, false, &found);
	if (err != ERR_NONE || !found.is_found)
		return err;
	err = event_block_read(txn, &found, &block);
	if (err != ERR_NONE)
		return err;
	for (unsigned int i = 0; i < block.count; i++)
		block_draft_add(&tail->block, &block.events[i]);
	txn->replaced_pages += 1 + (tail->block.len > BLOCK_BYTES_FULL);
	return ERR_NONE;
}

static enum error
flush_one(struct store_txn *txn, struct tail *tail)
{
	enum error err;

	if (!tail->is_changed)
		return ERR_NONE;
	err = event_block_put(txn, tail->organization, tail->category,
	    &tail->block);
	tail->is_changed = err != ERR_NONE;
	return err;
}
