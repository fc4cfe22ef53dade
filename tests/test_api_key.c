/* test_api_key.c - API keys, scopes and the pepper. */
#include "model/api_key.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "suite.h"

/* The checksums and digests were computed by another BLAKE2b. */
#define ZEROS_KEY "at_0000000000000000000000000000000000000000m0IOCs"
#define MIXED_KEY "at_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdnkAZaF"

static const struct {
	const char *text;
	bool is_well_formed;
} key_rows[] = {
	{ ZEROS_KEY, true },
	{ MIXED_KEY, true },
	{ "", false },
	{ "at_", false },
	{ "at_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdnkAZa", false },
	{ MIXED_KEY "0", false },
	{ " " MIXED_KEY, false },
	/* One character differs: in the mark, the body, the checksum. */
	{ "At_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdnkAZaF", false },
	{ "at_1123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdnkAZaF", false },
	{ "at_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdnkAZaf", false },
	/* Two changed places. */
	{ "at_1023456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdnkAZaF", false },
	{ "at_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabc-nkAZaF", false },
	{ "at_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdnkAZ\xc3\xa4", false },
};

START_TEST(a_key_has_a_mark_40_characters_and_their_checksum)
{
	const char *text = key_rows[_i].text;

	ck_assert_int_eq(api_key_is_well_formed(text, strlen(text)),
	    key_rows[_i].is_well_formed);
}
END_TEST

START_TEST(a_made_key_is_well_formed_and_another_each_time)
{
	char before[API_KEY_LEN + 1] = "";
	char clear[API_KEY_LEN + 1];

	for (int i = 0; i < 1000; i++) {
		api_key_make(clear);
		ck_assert_uint_eq(strlen(clear), API_KEY_LEN);
		ck_assert(api_key_is_well_formed(clear, strlen(clear)));
		ck_assert_str_ne(clear, before);
		memcpy(before, clear, sizeof(clear));
	}
}
END_TEST

START_TEST(a_digest_is_keyed_blake2b)
{
	static const uint8_t wanted[API_KEY_DIGEST_BYTES] = {
		0x5f, 0x65, 0x0c, 0x3e, 0x1c, 0x93, 0x52, 0xdc,
		0xb6, 0xe7, 0x34, 0x99, 0xc5, 0x49, 0x4a, 0xb2,
		0x5b, 0x07, 0xa4, 0x40, 0xf4, 0xd8, 0x4d, 0x36,
		0x93, 0x1e, 0x74, 0xad, 0x4d, 0x40, 0x79, 0x89
	};
	struct pepper pepper;
	struct api_key key = { .name = "" };

	for (size_t i = 0; i < PEPPER_BYTES; i++)
		pepper.bytes[i] = (uint8_t)i;
	api_key_describe(&key, &pepper, MIXED_KEY);
	ck_assert_mem_eq(key.digest, wanted, sizeof(wanted));
	ck_assert_str_eq(key.prefix, "at_0123");
	ck_assert_str_eq(key.last, "AZaF");

	pepper.bytes[0] ^= 1;
	api_key_digest(&pepper, MIXED_KEY, API_KEY_LEN, key.digest);
	ck_assert_mem_ne(key.digest, wanted, sizeof(wanted));
}
END_TEST

START_TEST(a_key_name_is_1_to_256_bytes_of_one_line)
{
	char name[API_KEY_NAME_BYTES_MAX + 2] = "";
	struct detail detail;

	ck_assert_int_eq(api_key_name_check("", &detail), ERR_MEANING);
	ck_assert_str_eq(detail.text, "key name: expected 1 to 256 bytes of "
	    "UTF-8 without control characters, got \"\"");
	ck_assert_int_eq(api_key_name_check("a\tb", &detail), ERR_MEANING);
	memset(name, 'n', API_KEY_NAME_BYTES_MAX);
	ck_assert_int_eq(api_key_name_check(name, &detail), ERR_NONE);
	name[API_KEY_NAME_BYTES_MAX] = 'n';
	ck_assert_int_eq(api_key_name_check(name, &detail), ERR_MEANING);
}
END_TEST

static const struct {
	enum api_key_status status;
	int64_t expires_ms;
	bool is_usable;		/* at 1000 */
} usable_rows[] = {
	{ API_KEY_ENABLED, 0, true },		/* never expires */
	{ API_KEY_ENABLED, 1001, true },
	{ API_KEY_ENABLED, 1000, false },
	{ API_KEY_ENABLED, 999, false },
	{ API_KEY_DISABLED, 0, false },
	{ API_KEY_DISABLED, 1001, false },
};

START_TEST(a_key_is_usable_while_it_is_enabled_and_not_expired)
{
	struct api_key key = {
		.status = usable_rows[_i].status,
		.expires_ms = usable_rows[_i].expires_ms,
	};

	ck_assert_int_eq(api_key_is_usable(&key, 1000),
	    usable_rows[_i].is_usable);
}
END_TEST

