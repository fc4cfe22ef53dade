/* stored.c - fuzz: what lies in the store, as a damaged one may have it.
 *
 * The first byte chooses the kind of record.  What decodes, encoded again, is
 * what it was.
 */
#include <string.h>

#include "fuzz.h"
#include "model/organization.h"
#include "store/api_key_record.h"
#include "store/block.h"
#include "store/idempotency_record.h"
#include "store/organization_record.h"
#include "store/sealed.h"

const char fuzz_target[] = "stored";

typedef void check(const uint8_t *bytes, size_t len);

static check check_block, check_api_key, check_organization;
static check check_idempotency_key, check_idempotency_time;
static check check_idempotency_first, check_idempotency_part;
static void check_sealed_again(const struct block_key *key,
    const struct block *block, const uint8_t *value, size_t value_len);
static void check_insert(const struct block *block);
static bool is_same(const uint8_t *a, size_t a_len, const uint8_t *b,
    size_t b_len);

static check *const checks[] = {
	check_block,
	check_api_key,
	check_organization,
	check_idempotency_key,
	check_idempotency_time,
	check_idempotency_first,
	check_idempotency_part,
};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fuzz_input input = { bytes, len };

	if (len == 0)
		return 0;
	checks[fuzz_take(&input) % (sizeof(checks) / sizeof(checks[0]))](
	    input.bytes, input.len);
	return 0;
}

/* A key, and a value without its checksum, which is made here: damage that
 * keeps it right is the worst. */
static void
check_block(const uint8_t *bytes, size_t len)
{
	static uint8_t value[BLOCK_BYTES_MAX + 64];
	static struct block block;
	struct block_key key;
	size_t value_len;
	uint64_t seal;
	unsigned int count;
	int64_t last_ms;
	enum error err;

	if (len < BLOCK_KEY_BYTES || len - BLOCK_KEY_BYTES >
	    sizeof(value) - SEAL_BYTES)
		return;
	value_len = SEAL_BYTES + len - BLOCK_KEY_BYTES;
	memcpy(value + SEAL_BYTES, bytes + BLOCK_KEY_BYTES,
	    value_len - SEAL_BYTES);
	/* As its bytes lie: the highest first. */
	seal = seal_of(TREE_EVENTS, bytes, BLOCK_KEY_BYTES,
	    value + SEAL_BYTES, value_len - SEAL_BYTES);
	for (size_t i = SEAL_BYTES; i > 0; i--, seal >>= 8)
		value[i - 1] = (uint8_t)seal;

	err = block_read(bytes, BLOCK_KEY_BYTES, value, value_len, &block);
	if (err != ERR_NONE) {
		FUZZ_EXPECT(err == ERR_CORRUPT && block.count == 0);
		return;
	}
	FUZZ_EXPECT(block_read_header(value, value_len, &count, &last_ms) ==
	    ERR_NONE);
	FUZZ_EXPECT(count == block.count && last_ms == block.last_ms);
	if (block_key_read(bytes, BLOCK_KEY_BYTES, &key) &&
	    block_is_in_order(&key, &block)) {
		check_sealed_again(&key, &block, value, value_len);
		check_insert(&block);
	}
	value[0] ^= 1;
	FUZZ_EXPECT(block_read(bytes, BLOCK_KEY_BYTES, value, value_len,
	    &block) == ERR_CORRUPT);
}

static void
check_sealed_again(const struct block_key *key, const struct block *block,
    const uint8_t *value, size_t value_len)
{
	static struct block_draft draft;
	uint8_t own_key[BLOCK_KEY_BYTES];
	uint8_t wanted_key[BLOCK_KEY_BYTES];

	block_draft_init(&draft);
	for (unsigned int i = 0; i < block->count; i++) {
		FUZZ_EXPECT(block_draft_fits(&draft,
		    block->events[i].json_len));
		block_draft_add(&draft, &block->events[i]);
	}
	block_draft_seal(&draft, key->organization, key->category, own_key);
	block_key_write(key, wanted_key);
	FUZZ_EXPECT(is_same(own_key, BLOCK_KEY_BYTES, wanted_key,
	    BLOCK_KEY_BYTES));
	FUZZ_EXPECT(is_same(draft.bytes, draft.len, value, value_len));
}

/* An event in the middle: all are there afterwards, in order, in blocks that
 * are as large as they may be. */
