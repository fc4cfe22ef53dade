/* test_random_id.c - ids. */
#include "model/random_id.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/cursor.h"
#include "suite.h"

enum { MANY = 20000 };

START_TEST(an_id_is_21_characters_and_begins_with_a_letter_or_digit)
{
	char id[EVENT_ID_LEN + 1];

	for (int i = 0; i < MANY; i++) {
		random_id(id);
		ck_assert(event_id_is_valid(id, strlen(id)));
		ck_assert(isalnum((unsigned char)id[0]));
	}
}
END_TEST

/* Each of 64 symbols is expected 6,250 times, with a deviation of 78; the
 * bounds are ten of them, so that chance never fails it. */
START_TEST(every_symbol_of_an_id_is_as_likely_as_another)
{
	static unsigned int counts[256];
	static const char symbols[] = "_-" TEXT_ALNUM;
	char id[EVENT_ID_LEN + 1];

	for (int i = 0; i < MANY; i++) {
		random_id(id);
		for (size_t at = 1; at < EVENT_ID_LEN; at++)
			counts[(unsigned char)id[at]]++;
	}
	for (size_t i = 0; i < sizeof(symbols) - 1; i++) {
		ck_assert_uint_gt(counts[(unsigned char)symbols[i]], 5470);
		ck_assert_uint_lt(counts[(unsigned char)symbols[i]], 7030);
	}
}
END_TEST

static const struct {
	uint32_t counter;
	const char *beginning;
} counter_rows[] = {
	{ 0, "0---" },
	{ 1, "0--0" },
	{ 63, "0--z" },
	{ 64, "0-0-" },
	{ 64 * 64 - 1, "0-zz" },
	{ 64 * 64, "00--" },
	{ 64 * 64 * 64, "1---" },
	{ EVENT_COUNTER_MAX - 1, "zzzz" },
};

START_TEST(an_event_id_begins_with_its_counter)
{
	char id[EVENT_ID_LEN + 1];

	event_id_make(counter_rows[_i].counter, id);
	ck_assert(event_id_is_valid(id, strlen(id)));
	ck_assert_mem_eq(id, counter_rows[_i].beginning, 4);
}
END_TEST

START_TEST(event_ids_sort_as_their_counters)
{
	char before[EVENT_ID_LEN + 1] = "";
	char id[EVENT_ID_LEN + 1];

	/* A prime, so that all four characters take turns. */
	for (uint32_t counter = 0; counter < EVENT_COUNTER_MAX;
	    counter += 997) {
		event_id_make(counter, id);
		ck_assert_str_gt(id, before);
		memcpy(before, id, sizeof(id));
	}
}
END_TEST

START_TEST(two_ids_of_one_counter_differ)
{
	char a[EVENT_ID_LEN + 1];
	char b[EVENT_ID_LEN + 1];

	event_id_make(7, a);
	event_id_make(7, b);
	ck_assert_str_ne(a, b);
}
END_TEST

/* Others must be able to make them too: with Python's hashlib, blake2b of
 * the 12 bytes, keyed, digest_size=32, and six bits of each byte. */
static const struct {
	uint64_t sequence;
	uint32_t index;
	const char *end;
} origin_rows[] = {
	{ 1, 0, "8SJKdPUKT4lFQCeqQ" },
	{ 1, 1, "QCE9FJqQZ7zEmyrCo" },
	{ UINT64_C(0x0102030405060708), UINT32_C(0x090a0b0c),
	    "0GXD0BS1M5Bbo51uO" },
};

START_TEST(a_derived_id_follows_from_its_origin)
{
	struct event_origin origin = {
		.sequence = origin_rows[_i].sequence,
		.index = origin_rows[_i].index,
	};
	char id[EVENT_ID_LEN + 1];

	for (uint8_t i = 0; i < EVENT_ORIGIN_KEY_BYTES; i++)
		origin.key[i] = i;
	event_id_derive(&origin, 64, id);
	ck_assert(event_id_is_valid(id, strlen(id)));
	ck_assert_mem_eq(id, "0-0-", 4);
	ck_assert_str_eq(id + 4, origin_rows[_i].end);
}
END_TEST

START_TEST(another_key_derives_another_id)
{
	const struct event_origin origin = { .sequence = 1 };
	char id[EVENT_ID_LEN + 1];

	event_id_derive(&origin, 0, id);
	ck_assert_str_eq(id, "0---7rQf-6wTOcHB8VAM-");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("random_id");
	TCase *tcase = tcase_create("random_id");

	tcase_add_test(tcase,
	    an_id_is_21_characters_and_begins_with_a_letter_or_digit);
	tcase_add_test(tcase,
	    every_symbol_of_an_id_is_as_likely_as_another);
	tcase_add_loop_test(tcase, an_event_id_begins_with_its_counter, 0,
	    COUNT_OF(counter_rows));
	tcase_add_test(tcase, event_ids_sort_as_their_counters);
	tcase_add_test(tcase, two_ids_of_one_counter_differ);
	tcase_add_loop_test(tcase, a_derived_id_follows_from_its_origin, 0,
	    COUNT_OF(origin_rows));
	tcase_add_test(tcase, another_key_derives_another_id);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