START_TEST(write_covers_read_and_nothing_else_covers_another)
{
	const unsigned int both = SCOPE_EVENTS_READ | SCOPE_EVENTS_WRITE;

	ck_assert(scopes_cover(SCOPE_EVENTS_READ, SCOPE_EVENTS_READ));
	ck_assert(scopes_cover(SCOPE_EVENTS_WRITE, SCOPE_EVENTS_READ));
	ck_assert(scopes_cover(SCOPE_EVENTS_WRITE, SCOPE_EVENTS_WRITE));
	ck_assert(scopes_cover(both, SCOPE_EVENTS_WRITE));
	ck_assert(!scopes_cover(SCOPE_EVENTS_READ, SCOPE_EVENTS_WRITE));
	ck_assert(!scopes_cover(0, SCOPE_EVENTS_READ));
	ck_assert(!scopes_cover(0, SCOPE_EVENTS_WRITE));
}
END_TEST

START_TEST(scopes_read_as_they_are_written)
{
	char text[SCOPES_TEXT_SIZE];
	unsigned int scopes = 0;

	scopes_format(scopes, text);
	ck_assert_str_eq(text, "none");
	ck_assert_int_eq(scopes_parse("none", &scopes, NULL), ERR_NONE);
	ck_assert_uint_eq(scopes, 0);
	ck_assert_int_eq(scopes_parse("events:write", &scopes, NULL),
	    ERR_NONE);
	scopes_format(scopes, text);
	ck_assert_str_eq(text, "events:write");
	ck_assert_int_eq(scopes_parse("events:read", &scopes, NULL),
	    ERR_NONE);
	scopes_format(scopes, text);
	ck_assert_str_eq(text, "events:read,events:write");
}
END_TEST

START_TEST(an_unknown_scope_is_refused_with_the_allowed_ones)
{
	static const char *const texts[] = {
		"", "events", "events:", "events:READ", "queues:read",
		"events:read,events:write"
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		unsigned int scopes = SCOPE_EVENTS_READ;
		struct detail detail;

		ck_assert_int_eq(scopes_parse(texts[i], &scopes, &detail),
		    ERR_MEANING);
		ck_assert_uint_eq(scopes, SCOPE_EVENTS_READ);
		ck_assert_ptr_nonnull(strstr(detail.text,
		    "scope: expected events:read, events:write or none"));
	}
}
END_TEST

START_TEST(statuses_have_names)
{
	ck_assert_str_eq(api_key_status_name(API_KEY_ENABLED), "enabled");
	ck_assert_str_eq(api_key_status_name(API_KEY_DISABLED), "disabled");
}
END_TEST

START_TEST(a_pepper_reads_as_it_is_written)
{
	char text[PEPPER_TEXT_LEN + 1];
	struct pepper made;
	struct pepper parsed;

	pepper_make(&made);
	pepper_format(&made, text);
	ck_assert_uint_eq(strlen(text), PEPPER_TEXT_LEN);
	ck_assert_int_eq(pepper_parse(text, PEPPER_TEXT_LEN, &parsed, NULL),
	    ERR_NONE);
	ck_assert_mem_eq(parsed.bytes, made.bytes, PEPPER_BYTES);

	pepper_make(&parsed);
	ck_assert_mem_ne(parsed.bytes, made.bytes, PEPPER_BYTES);
}
END_TEST

#define HEX16 "0123456789abcdef"

static const char *const bad_peppers[] = {
	"",
	"\n",
	HEX16 HEX16 HEX16 HEX16,		/* no newline */
	HEX16 HEX16 HEX16 HEX16 "\n\n",
	HEX16 HEX16 HEX16 HEX16 " ",
	HEX16 HEX16 HEX16 "0123456789abcde\n",
	HEX16 HEX16 HEX16 "0123456789abcde \n",
	HEX16 HEX16 HEX16 "0123456789abcdeg\n",
	"g123456789abcdef" HEX16 HEX16 HEX16 "\n",
};

START_TEST(a_pepper_of_another_shape_is_refused_and_not_quoted)
{
	static const struct pepper zero;
	const char *text = bad_peppers[_i];
	struct pepper pepper;
	struct detail detail;

	ck_assert_int_eq(pepper_parse(text, strlen(text), &pepper, &detail),
	    ERR_MEANING);
	ck_assert_mem_eq(pepper.bytes, zero.bytes, PEPPER_BYTES);
	ck_assert_str_eq(detail.text,
	    "pepper: expected 64 hexadecimal digits and a newline");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("api_key");
	TCase *tcase = tcase_create("api_key");

	tcase_add_loop_test(tcase,
	    a_key_has_a_mark_40_characters_and_their_checksum, 0,
	    COUNT_OF(key_rows));
	tcase_add_test(tcase,
	    a_made_key_is_well_formed_and_another_each_time);
	tcase_add_test(tcase, a_digest_is_keyed_blake2b);
	tcase_add_test(tcase, a_key_name_is_1_to_256_bytes_of_one_line);
	tcase_add_loop_test(tcase,
	    a_key_is_usable_while_it_is_enabled_and_not_expired, 0,
	    COUNT_OF(usable_rows));
	tcase_add_test(tcase,
	    write_covers_read_and_nothing_else_covers_another);
	tcase_add_test(tcase, scopes_read_as_they_are_written);
	tcase_add_test(tcase,
	    an_unknown_scope_is_refused_with_the_allowed_ones);
	tcase_add_test(tcase, statuses_have_names);
	tcase_add_test(tcase, a_pepper_reads_as_it_is_written);
	tcase_add_loop_test(tcase,
	    a_pepper_of_another_shape_is_refused_and_not_quoted, 0,
	    COUNT_OF(bad_peppers));
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
