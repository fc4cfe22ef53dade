/* test_store_block.c - the bytes of a block. */
#include "store/block.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/sealed.h"
#include "store_fixture.h"
#include "suite.h"

enum { RANDOM_CASES = 2000, MUTATIONS = 20000 };

static struct event_draft drafts[BLOCK_EVENTS_MAX + 1];

static struct block_event
event_of(const struct event_draft *draft)
{
	return (struct block_event){
		.stored_at_ms = draft->place.stored_at_ms,
		.json = draft->json,
		.json_len = draft->json_len,
	};
}

static struct block_event
make_event(unsigned int i, int64_t stored_at_ms, size_t padding)
{
	struct cursor place = fixture_place(stored_at_ms, i);

	fixture_import_draft(&drafts[i], CATEGORY_QUEUES, &place, padding);
	return event_of(&drafts[i]);
}

/* Seals the draft and reads what it became. */
static void
seal_and_read(struct block_draft *draft, struct block_key *key_out,
    struct block *block_out)
{
	uint8_t key[BLOCK_KEY_BYTES];

	block_draft_seal(draft, 7, CATEGORY_QUEUES, key);
	ck_assert(block_key_read(key, sizeof(key), key_out));
	ck_assert_int_eq(block_read(key, sizeof(key), draft->bytes,
	    draft->len, block_out), ERR_NONE);
	ck_assert(block_is_in_order(key_out, block_out));
}

START_TEST(a_block_reads_back_as_it_was_made)
{
	struct block_draft draft;
	struct block_key key;
	struct block block;
	unsigned int count = 0;

	block_draft_init(&draft);
	for (;;) {
		struct block_event event = make_event(count,
		    BASE_MS + count / 3, count);

		if (!block_draft_fits(&draft, event.json_len))
			break;
		block_draft_add(&draft, &event);
		count++;
	}
	seal_and_read(&draft, &key, &block);
	ck_assert_uint_eq(key.organization, 7);
	ck_assert_int_eq(key.category, CATEGORY_QUEUES);
	ck_assert_uint_eq(block.count, count);
	ck_assert_int_eq(block.last_ms, BASE_MS + (count - 1) / 3);
	for (unsigned int i = 0; i < count; i++) {
		struct block_event event = event_of(&drafts[i]);

		ck_assert_int_eq(block_event_compare(&block.events[i],
		    &event), 0);
		ck_assert_uint_eq(block.events[i].json_len, event.json_len);
		ck_assert_mem_eq(block.events[i].json, event.json,
		    event.json_len);
	}
}
END_TEST

START_TEST(keys_sort_as_organization_category_moment_and_id)
{
	static const struct block_key keys[] = {
		{ 1, CATEGORY_API_KEYS, { BASE_MS, "aaaaaaaaaaaaaaaaaaaaa" } },
		{ 1, CATEGORY_API_KEYS, { BASE_MS, "aaaaaaaaaaaaaaaaaaaab" } },
		{ 1, CATEGORY_API_KEYS, { BASE_MS + 1, "-" } },
		{ 1, CATEGORY_QUEUES, { 0, "" } },
		{ 256, CATEGORY_API_KEYS, { 0, "" } },
		{ UINT32_MAX, CATEGORY_OTHER, { STORED_AT_MS_MAX, "" } },
	};
	uint8_t last[BLOCK_KEY_BYTES] = { 0 };

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		uint8_t bytes[BLOCK_KEY_BYTES];
		struct block_key key;

		block_key_write(&keys[i], bytes);
		ck_assert_int_gt(memcmp(bytes, last, sizeof(last)), 0);
		memcpy(last, bytes, sizeof(last));
		ck_assert(block_key_read(bytes, sizeof(bytes), &key));
		ck_assert_int_eq(cursor_compare(&key.first, &keys[i].first),
		    0);
		ck_assert_uint_eq(key.organization, keys[i].organization);
		ck_assert_int_eq(key.category, keys[i].category);
	}
}
END_TEST

START_TEST(a_key_of_another_length_or_category_is_none)
{
	uint8_t bytes[BLOCK_KEY_BYTES + 1] = { 0 };
	struct block_key key;

	ck_assert(block_key_read(bytes, BLOCK_KEY_BYTES, &key));
	ck_assert(!block_key_read(bytes, BLOCK_KEY_BYTES - 1, &key));
	ck_assert(!block_key_read(bytes, BLOCK_KEY_BYTES + 1, &key));
	ck_assert(!block_key_read(bytes, 0, &key));
	bytes[4] = CATEGORY_COUNT;
	ck_assert(!block_key_read(bytes, BLOCK_KEY_BYTES, &key));
}
END_TEST

