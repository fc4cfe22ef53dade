/* test_cursor.c - places among the events. */
#include "model/cursor.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "suite.h"

/* Each is greater than the one before. */
static const struct cursor sorted[] = {
	{ INT64_MIN, "aaaaaaaaaaaaaaaaaaaaa" },
	{ 0, "" },
	{ 0, "-aaaaaaaaaaaaaaaaaaaa" },
	{ 0, "0aaaaaaaaaaaaaaaaaaaa" },
	{ 0, "Aaaaaaaaaaaaaaaaaaaaa" },
	{ 0, "_aaaaaaaaaaaaaaaaaaaa" },
	{ 0, "aaaaaaaaaaaaaaaaaaaaa" },
	{ 0, "aaaaaaaaaaaaaaaaaaaab" },
	{ 1, "0aaaaaaaaaaaaaaaaaaaa" },
	{ INT64_MAX, "0aaaaaaaaaaaaaaaaaaaa" },
};

START_TEST(cursors_sort_by_time_and_then_by_the_ids_bytes)
{
	for (int i = 0; i < (int)COUNT_OF(sorted); i++) {
		int order = cursor_compare(&sorted[i], &sorted[_i]);

		ck_assert_int_eq((order > 0) - (order < 0),
		    (i > _i) - (i < _i));
	}
}
END_TEST

static const struct {
	const char *text;
	bool is_valid;
} id_rows[] = {
	{ "5fZk0a-_5fZk0a5fZk0ab", true },
	{ "-aaaaaaaaaaaaaaaaaaaa", true },	/* others' ids begin so */
	{ "_aaaaaaaaaaaaaaaaaaaa", true },
	{ "", false },
	{ "aaaaaaaaaaaaaaaaaaaa", false },	/* 20 */
	{ "aaaaaaaaaaaaaaaaaaaaaa", false },	/* 22 */
	{ "aaaaaaaaaa.aaaaaaaaaa", false },
	{ "aaaaaaaaaa aaaaaaaaaa", false },
	{ "aaaaaaaaaaaaaaaaaaa\xc3\xa4", false },
};

START_TEST(an_event_id_is_21_of_its_alphabet)
{
	const char *text = id_rows[_i].text;

	ck_assert_int_eq(event_id_is_valid(text, strlen(text)),
	    id_rows[_i].is_valid);
}
END_TEST

START_TEST(an_event_id_holds_no_nul)
{
	ck_assert(!event_id_is_valid("aaaaaaaaaa\0aaaaaaaaaa", 21));
}
END_TEST

#define AN_ID "5fZk0a-_5fZk0a5fZk0ab"

static const struct {
	const char *text;
	enum error err;
	int64_t stored_at_ms;
} text_rows[] = {
	{ "1657027948150:" AN_ID, ERR_NONE, INT64_C(1657027948150) },
	{ "0:" AN_ID, ERR_NONE, 0 },
	{ "007:" AN_ID, ERR_NONE, 7 },
	{ "9223372036854775807:" AN_ID, ERR_NONE, INT64_MAX },
	{ "9223372036854775808:" AN_ID, ERR_SYNTAX, 0 },
	{ "-1:" AN_ID, ERR_SYNTAX, 0 },
	{ "", ERR_SYNTAX, 0 },
	{ ":", ERR_SYNTAX, 0 },
	{ "1", ERR_SYNTAX, 0 },
	{ "1:", ERR_SYNTAX, 0 },
	{ ":" AN_ID, ERR_SYNTAX, 0 },
	{ AN_ID, ERR_SYNTAX, 0 },
	{ "1 :" AN_ID, ERR_SYNTAX, 0 },
	{ "1:" AN_ID ":", ERR_SYNTAX, 0 },
	{ "1::" AN_ID, ERR_SYNTAX, 0 },
};

START_TEST(a_cursors_text_is_its_time_and_its_id)
{
	const char *text = text_rows[_i].text;
	struct cursor cursor;
	struct cursor again;
	char written[CURSOR_TEXT_SIZE];

	ck_assert_int_eq(cursor_parse(text, strlen(text), &cursor),
	    text_rows[_i].err);
	ck_assert_int_eq(cursor.stored_at_ms, text_rows[_i].stored_at_ms);
	if (text_rows[_i].err != ERR_NONE) {
		ck_assert_str_eq(cursor.id, "");
		return;
	}
	ck_assert_str_eq(cursor.id, AN_ID);
	cursor_format(&cursor, written);
	ck_assert_int_eq(cursor_parse(written, strlen(written), &again),
	    ERR_NONE);
	ck_assert_int_eq(cursor_compare(&cursor, &again), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cursor");
	TCase *tcase = tcase_create("cursor");

	tcase_add_loop_test(tcase,
	    cursors_sort_by_time_and_then_by_the_ids_bytes, 0,
	    COUNT_OF(sorted));
	tcase_add_loop_test(tcase, an_event_id_is_21_of_its_alphabet, 0,
	    COUNT_OF(id_rows));
	tcase_add_test(tcase, an_event_id_holds_no_nul);
	tcase_add_loop_test(tcase, a_cursors_text_is_its_time_and_its_id, 0,
	    COUNT_OF(text_rows));
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
