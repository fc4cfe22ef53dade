/* test_verdicts.c - what machines agreed about places of the log. */
#include "model/verdicts.h"

#include <string.h>

#include "base/buffer.h"
#include "model/cluster_secrets.h"
#include "suite.h"

#define KEY "verdicts"

static struct cluster_secrets secrets;
static struct verdicts verdicts;
static struct buffer value;

static void
set_up(void)
{
	memset(&secrets, 7, sizeof(secrets));
	verdicts = (struct verdicts){ 0 };
	buffer_init(&value, 0);
}

static void
tear_down(void)
{
	buffer_clear(&value);
}

START_TEST(a_place_that_nobody_asked_about_has_no_verdict)
{
	ck_assert(verdicts_put(&verdicts, 7, VERDICT_ASKED));
	ck_assert_int_eq(verdicts_find(&verdicts, 6), VERDICT_NONE);
	ck_assert_int_eq(verdicts_find(&verdicts, 7), VERDICT_ASKED);
	ck_assert_int_eq(verdicts_find(&verdicts, 8), VERDICT_NONE);
}
END_TEST

/* The first of two machines that are sure is right. */
START_TEST(what_was_decided_stays_so)
{
	verdicts_put(&verdicts, 7, VERDICT_ASKED);
	verdicts_put(&verdicts, 7, VERDICT_VOID);
	verdicts_put(&verdicts, 7, VERDICT_KEPT);
	verdicts_put(&verdicts, 7, VERDICT_ASKED);
	ck_assert_int_eq(verdicts_find(&verdicts, 7), VERDICT_VOID);
	verdicts_put(&verdicts, 3, VERDICT_KEPT);
	verdicts_put(&verdicts, 3, VERDICT_VOID);
	ck_assert_int_eq(verdicts_find(&verdicts, 3), VERDICT_KEPT);
	ck_assert_uint_eq(verdicts.count, 2);
}
END_TEST

START_TEST(a_full_list_takes_no_more_until_some_are_past)
{
	for (uint64_t i = VERDICTS_MAX; i > 0; i--)
		ck_assert(verdicts_put(&verdicts, 10 * i, VERDICT_ASKED));
	ck_assert(!verdicts_put(&verdicts, 11, VERDICT_ASKED));
	/* One that is there is no more. */
	ck_assert(verdicts_put(&verdicts, 10, VERDICT_VOID));
	verdicts_expire(&verdicts, 20);
	ck_assert_uint_eq(verdicts.count, VERDICTS_MAX - 1);
	ck_assert_int_eq(verdicts_find(&verdicts, 10), VERDICT_NONE);
	ck_assert_int_eq(verdicts_find(&verdicts, 20), VERDICT_ASKED);
	ck_assert(verdicts_put(&verdicts, 21, VERDICT_ASKED));
	verdicts_expire(&verdicts, UINT64_MAX);
	ck_assert_uint_eq(verdicts.count, 0);
}
END_TEST

START_TEST(what_is_written_is_read)
{
	struct verdicts read;

	verdicts_put(&verdicts, INT64_MAX, VERDICT_KEPT);
	verdicts_put(&verdicts, 1, VERDICT_VOID);
	verdicts_put(&verdicts, 12, VERDICT_ASKED);
	verdicts_write(&verdicts, &secrets, KEY, &value);
	ck_assert_int_eq(value.error, ERR_NONE);
	ck_assert_int_eq(verdicts_read(&secrets, KEY, value.bytes, value.len,
	    &read), ERR_NONE);
	ck_assert_uint_eq(read.count, 3);
	ck_assert_int_eq(verdicts_find(&read, 1), VERDICT_VOID);
	ck_assert_int_eq(verdicts_find(&read, 12), VERDICT_ASKED);
	ck_assert_int_eq(verdicts_find(&read, INT64_MAX), VERDICT_KEPT);
}
END_TEST

