/* test_buffer.c - bytes that grow up to a bound. */
#include "base/buffer.h"

#include <stdlib.h>
#include <string.h>

#include "suite.h"

static void
assert_holds(const struct buffer *buffer, const char *text)
{
	ck_assert_uint_eq(buffer->len, strlen(text));
	ck_assert_mem_eq(buffer->bytes, text, buffer->len);
}

START_TEST(what_is_added_follows_what_is_there)
{
	struct buffer buffer;

	buffer_init(&buffer, 0);
	buffer_add(&buffer, "a", 0);
	ck_assert_uint_eq(buffer.len, 0);
	buffer_add(&buffer, "ab", 2);
	buffer_add_text(&buffer, "cd");
	buffer_add_format(&buffer, "%s=%d", "e", 5);
	assert_holds(&buffer, "abcde=5");
	buffer_drop(&buffer, 4);
	assert_holds(&buffer, "e=5");
	buffer_reset(&buffer);
	ck_assert_uint_eq(buffer.len, 0);
	ck_assert_uint_gt(buffer.size, 0);
	buffer_clear(&buffer);
	ck_assert_ptr_null(buffer.bytes);
	buffer_clear(NULL);
}
END_TEST

START_TEST(a_bound_is_kept_and_remembered)
{
	struct buffer buffer;

	buffer_init(&buffer, 4);
	buffer_add(&buffer, "abcd", 4);
	ck_assert_int_eq(buffer.error, ERR_NONE);
	buffer_add(&buffer, "e", 1);
	ck_assert_int_eq(buffer.error, ERR_TOO_LARGE);
	buffer_add(&buffer, "", 0);
	assert_holds(&buffer, "abcd");
	ck_assert_ptr_null(buffer_reserve(&buffer, 1));
	buffer_reset(&buffer);
	ck_assert_int_eq(buffer.error, ERR_NONE);
	buffer_clear(&buffer);
}
END_TEST

START_TEST(it_grows_far_and_keeps_its_bytes)
{
	struct buffer buffer;

	buffer_init(&buffer, 0);
	for (int i = 0; i < 100000; i++)
		buffer_add(&buffer, (const char[]){ (char)(i % 251) }, 1);
	ck_assert_uint_eq(buffer.len, 100000);
	for (int i = 0; i < 100000; i++)
		ck_assert_int_eq(buffer.bytes[i], (char)(i % 251));
	buffer_clear(&buffer);
}
END_TEST

START_TEST(a_secret_is_wiped)
{
	static const char zeros[600];
	struct buffer buffer;

	buffer_init_secret(&buffer, 0);
	buffer_add_text(&buffer, "secret");
	buffer_drop(&buffer, 2);
	ck_assert_mem_eq(buffer.bytes, "cret\0\0", 6);
	buffer_add(&buffer, zeros, sizeof(zeros));
	ck_assert_mem_eq(buffer.bytes, "cret", 4);
	buffer_reset(&buffer);
	ck_assert_mem_eq(buffer.bytes, "\0\0\0\0", 4);
	ck_assert(buffer.is_secret);
	buffer_add_text(&buffer, "secret");
	buffer_clear(&buffer);
	ck_assert_ptr_null(buffer.bytes);
	ck_assert(buffer.is_secret);
}
END_TEST

START_TEST(a_json_string_is_escaped)
{
	static const char text[] = "a\"\\\n\x01\xc3\xa4/";
	struct buffer buffer;

	buffer_init(&buffer, 0);
	buffer_add_json_string(&buffer, text, strlen(text));
	assert_holds(&buffer, "\"a\\\"\\\\\\u000a\\u0001\xc3\xa4/\"");
	buffer_clear(&buffer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("buffer");
	TCase *tcase = tcase_create("buffer");

	tcase_add_test(tcase, what_is_added_follows_what_is_there);
	tcase_add_test(tcase, a_bound_is_kept_and_remembered);
	tcase_add_test(tcase, it_grows_far_and_keeps_its_bytes);
	tcase_add_test(tcase, a_secret_is_wiped);
	tcase_add_test(tcase, a_json_string_is_escaped);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
