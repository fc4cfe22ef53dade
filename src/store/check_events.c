/* check_events.c - every block of events, read and held to what it must be. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/event_columns.h"
#include "store/block.h"
#include "store/check_part.h"
#include "store/lmdb_error.h"
#include "store/sealed.h"
#include "store/txn.h"

enum { BLOCKS_BETWEEN_PROGRESS = 256 };

struct events_check {
	struct check *check;
	uint32_t organization;	/* the last one looked up */
	bool has_last;		/* of the block before */
	struct block_key last_key;
	struct cursor last;
};

static enum error check_block(struct events_check *events,
    const MDB_val *key, const MDB_val *value);
static void check_between(struct events_check *events, const MDB_val *key,
    const struct block_key *block_key, const struct block *block);
static void check_owner(struct events_check *events, const MDB_val *key,
    uint32_t organization);
static enum error check_event(struct events_check *events,
    const MDB_val *key, enum category category,
    const struct block_event *event);
static enum error find_fault(const struct block_event *event,
    enum category category, const char **fault_out);
static bool is_number(const char *text, int64_t number);

enum error
check_events(struct check *check)
{
	struct store_txn *txn = check->txn;
	struct events_check events = { .check = check };
	const uint8_t *page = NULL;
	MDB_cursor *cursor = NULL;
	MDB_val key;
	MDB_val value;
	MDB_stat stat;
	enum error err = ERR_NONE;
	int code = mdb_stat(txn->mdb, txn->store->trees[TREE_EVENTS], &stat);

	if (code == MDB_SUCCESS)
		code = mdb_cursor_open(txn->mdb,
		    txn->store->trees[TREE_EVENTS], &cursor);
	if (code == MDB_SUCCESS)
		code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
	while (code == MDB_SUCCESS && err == ERR_NONE) {
		check_page(check, TREE_EVENTS, &key, &value, &page);
		err = check_block(&events, &key, &value);
		check->result->blocks++;
		if (check->progress != NULL &&
		    check->result->blocks % BLOCKS_BETWEEN_PROGRESS == 0)
			check->progress(check->result->blocks,
			    stat.ms_entries, check->arg);
		code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	if (err != ERR_NONE)
		return err;
	if (code == MDB_NOTFOUND)
		check_count(check, TREE_EVENTS, check->result->blocks);
	return code == MDB_NOTFOUND ? ERR_NONE :
	    lmdb_failed(code, "mdb_cursor_get", txn->store->path);
}

static enum error
check_block(struct events_check *events, const MDB_val *key,
    const MDB_val *value)
{
	struct check *check = events->check;
	enum error err = ERR_NONE;
	struct block_key block_key;
	struct block block;

	if (!block_key_read(key->mv_data, key->mv_size, &block_key)) {
		check_fault(check, TREE_EVENTS, key, "its key is damaged");
		return ERR_NONE;
	}
	if (block_read(key->mv_data, key->mv_size, value->mv_data,
	    value->mv_size, &block) != ERR_NONE) {
		check_fault(check, TREE_EVENTS, key,
		    sealed_is_whole(TREE_EVENTS, key, value) ?
		    "a length or its count is wrong" :
		    "its checksum is wrong");
		return ERR_NONE;
	}
	if (!block_is_in_order(&block_key, &block))
		check_fault(check, TREE_EVENTS, key,
		    "its events are not in order");
	check_between(events, key, &block_key, &block);
	check_owner(events, key, block_key.organization);
	for (unsigned int i = 0; i < block.count && err == ERR_NONE; i++)
		err = check_event(events, key, block_key.category,
		    &block.events[i]);
	check->result->events += block.count;
	return err;
}

static void
check_between(struct events_check *events, const MDB_val *key,
    const struct block_key *block_key, const struct block *block)
{
	const struct block_event *last = &block->events[block->count - 1];

	if (events->has_last &&
	    events->last_key.organization == block_key->organization &&
	    events->last_key.category == block_key->category &&
	    cursor_compare(&events->last, &block_key->first) >= 0)
		check_fault(events->check, TREE_EVENTS, key,
		    "it begins before the block before it ends");
	events->has_last = true;
	events->last_key = *block_key;
	events->last = (struct cursor){ .stored_at_ms = last->stored_at_ms };
	memcpy(events->last.id, block_event_id(last), EVENT_ID_LEN);
}

static void
check_owner(struct events_check *events, const MDB_val *key,
    uint32_t organization)
{
	if (events->organization == organization)
		return;
	events->organization = organization;
	if (!check_has_organization(events->check, organization))
		check_fault(events->check, TREE_EVENTS, key,
		    "there is no organization of that number");
}

static enum error
check_event(struct events_check *events, const MDB_val *key,
    enum category category, const struct block_event *event)
{
	const char *fault;
	enum error err = find_fault(event, category, &fault);
	char text[128];

	if (fault == NULL)
		return err;
	snprintf(text, sizeof(text), "event %.*s: %s", EVENT_ID_LEN,
	    block_event_id(event), fault);
	check_fault(events->check, TREE_EVENTS, key, text);
	return ERR_NONE;
}

/* No memory is no fault of the event's. */
static enum error
find_fault(const struct block_event *event, enum category category,
    const char **fault_out)
{
	struct event_columns *columns = NULL;
	const char *fault = NULL;
	const char *id;
	const char *type;
	enum error err = event_columns_new(event->json, event->json_len,
	    &columns);

	*fault_out = err == ERR_CORRUPT ?
	    "it is not the JSON of an event" : NULL;
	if (err != ERR_NONE)
		return err;

	id = event_columns_text(columns, COLUMN_ID);
	type = event_columns_text(columns, COLUMN_TYPE);
	if (id == NULL || strlen(id) != EVENT_ID_LEN ||
	    memcmp(id, block_event_id(event), EVENT_ID_LEN) != 0)
		fault = "its id is not at its place";
	else if (!is_number(event_columns_text(columns, COLUMN_STORED_AT),
	    event->stored_at_ms))
		fault = "its stored_at is not the block's";
	else if (type == NULL ||
	    category_of_type(type, strlen(type)) != category)
		fault = "its type is of another category";
	event_columns_free(columns);
	*fault_out = fault;
	return ERR_NONE;
}

static bool
is_number(const char *text, int64_t number)
{
	char wanted[24];

	snprintf(wanted, sizeof(wanted), "%" PRId64, number);
	return text != NULL && strcmp(text, wanted) == 0;
}