START_TEST(the_longest_list_fits)
{
	struct verdicts read;

	for (uint64_t i = 0; i < VERDICTS_MAX; i++)
		verdicts_put(&verdicts, INT64_MAX - i, VERDICT_ASKED);
	verdicts_write(&verdicts, &secrets, KEY, &value);
	ck_assert_uint_le(value.len, VERDICTS_BYTES_MAX);
	ck_assert_int_eq(verdicts_read(&secrets, KEY, value.bytes, value.len,
	    &read), ERR_NONE);
	ck_assert_uint_eq(read.count, VERDICTS_MAX);
}
END_TEST

START_TEST(an_empty_list_is_one)
{
	verdicts_write(&verdicts, &secrets, KEY, &value);
	ck_assert_int_eq(verdicts_read(&secrets, KEY, value.bytes, value.len,
	    &verdicts), ERR_NONE);
	ck_assert_uint_eq(verdicts.count, 0);
}
END_TEST

/* Seals what a machine would not write, and reads it. */
static enum error
read_lines(const char *lines)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t seal[SEAL_BYTES];

	seal_make(&secrets, KEY, lines, strlen(lines), seal);
	buffer_reset(&value);
	for (size_t i = 0; i < sizeof(seal); i++) {
		buffer_add(&value, &hex[seal[i] >> 4], 1);
		buffer_add(&value, &hex[seal[i] & 15], 1);
	}
	buffer_add_text(&value, "\n");
	buffer_add_text(&value, lines);
	return verdicts_read(&secrets, KEY, value.bytes, value.len,
	    &verdicts);
}

static const struct {
	const char *lines;
	enum error err;
	size_t count;
} rows[] = {
	{ "1 void\n2 kept\n",	ERR_NONE,   2 },
	{ "1 void\n2 kept",	ERR_SYNTAX, 0 },	/* cut off */
	{ "1 void\n\n",		ERR_SYNTAX, 0 },
	{ "0 void\n",		ERR_SYNTAX, 0 },	/* no place */
	{ "-1 void\n",		ERR_SYNTAX, 0 },
	{ "1 voi\n",		ERR_SYNTAX, 0 },
	{ "1 voided\n",		ERR_SYNTAX, 0 },
	{ "void\n",		ERR_SYNTAX, 0 },
	{ "1 \n",		ERR_SYNTAX, 0 },
	{ "x void\n",		ERR_SYNTAX, 0 },
};

START_TEST(only_whole_lines_are_read)
{
	ck_assert_int_eq(read_lines(rows[_i].lines), rows[_i].err);
	ck_assert_uint_eq(verdicts.count, rows[_i].count);
}
END_TEST

START_TEST(what_others_wrote_is_not_read)
{
	struct cluster_secrets theirs;

	memset(&theirs, 8, sizeof(theirs));
	verdicts_put(&verdicts, 7, VERDICT_VOID);
	verdicts_write(&verdicts, &theirs, KEY, &value);
	ck_assert_int_eq(verdicts_read(&secrets, KEY, value.bytes, value.len,
	    &verdicts), ERR_SYNTAX);
	ck_assert_uint_eq(verdicts.count, 0);
	ck_assert_int_eq(verdicts_read(&theirs, "other", value.bytes,
	    value.len, &verdicts), ERR_SYNTAX);
	ck_assert_int_eq(verdicts_read(&theirs, KEY, value.bytes, 64,
	    &verdicts), ERR_SYNTAX);
	value.bytes[value.len - 2] ^= 1;
	ck_assert_int_eq(verdicts_read(&theirs, KEY, value.bytes, value.len,
	    &verdicts), ERR_SYNTAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("verdicts");
	TCase *tests = tcase_create("verdicts");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests,
	    a_place_that_nobody_asked_about_has_no_verdict);
	tcase_add_test(tests, what_was_decided_stays_so);
	tcase_add_test(tests,
	    a_full_list_takes_no_more_until_some_are_past);
	tcase_add_test(tests, what_is_written_is_read);
	tcase_add_test(tests, the_longest_list_fits);
	tcase_add_test(tests, an_empty_list_is_one);
	tcase_add_loop_test(tests, only_whole_lines_are_read, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tests, what_others_wrote_is_not_read);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
