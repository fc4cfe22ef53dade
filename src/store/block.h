/* block.h - the bytes of a block: events of one organization and category,
 * in order.
 *
 * Pure: no LMDB call is made here.  FORMAT.md tells the bytes.
 */
#ifndef STORE_BLOCK_H
#define STORE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/category.h"
#include "model/cursor.h"
#include "model/event.h"
#include "model/limits.h"

enum {
	BLOCK_KEY_BYTES = 4 + 1 + 8 + EVENT_ID_LEN,
	BLOCK_HEADER_BYTES = 8 + 2 + 6,
	BLOCK_ENTRY_BYTES = 8,
	/* LMDB puts 16 bytes before a value: this fills one page exactly. */
	BLOCK_BYTES_FULL = 4096 - 16,
	/* An event too large for that gets a block of its own. */
	BLOCK_BYTES_MAX = BLOCK_HEADER_BYTES + BLOCK_ENTRY_BYTES +
	    EVENT_STORED_BYTES_MAX,
	/* Less than any event: {"id":"…","type":"…","stored_at":…,… */
	BLOCK_EVENT_BYTES_MIN = 56,
	BLOCK_EVENTS_MAX = (BLOCK_BYTES_FULL - BLOCK_HEADER_BYTES) /
	    (BLOCK_ENTRY_BYTES + BLOCK_EVENT_BYTES_MIN)
};

struct block_key {
	uint32_t organization;
	enum category category;
	struct cursor first;	/* the place of the block's first event */
};

void block_key_write(const struct block_key *key,
    uint8_t bytes[BLOCK_KEY_BYTES]);
/* Whether the bytes are a block's key.  The id is not checked: what stands
 * there is compared with an event's. */
bool block_key_read(const void *bytes, size_t len, struct block_key *key_out);

/* An event as it lies in a block. */
struct block_event {
	int64_t stored_at_ms;
	const char *json;	/* borrowed; EVENT_STORED_BYTES_MAX at most */
	size_t json_len;
};

/* Its 21 bytes of id, without a NUL. */
const char *block_event_id(const struct block_event *event);

/* Below, equal to or above zero. */
int block_event_compare(const struct block_event *a,
    const struct block_event *b);
int block_event_compare_place(const struct block_event *event,
    const struct cursor *place);

struct block {
	unsigned int count;	/* 1 to BLOCK_EVENTS_MAX */
	int64_t last_ms;
	struct block_event events[BLOCK_EVENTS_MAX];
};

/*
 * Reads a value; the events are borrowed from it.  ERR_CORRUPT when its
 * checksum, a length or the count is wrong.  block_is_in_order looks closer,
 * at what only a mistake of ours can get wrong.
 */
enum error block_read(const void *key, size_t key_len, const void *value,
    size_t value_len, struct block *block_out);
bool block_is_in_order(const struct block_key *key,
    const struct block *block);

/* What the header alone says, for counting; ERR_CORRUPT when too short. */
enum error block_read_header(const void *value, size_t value_len,
    unsigned int *count_out, int64_t *last_ms_out);

/* A block while it is made. */
struct block_draft {
	unsigned int count;	/* 0 is an empty one */
	size_t len;
	struct cursor first;
	struct cursor last;
	uint8_t bytes[BLOCK_BYTES_MAX];
};

void block_draft_init(struct block_draft *draft);
/* Whether an event of that length can be added: always to an empty one. */
bool block_draft_fits(const struct block_draft *draft, size_t json_len);
/* It fits, and comes after those that are there. */
void block_draft_add(struct block_draft *draft,
    const struct block_event *event);
/* Writes header and checksum; the block's key is made of the first event. */
void block_draft_seal(struct block_draft *draft, uint32_t organization,
    enum category category, uint8_t key_out[BLOCK_KEY_BYTES]);

enum { BLOCK_PARTS_MAX = 3 };

/*
 * Puts an event at its place among those of a block, whose place it does not
 * share.  The block is split there when all does not fit: what goes before
 * stays in the first part, and so do further events that follow this one.
 */
void block_insert(const struct block *block, const struct block_event *event,
    struct block_draft parts[BLOCK_PARTS_MAX], unsigned int *part_count_out);

#endif
