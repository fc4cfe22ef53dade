/* test_store_fields.c - the fields of a record's body. */
#include "store/fields.h"

#include <string.h>

#include "suite.h"

static const uint8_t written[] = {
	0x01,
	0x02, 0x03,
	0x04, 0x05, 0x06, 0x07,
	0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
	0x00, 0x03, 'a', 'b', 'c',
	'x', 'y',
};

START_TEST(numbers_are_big_endian_and_texts_have_their_length)
{
	uint8_t bytes[sizeof(written)];
	struct field_writer writer = { .bytes = bytes, .size = sizeof(bytes) };

	fields_put_u8(&writer, 0x01);
	fields_put_u16(&writer, 0x0203);
	fields_put_u32(&writer, 0x04050607);
	fields_put_u64(&writer, UINT64_C(0x08090a0b0c0d0e0f));
	fields_put_text(&writer, "abc");
	fields_put_bytes(&writer, "xy", 2);
	ck_assert_uint_eq(writer.len, sizeof(written));
	ck_assert_mem_eq(bytes, written, sizeof(written));
}
END_TEST

/* Reads the fields above from the first len bytes. */
static bool
read_all(size_t len, size_t text_size)
{
	struct field_reader reader = { .bytes = written, .len = len };
	char text[8];
	char bytes[2];

	fields_get_u8(&reader);
	fields_get_u16(&reader);
	fields_get_u32(&reader);
	fields_get_u64(&reader);
	fields_get_text(&reader, text, text_size);
	fields_get_bytes(&reader, bytes, sizeof(bytes));
	return fields_are_read(&reader) && strcmp(text, "abc") == 0 &&
	    memcmp(bytes, "xy", 2) == 0;
}

START_TEST(what_is_written_reads_back)
{
	ck_assert(read_all(sizeof(written), 8));
	ck_assert(read_all(sizeof(written), 4));
}
END_TEST

START_TEST(a_body_that_ends_early_is_bad)
{
	for (size_t len = 0; len < sizeof(written); len++)
		ck_assert(!read_all(len, 8));
}
END_TEST

START_TEST(a_text_that_does_not_fit_is_bad)
{
	ck_assert(!read_all(sizeof(written), 3));
}
END_TEST

START_TEST(a_text_with_a_nul_is_bad)
{
	static const uint8_t bytes[] = { 0, 2, 'a', '\0' };
	struct field_reader reader = { .bytes = bytes, .len = sizeof(bytes) };
	char text[8];

	fields_get_text(&reader, text, sizeof(text));
	ck_assert(!fields_are_read(&reader));
}
END_TEST

START_TEST(bytes_left_over_are_bad)
{
	struct field_reader reader = { .bytes = written, .len = 2 };

	fields_get_u8(&reader);
	ck_assert(!fields_are_read(&reader));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store fields");
	TCase *tcase = tcase_create("fields");

	tcase_add_test(tcase,
	    numbers_are_big_endian_and_texts_have_their_length);
	tcase_add_test(tcase, what_is_written_reads_back);
	tcase_add_test(tcase, a_body_that_ends_early_is_bad);
	tcase_add_test(tcase, a_text_that_does_not_fit_is_bad);
	tcase_add_test(tcase, a_text_with_a_nul_is_bad);
	tcase_add_test(tcase, bytes_left_over_are_bad);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
