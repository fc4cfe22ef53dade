/* events_import.c - events that come with a place of their own. */
#include <assert.h>
#include <string.h>

#include "model/event.h"
#include "store/event_blocks.h"
#include "store/events.h"
#include "store/sealed.h"
#include "store/stamps.h"
#include "store/tails.h"
#include "store/txn.h"

static enum error look_up(struct store_txn *txn, uint32_t organization,
    const struct event_json *event, const struct cursor *place,
    bool *is_last_out, enum import_outcome *outcome_out);
static enum error look_up_in(struct store_txn *txn, uint32_t organization,
    enum category category, const struct event_json *event,
    const struct cursor *place, enum import_outcome *outcome);
static enum error insert(struct store_txn *txn, uint32_t organization,
    enum category category, const struct block_event *event);
static enum error find_target(struct store_txn *txn, uint32_t organization,
    enum category category, const struct cursor *place,
    struct event_block *found_out);

enum error
store_event_import(struct store_txn *txn, uint32_t organization,
    const struct event_json *event, const struct cursor *place,
    enum import_outcome *outcome_out)
{
	struct block_event stored = {
		.stored_at_ms = place->stored_at_ms,
		.json = event->json,
		.json_len = event->json_len,
	};
	struct tail *tail = NULL;
	bool is_last;
	enum error err;

	assert(memcmp(event->json + EVENT_ID_OFFSET, place->id,
	    EVENT_ID_LEN) == 0);
	*outcome_out = IMPORT_ADDED;
	/* The stamp that follows it must have 13 digits as well. */
	if (place->stored_at_ms < STORED_AT_MS_MIN ||
	    place->stored_at_ms >= STORED_AT_MS_MAX)
		return ERR_MEANING;

	err = look_up(txn, organization, event, place, &is_last, outcome_out);
	if (err != ERR_NONE || *outcome_out != IMPORT_ADDED)
		return err;
	err = stamps_pass(txn, place->stored_at_ms);
	if (err != ERR_NONE)
		return err;

	err = tails_find(txn, organization, event->category, &tail);
	if (err != ERR_NONE)
		return err;
	txn->tally.imported++;
	if (is_last)
		return tails_add(txn, tail, &stored);
	err = tails_drop(txn, tail);
	if (err != ERR_NONE)
		return err;
	return insert(txn, organization, event->category, &stored);
}

/*
 * A place is unique in the whole organization, so that a cursor names one
 * event whatever it filters.  is_last_out is whether the event comes after
 * all of its own category.
 */
static enum error
look_up(struct store_txn *txn, uint32_t organization,
    const struct event_json *event, const struct cursor *place,
    bool *is_last_out, enum import_outcome *outcome_out)
{
	enum error err = ERR_NONE;

	*is_last_out = true;
	for (size_t i = 0; i < CATEGORY_COUNT; i++) {
		enum category category = (enum category)i;
		struct tail *tail = NULL;

		err = tails_find(txn, organization, category, &tail);
		if (err != ERR_NONE)
			return err;
		if (tail->block.count == 0 ||
		    cursor_compare(&tail->block.last, place) < 0)
			continue;

		if (category == event->category)
			*is_last_out = false;
		err = look_up_in(txn, organization, category, event, place,
		    outcome_out);
		if (err != ERR_NONE || *outcome_out != IMPORT_ADDED)
			return err;
	}
	return ERR_NONE;
}

static enum error
look_up_in(struct store_txn *txn, uint32_t organization,
    enum category category, const struct event_json *event,
    const struct cursor *place, enum import_outcome *outcome)
{
	struct event_block found;
	struct block block;
	enum error err;

	/* What lies only in memory has to be found as well. */
	err = tails_flush(txn);
	if (err == ERR_NONE)
		err = event_block_find_last(txn, organization, category,
		    place, true, &found);
	if (err != ERR_NONE || !found.is_found)
		return err;
	err = event_block_read(txn, &found, &block);
	if (err != ERR_NONE)
		return err;

	for (unsigned int i = 0; i < block.count; i++) {
		const struct block_event *stored = &block.events[i];

		if (block_event_compare_place(stored, place) != 0)
			continue;
		*outcome = stored->json_len == event->json_len &&
		    memcmp(stored->json, event->json, event->json_len) == 0 ?
		    IMPORT_REPEATED : IMPORT_DIFFERS;
	}
	return ERR_NONE;
}

static enum error
insert(struct store_txn *txn, uint32_t organization, enum category category,
    const struct block_event *event)
{
	struct block_draft parts[BLOCK_PARTS_MAX];
	struct block_key old_key;
	struct event_block found;
	struct block block;
	struct cursor place = { .stored_at_ms = event->stored_at_ms };
	unsigned int part_count;
	enum error err;

	memcpy(place.id, block_event_id(event), EVENT_ID_LEN);
	err = find_target(txn, organization, category, &place, &found);
	if (err == ERR_NONE)
		err = event_block_read(txn, &found, &block);
	if (err != ERR_NONE)
		return err;

	block_insert(&block, event, parts, &part_count);
	txn->replaced_pages += 2;
	/* A new first event is a new key. */
	block_key_read(found.key.mv_data, found.key.mv_size, &old_key);
	if (cursor_compare(&old_key.first, &place) > 0)
		err = event_block_remove(txn, &found.key);
	for (unsigned int i = 0; i < part_count && err == ERR_NONE; i++)
		err = event_block_put(txn, organization, category, &parts[i]);
	return err;
}

/* The block that the place falls into; before the first one, the first. */
static enum error
find_target(struct store_txn *txn, uint32_t organization,
    enum category category, const struct cursor *place,
    struct event_block *found_out)
{
	enum error err = event_block_find_last(txn, organization, category,
	    place, true, found_out);

	if (err != ERR_NONE || found_out->is_found)
		return err;
	err = event_block_find_first(txn, organization, category, place,
	    found_out);
	if (err == ERR_NONE && !found_out->is_found)
		return sealed_log_corrupt(txn, TREE_EVENTS, place->id,
		    EVENT_ID_LEN, "a later block has gone");
	return err;
}