START_TEST(the_largest_event_has_a_block_of_its_own)
{
	struct block_draft draft;
	struct block_key key;
	struct block block;
	struct block_event event = make_event(0, BASE_MS, 3700);
	char json[EVENT_STORED_BYTES_MAX];

	memset(json, ' ', sizeof(json));
	memcpy(json, event.json, event.json_len);
	event.json = json;
	event.json_len = sizeof(json);
	block_draft_init(&draft);
	ck_assert(block_draft_fits(&draft, event.json_len));
	block_draft_add(&draft, &event);
	ck_assert_uint_eq(draft.len, BLOCK_BYTES_MAX);
	ck_assert(!block_draft_fits(&draft, BLOCK_EVENT_BYTES_MIN));
	seal_and_read(&draft, &key, &block);
	ck_assert_uint_eq(block.events[0].json_len, sizeof(json));
}
END_TEST

/* A block of up to 12 events at even numbers, and one at an odd number. */
static struct block_event
make_random_block(uint64_t *seed, struct block_draft *draft)
{
	static const size_t paddings[] = { 0, 60, 200, 700, 1500 };
	unsigned int count = 1 + fixture_random(seed, 12);
	unsigned int i;

	block_draft_init(draft);
	for (i = 0; i < count; i++) {
		struct block_event event = make_event(i, BASE_MS + 2 * i,
		    paddings[fixture_random(seed, COUNT_OF(paddings))]);

		if (!block_draft_fits(draft, event.json_len))
			break;
		block_draft_add(draft, &event);
	}
	return make_event(BLOCK_EVENTS_MAX, BASE_MS - 1 +
	    2 * (int64_t)fixture_random(seed, draft->count + 1),
	    paddings[fixture_random(seed, COUNT_OF(paddings))]);
}

START_TEST(an_inserted_event_is_in_order_and_none_is_lost)
{
	static struct block_draft parts[BLOCK_PARTS_MAX];
	static struct block_draft draft;
	uint64_t seed = 20260101;

	for (int n = 0; n < RANDOM_CASES; n++) {
		struct block_event event = make_random_block(&seed, &draft);
		struct block_key key;
		struct block old;
		struct block part;
		unsigned int part_count = 0;
		unsigned int count = 0;
		struct cursor last = { 0, "" };
		bool is_there = false;

		seal_and_read(&draft, &key, &old);
		block_insert(&old, &event, parts, &part_count);
		ck_assert_uint_le(part_count, BLOCK_PARTS_MAX);
		for (unsigned int i = 0; i < part_count; i++) {
			seal_and_read(&parts[i], &key, &part);
			ck_assert_int_gt(cursor_compare(&key.first, &last),
			    0);
			last = parts[i].last;
			count += part.count;
			for (unsigned int j = 0; j < part.count; j++)
				is_there |= block_event_compare(
				    &part.events[j], &event) == 0;
		}
		ck_assert_uint_eq(count, old.count + 1);
		ck_assert(is_there);
	}
}
END_TEST

START_TEST(ascending_inserts_fill_the_left_part)
{
	static struct block_draft parts[BLOCK_PARTS_MAX];
	static struct block_draft draft;
	struct block_key key;
	struct block block;
	unsigned int part_count = 0;
	unsigned int i;

	/* Ten of about 300 bytes; four more follow the fifth. */
	block_draft_init(&draft);
	for (i = 0; i < 10; i++) {
		struct block_event event = make_event(i,
		    BASE_MS + (i < 5 ? i : 1000 + i), 200);

		block_draft_add(&draft, &event);
	}
	seal_and_read(&draft, &key, &block);
	for (i = 10; i < 14; i++) {
		struct block_event event = make_event(i, BASE_MS + i, 200);

		block_insert(&block, &event, parts, &part_count);
		if (part_count > 1)
			break;
		draft = parts[0];
		seal_and_read(&draft, &key, &block);
	}
	ck_assert_uint_eq(part_count, 2);
	ck_assert_uint_eq(parts[0].count, 5 + i - 9);
	ck_assert_uint_eq(parts[1].count, 5);
}
END_TEST

