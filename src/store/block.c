/* block.c - the bytes of a block: events of one organization and category,
 * in order. */
#include "store/block.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "store/sealed.h"

enum {
	COUNT_OFFSET = 8,
	LENGTH_BITS = 16,
	MOMENT_BITS = 48,
	EVENTS_BYTES_FULL = BLOCK_BYTES_FULL - BLOCK_HEADER_BYTES
};

static_assert(BLOCK_BYTES_MAX > BLOCK_BYTES_FULL, "an event may be larger");
static_assert((int)BLOCK_BYTES_MAX <= (int)SEALED_BYTES_MAX, "checked whole");
static_assert(EVENT_STORED_BYTES_MAX < 1 << LENGTH_BITS, "lengths fit");
static_assert(STORED_AT_MS_MAX < INT64_C(1) << MOMENT_BITS, "moments fit");
static_assert(BLOCK_EVENT_BYTES_MIN >= EVENT_ID_OFFSET + EVENT_ID_LEN,
    "the id is within the shortest event");

static size_t bytes_of(const struct block_event *events, unsigned int count);
static void add_all(struct block_draft *draft,
    const struct block_event *events, unsigned int count);
static uint16_t get_u16(const uint8_t *bytes);
static uint32_t get_u32(const uint8_t *bytes);
static uint64_t get_u64(const uint8_t *bytes);
static void put_u64(uint8_t *bytes, uint64_t number);
static int64_t get_header(const uint8_t *value, unsigned int *count_out);
static struct cursor place_of(const struct block_event *event);

void
block_key_write(const struct block_key *key, uint8_t bytes[BLOCK_KEY_BYTES])
{
	uint32_t organization = htobe32(key->organization);

	memcpy(bytes, &organization, sizeof(organization));
	bytes[4] = (uint8_t)key->category;
	put_u64(bytes + 5, (uint64_t)key->first.stored_at_ms);
	memcpy(bytes + 13, key->first.id, EVENT_ID_LEN);
}

bool
block_key_read(const void *bytes, size_t len, struct block_key *key_out)
{
	const uint8_t *key = bytes;

	*key_out = (struct block_key){ 0 };
	if (len != BLOCK_KEY_BYTES || key[4] >= CATEGORY_COUNT)
		return false;

	key_out->organization = get_u32(key);
	key_out->category = (enum category)key[4];
	key_out->first.stored_at_ms = (int64_t)get_u64(key + 5);
	memcpy(key_out->first.id, key + 13, EVENT_ID_LEN);
	return true;
}

const char *
block_event_id(const struct block_event *event)
{
	return event->json + EVENT_ID_OFFSET;
}

int
block_event_compare(const struct block_event *a, const struct block_event *b)
{
	if (a->stored_at_ms != b->stored_at_ms)
		return a->stored_at_ms < b->stored_at_ms ? -1 : 1;
	return memcmp(block_event_id(a), block_event_id(b), EVENT_ID_LEN);
}

int
block_event_compare_place(const struct block_event *event,
    const struct cursor *place)
{
	if (event->stored_at_ms != place->stored_at_ms)
		return event->stored_at_ms < place->stored_at_ms ? -1 : 1;
	return memcmp(block_event_id(event), place->id, EVENT_ID_LEN);
}

enum error
block_read(const void *key, size_t key_len, const void *value,
    size_t value_len, struct block *block_out)
{
	const uint8_t *bytes = value;
	size_t offset = BLOCK_HEADER_BYTES;
	unsigned int count;

	block_out->count = 0;
	if (value_len <= BLOCK_HEADER_BYTES || value_len > BLOCK_BYTES_MAX ||
	    get_u64(bytes) != seal_of(TREE_EVENTS, key, key_len,
	    bytes + SEAL_BYTES, value_len - SEAL_BYTES))
		return ERR_CORRUPT;

	block_out->last_ms = get_header(bytes, &count);
	if (count == 0 || count > BLOCK_EVENTS_MAX ||
	    (count > 1 && value_len > BLOCK_BYTES_FULL))
		return ERR_CORRUPT;

	for (unsigned int i = 0; i < count; i++) {
		struct block_event *event = &block_out->events[i];
		uint64_t entry;

		if (value_len - offset < BLOCK_ENTRY_BYTES)
			return ERR_CORRUPT;
		entry = get_u64(bytes + offset);
		offset += BLOCK_ENTRY_BYTES;
		event->stored_at_ms = (int64_t)(entry >> LENGTH_BITS);
		event->json_len = entry & ((1 << LENGTH_BITS) - 1);
		event->json = (const char *)bytes + offset;
		if (event->json_len < BLOCK_EVENT_BYTES_MIN ||
		    event->json_len > value_len - offset)
			return ERR_CORRUPT;
		offset += event->json_len;
	}
	if (offset != value_len)
		return ERR_CORRUPT;

	block_out->count = count;
	return ERR_NONE;
}

bool
block_is_in_order(const struct block_key *key, const struct block *block)
{
	const struct block_event *events = block->events;

	for (unsigned int i = 1; i < block->count; i++)
		if (block_event_compare(&events[i - 1], &events[i]) >= 0)
			return false;
	return block_event_compare_place(&events[0], &key->first) == 0 &&
	    events[block->count - 1].stored_at_ms == block->last_ms;
}