static void
check_insert(const struct block *block)
{
	static const char json[] = "{\"id\":\"MMMMMMMMMMMMMMMMMMMMM\","
	    "\"type\":\"a\",\"stored_at\":1657027948150}";
	static struct block_draft parts[BLOCK_PARTS_MAX];
	const struct block_event event = {
		.stored_at_ms = block->events[block->count / 2].stored_at_ms,
		.json = json,
		.json_len = sizeof(json) - 1,
	};
	unsigned int part_count;
	unsigned int count = 0;

	for (unsigned int i = 0; i < block->count; i++)
		if (block_event_compare(&block->events[i], &event) == 0)
			return;
	block_insert(block, &event, parts, &part_count);
	FUZZ_EXPECT(part_count >= 1 && part_count <= BLOCK_PARTS_MAX);
	for (unsigned int i = 0; i < part_count; i++) {
		FUZZ_EXPECT(parts[i].count >= 1 && (parts[i].count == 1 ||
		    parts[i].len <= BLOCK_BYTES_FULL));
		FUZZ_EXPECT(i == 0 || cursor_compare(&parts[i - 1].last,
		    &parts[i].first) < 0 || memchr(parts[i].first.id, '\0',
		    EVENT_ID_LEN) != NULL);
		count += parts[i].count;
	}
	FUZZ_EXPECT(count == block->count + 1);
}

static void
check_api_key(const uint8_t *bytes, size_t len)
{
	static const uint8_t digest[API_KEY_DIGEST_BYTES] = { 1 };
	uint8_t written[API_KEY_RECORD_BYTES_MAX];
	struct api_key key;

	if (!api_key_record_read(digest, bytes, len, &key))
		return;
	FUZZ_EXPECT(key.status == API_KEY_ENABLED ||
	    key.status == API_KEY_DISABLED);
	FUZZ_EXPECT(is_same(written, api_key_record_write(&key, written),
	    bytes, len));
}

static void
check_organization(const uint8_t *bytes, size_t len)
{
	uint8_t written[ORGANIZATION_RECORD_BYTES_MAX];
	struct organization organization;

	if (!organization_record_read(1, bytes, len, &organization))
		return;
	FUZZ_EXPECT(organization_name_check(organization.name, NULL) ==
	    ERR_NONE);
	FUZZ_EXPECT(is_same(written,
	    organization_record_write(&organization, written), bytes, len));
}

static void
check_idempotency_key(const uint8_t *bytes, size_t len)
{
	uint8_t written[IDEMPOTENCY_KEY_BYTES_MAX];
	struct idempotency_place place;

	if (!idempotency_key_read(bytes, len, &place))
		return;
	FUZZ_EXPECT(is_same(written, idempotency_key_write(&place, written),
	    bytes, len));
}

static void
check_idempotency_time(const uint8_t *bytes, size_t len)
{
	uint8_t written[IDEMPOTENCY_TIME_BYTES_MAX];
	struct idempotency_place place;

	if (!idempotency_time_read(bytes, len, &place))
		return;
	FUZZ_EXPECT(is_same(written, idempotency_time_write(&place, written),
	    bytes, len));
}

static struct cursor places[RECORD_EVENTS_MAX];

static void
check_idempotency_first(const uint8_t *bytes, size_t len)
{
	uint8_t written[SEALED_BODY_BYTES_MAX];
	struct idempotency_record record;

	if (!idempotency_facts_read(bytes, len, &record))
		return;
	FUZZ_EXPECT(record.place_count >= 1 &&
	    record.place_count <= RECORD_EVENTS_MAX);
	if (!idempotency_part_read(bytes, len, record.place_count, 0, places))
		return;
	FUZZ_EXPECT(is_same(written, idempotency_part_write(&record, places,
	    0, written), bytes, len));
}

/* The number of the part, and how many places all have. */
static void
check_idempotency_part(const uint8_t *bytes, size_t len)
{
	uint8_t written[SEALED_BODY_BYTES_MAX];
	struct fuzz_input input = { bytes, len };
	unsigned int part = fuzz_take(&input) % IDEMPOTENCY_PARTS_MAX;
	size_t count = (size_t)fuzz_take(&input) << 8;
	struct idempotency_record record;

	count = (count | fuzz_take(&input)) % (RECORD_EVENTS_MAX + 1);
	record = (struct idempotency_record){
		.place_count = (uint16_t)count,
	};
	/* The first has facts, too, which are not looked at here. */
	if (!idempotency_part_read(input.bytes, input.len, count, part,
	    places) || part == 0)
		return;
	FUZZ_EXPECT(part < idempotency_part_count(count));
	FUZZ_EXPECT(is_same(written, idempotency_part_write(&record, places,
	    part, written), input.bytes, input.len));
}

static bool
is_same(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}