START_TEST(a_changed_byte_is_found)
{
	static struct block_draft draft;
	uint8_t key[BLOCK_KEY_BYTES];
	struct block block;
	uint64_t seed = 7;

	for (int n = 0; n < 20; n++) {
		make_random_block(&seed, &draft);
		block_draft_seal(&draft, 7, CATEGORY_QUEUES, key);
		for (size_t i = 0; i < draft.len; i++) {
			draft.bytes[i] ^= 1 << (i & 7);
			ck_assert_int_eq(block_read(key, sizeof(key),
			    draft.bytes, draft.len, &block), ERR_CORRUPT);
			ck_assert_uint_eq(block.count, 0);
			draft.bytes[i] ^= 1 << (i & 7);
		}
		for (size_t len = 0; len < draft.len; len++)
			ck_assert_int_eq(block_read(key, sizeof(key),
			    draft.bytes, len, &block), ERR_CORRUPT);
		key[n] ^= 1;
		ck_assert_int_eq(block_read(key, sizeof(key), draft.bytes,
		    draft.len, &block), ERR_CORRUPT);
	}
}
END_TEST

/* A mistake of ours, sealed as if it were right: lengths still hold. */
START_TEST(a_wrong_length_under_a_right_checksum_stays_within_the_value)
{
	static struct block_draft draft;
	uint8_t key[BLOCK_KEY_BYTES];
	struct block block;
	uint64_t seed = 11;

	for (int n = 0; n < MUTATIONS; n++) {
		uint8_t *value;
		size_t len;
		uint64_t seal;

		if (n % 100 == 0)
			make_random_block(&seed, &draft);
		block_draft_seal(&draft, 7, CATEGORY_QUEUES, key);
		len = fixture_random(&seed, 4) > 0 ? draft.len :
		    9 + fixture_random(&seed, (uint32_t)draft.len - 8);
		/* Of its own size, so that a sanitizer sees its end. */
		value = malloc(len);
		memcpy(value, draft.bytes, len);
		for (uint32_t i = fixture_random(&seed, 3); i > 0; i--)
			value[8 + fixture_random(&seed, (uint32_t)len - 8)] =
			    (uint8_t)fixture_random(&seed, 256);
		seal = htobe64(seal_of(TREE_EVENTS, key, sizeof(key),
		    value + SEAL_BYTES, len - SEAL_BYTES));
		memcpy(value, &seal, SEAL_BYTES);
		if (block_read(key, sizeof(key), value, len, &block) ==
		    ERR_NONE) {
			const struct block_event *last =
			    &block.events[block.count - 1];

			ck_assert_ptr_eq(last->json + last->json_len,
			    (const char *)value + len);
		}
		free(value);
	}
}
END_TEST

START_TEST(a_header_alone_says_count_and_last_moment)
{
	static struct block_draft draft;
	uint8_t key[BLOCK_KEY_BYTES];
	unsigned int count;
	int64_t last_ms;
	uint64_t seed = 3;

	make_random_block(&seed, &draft);
	block_draft_seal(&draft, 7, CATEGORY_QUEUES, key);
	ck_assert_int_eq(block_read_header(draft.bytes, draft.len, &count,
	    &last_ms), ERR_NONE);
	ck_assert_uint_eq(count, draft.count);
	ck_assert_int_eq(last_ms, draft.last.stored_at_ms);
	ck_assert_int_eq(block_read_header(draft.bytes, BLOCK_HEADER_BYTES,
	    &count, &last_ms), ERR_CORRUPT);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store block");
	TCase *tcase = tcase_create("block");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_block_reads_back_as_it_was_made);
	tcase_add_test(tcase,
	    keys_sort_as_organization_category_moment_and_id);
	tcase_add_test(tcase, a_key_of_another_length_or_category_is_none);
	tcase_add_test(tcase, the_largest_event_has_a_block_of_its_own);
	tcase_add_test(tcase, an_inserted_event_is_in_order_and_none_is_lost);
	tcase_add_test(tcase, ascending_inserts_fill_the_left_part);
	tcase_add_test(tcase, a_changed_byte_is_found);
	tcase_add_test(tcase,
	    a_wrong_length_under_a_right_checksum_stays_within_the_value);
	tcase_add_test(tcase, a_header_alone_says_count_and_last_moment);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