enum error
block_read_header(const void *value, size_t value_len,
    unsigned int *count_out, int64_t *last_ms_out)
{
	*count_out = 0;
	*last_ms_out = 0;
	if (value_len <= BLOCK_HEADER_BYTES)
		return ERR_CORRUPT;
	*last_ms_out = get_header(value, count_out);
	return ERR_NONE;
}

void
block_draft_init(struct block_draft *draft)
{
	draft->count = 0;
	draft->len = BLOCK_HEADER_BYTES;
}

bool
block_draft_fits(const struct block_draft *draft, size_t json_len)
{
	return draft->count == 0 ||
	    draft->len + BLOCK_ENTRY_BYTES + json_len <= BLOCK_BYTES_FULL;
}

void
block_draft_add(struct block_draft *draft, const struct block_event *event)
{
	assert(event->json_len >= BLOCK_EVENT_BYTES_MIN &&
	    event->json_len <= EVENT_STORED_BYTES_MAX &&
	    block_draft_fits(draft, event->json_len));

	put_u64(draft->bytes + draft->len,
	    (uint64_t)event->stored_at_ms << LENGTH_BITS | event->json_len);
	draft->len += BLOCK_ENTRY_BYTES;
	memcpy(draft->bytes + draft->len, event->json, event->json_len);
	draft->len += event->json_len;
	draft->last = place_of(event);
	if (draft->count++ == 0)
		draft->first = draft->last;
}

void
block_draft_seal(struct block_draft *draft, uint32_t organization,
    enum category category, uint8_t key_out[BLOCK_KEY_BYTES])
{
	struct block_key key = {
		.organization = organization,
		.category = category,
		.first = draft->first,
	};
	uint64_t count = draft->count;

	assert(count > 0);
	block_key_write(&key, key_out);
	/* Count and last moment share eight bytes. */
	put_u64(draft->bytes + COUNT_OFFSET, count << MOMENT_BITS |
	    (uint64_t)draft->last.stored_at_ms);
	put_u64(draft->bytes, seal_of(TREE_EVENTS, key_out, BLOCK_KEY_BYTES,
	    draft->bytes + SEAL_BYTES, draft->len - SEAL_BYTES));
}

void
block_insert(const struct block *block, const struct block_event *event,
    struct block_draft parts[BLOCK_PARTS_MAX], unsigned int *part_count_out)
{
	struct block_draft *part = &parts[0];
	size_t own_bytes = bytes_of(event, 1);
	size_t before_bytes;
	size_t after_bytes;
	unsigned int before = 0;
	bool is_whole;
	bool is_left;
	bool is_right;

	while (before < block->count &&
	    block_event_compare(&block->events[before], event) < 0)
		before++;
	before_bytes = bytes_of(block->events, before);
	after_bytes = bytes_of(block->events + before, block->count - before);
	is_whole = before_bytes + own_bytes + after_bytes <= EVENTS_BYTES_FULL;
	is_left = before == 0 ||
	    before_bytes + own_bytes <= EVENTS_BYTES_FULL;
	is_right = !is_left && own_bytes + after_bytes <= EVENTS_BYTES_FULL;

	block_draft_init(part);
	add_all(part, block->events, before);
	if (!is_left)
		block_draft_init(++part);
	block_draft_add(part, event);
	if (!is_whole && !is_right && before < block->count)
		block_draft_init(++part);
	add_all(part, block->events + before, block->count - before);

	*part_count_out = (unsigned int)(part - parts) + 1;
}

static size_t
bytes_of(const struct block_event *events, unsigned int count)
{
	size_t bytes = 0;

	for (unsigned int i = 0; i < count; i++)
		bytes += BLOCK_ENTRY_BYTES + events[i].json_len;
	return bytes;
}

static void
add_all(struct block_draft *draft, const struct block_event *events,
    unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		block_draft_add(draft, &events[i]);
}

static uint16_t
get_u16(const uint8_t *bytes)
{
	uint16_t big;

	memcpy(&big, bytes, sizeof(big));
	return be16toh(big);
}

static uint32_t
get_u32(const uint8_t *bytes)
{
	uint32_t big;

	memcpy(&big, bytes, sizeof(big));
	return be32toh(big);
}

static uint64_t
get_u64(const uint8_t *bytes)
{
	uint64_t big;

	memcpy(&big, bytes, sizeof(big));
	return be64toh(big);
}

static void
put_u64(uint8_t *bytes, uint64_t number)
{
	uint64_t big = htobe64(number);

	memcpy(bytes, &big, sizeof(big));
}

static int64_t
get_header(const uint8_t *value, unsigned int *count_out)
{
	*count_out = get_u16(value + COUNT_OFFSET);
	return (int64_t)(get_u64(value + COUNT_OFFSET) &
	    ((UINT64_C(1) << MOMENT_BITS) - 1));
}

static struct cursor
place_of(const struct block_event *event)
{
	struct cursor place = { .stored_at_ms = event->stored_at_ms };

	memcpy(place.id, block_event_id(event), EVENT_ID_LEN);
	return place;
}
