/* test_json_spelling.c - JSON's strings as they are spelled. */
#include "model/json_spelling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "suite.h"

static struct spelling
spell(const char *text)
{
	return (struct spelling){
		.text = text,
		.len = (uint32_t)strlen(text),
		.has_escape = strchr(text, '\\') != NULL,
	};
}

static const struct {
	const char *a;
	const char *b;
	int order;
} rows[] = {
	{ "", "", 0 },
	{ "", "a", -1 },
	{ "a", "ab", -1 },
	{ "b", "ab", 1 },
	{ "type", "type", 0 },
	{ "type", "\\u0074ype", 0 },
	{ "\\u0074\\u0079pe", "t\\u0079pe", 0 },
	{ "a", "\\u0061b", -1 },
	{ "\\u0061b", "a", 1 },
	{ "\\u000a", "\\n", 0 },
	{ "\\/", "/", 0 },
	{ "\\\"\\\\\\b\\f\\n\\r\\t", "\\u0022\\u005C\\u0008\\u000C\\u000A"
	    "\\u000D\\u0009", 0 },
	{ "\xc3\xa4", "\\u00e4", 0 },
	{ "\xe2\x82\xac", "\\u20AC", 0 },
	{ "\xf0\x9f\x98\x80", "\\ud83d\\ude00", 0 },
	/* U+FFFD is below U+1F600, though its UTF-16 is above. */
	{ "\\ufffd", "\\ud83d\\ude00", -1 },
	{ "\\ufffd", "\xf0\x9f\x98\x80", -1 },
	/* Unpaired surrogates are themselves. */
	{ "\\ud83d", "\\uD83D", 0 },
	{ "\\ud83d", "\\ud83dx", -1 },
	{ "\\ude00\\ud83d", "\\ud83d\\ude00", -1 },
};

START_TEST(spellings_compare_by_their_characters)
{
	struct spelling a = spell(rows[_i].a);
	struct spelling b = spell(rows[_i].b);
	int order = spelling_compare(&a, &b);
	int reverse = spelling_compare(&b, &a);

	ck_assert_int_eq((order > 0) - (order < 0), rows[_i].order);
	ck_assert_int_eq((reverse > 0) - (reverse < 0), -rows[_i].order);
}
END_TEST

START_TEST(a_nul_is_found_however_it_is_among_others)
{
	struct spelling with = spell("a\\n\\u0000b");
	struct spelling without = spell("a\\\\u0000\\u0001");

	ck_assert(spelling_has_nul(&with));
	ck_assert(!spelling_has_nul(&without));
}
END_TEST

static const struct {
	const char *text;
	size_t escape_len;	/* 0: none */
	uint32_t character;
} escape_rows[] = {
	{ "\\n", 2, '\n' },
	{ "\\nx", 2, '\n' },
	{ "\\u00e4", 6, 0xe4 },
	{ "\\uFFFF", 6, 0xffff },
	{ "\\ud800\\udc00", 12, 0x10000 },
	{ "\\udbff\\udfff", 12, 0x10ffff },
	{ "\\ud800", 6, 0xd800 },
	{ "\\ud800x", 6, 0xd800 },
	{ "\\ud800\\u0041", 6, 0xd800 },
	{ "\\ud800\\ud800\\udc00", 6, 0xd800 },
	{ "\\ud800\\udc0", 6, 0xd800 },
	{ "\\udc00\\ud800", 6, 0xdc00 },
	{ "\\", 0, 0 },
	{ "\\x41", 0, 0 },
	{ "\\'", 0, 0 },
	{ "\\N", 0, 0 },
	{ "\\u", 0, 0 },
	{ "\\u00e", 0, 0 },
	{ "\\u00eg", 0, 0 },
	{ "\\u+0e4", 0, 0 },
	{ "\\U00e4", 0, 0 },
};

START_TEST(an_escape_is_one_of_rfc_8259)
{
	const char *text = escape_rows[_i].text;
	const char *at = text;
	uint32_t character = 99;

	ck_assert_int_eq(json_escape_read(&at, text + strlen(text),
	    &character), escape_rows[_i].escape_len > 0);
	ck_assert_uint_eq((size_t)(at - text), escape_rows[_i].escape_len);
	ck_assert_uint_eq(character, escape_rows[_i].character);
}
END_TEST

START_TEST(surrogates_are_d800_to_dfff)
{
	ck_assert(!character_is_surrogate(0xd7ff));
	ck_assert(character_is_surrogate(0xd800));
	ck_assert(character_is_surrogate(0xdbff));
	ck_assert(character_is_surrogate(0xdc00));
	ck_assert(character_is_surrogate(0xdfff));
	ck_assert(!character_is_surrogate(0xe000));
	ck_assert(!character_is_surrogate(0x1d800));
}
END_TEST

START_TEST(a_twin_is_the_later_of_two_equal_ones)
{
	static const char text[] = "abcab";
	struct spellings spellings;
	const struct spelling *twin;

	spellings_init(&spellings);
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		struct spelling one = { .text = text + i, .len = 1 };

		ck_assert(spellings_add(&spellings, &one));
	}
	/* c, a and b from number 2 on differ. */
	ck_assert_ptr_null(spellings_find_twin(&spellings, 2));
	twin = spellings_find_twin(&spellings, 0);
	ck_assert_ptr_eq(twin->text, text + 3);
	spellings_clear(&spellings);
}
END_TEST

START_TEST(very_many_spellings_are_kept)
{
	static char texts[10000][8];
	struct spellings spellings;

	spellings_init(&spellings);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct spelling one;

		snprintf(texts[i], sizeof(texts[i]), "%zu", i);
		one = spell(texts[i]);
		ck_assert(spellings_add(&spellings, &one));
	}
	ck_assert_uint_eq(spellings.count, COUNT_OF(texts));
	ck_assert_ptr_null(spellings_find_twin(&spellings, 0));
	memcpy(texts[9999], "1234", sizeof("1234"));
	ck_assert_ptr_eq(spellings_find_twin(&spellings, 0)->text,
	    texts[9999]);
	spellings_clear(&spellings);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json_spelling");
	TCase *tcase = tcase_create("json_spelling");

	tcase_add_loop_test(tcase, spellings_compare_by_their_characters, 0,
	    COUNT_OF(rows));
	tcase_add_test(tcase, a_nul_is_found_however_it_is_among_others);
	tcase_add_loop_test(tcase, an_escape_is_one_of_rfc_8259, 0,
	    COUNT_OF(escape_rows));
	tcase_add_test(tcase, surrogates_are_d800_to_dfff);
	tcase_add_test(tcase, a_twin_is_the_later_of_two_equal_ones);
	tcase_add_test(tcase, very_many_spellings_are_kept);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
