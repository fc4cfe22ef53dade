/* test_replies.c - the small records that a responder sends. */
#include <fastcgi.h>
#include <string.h>

#include "base/text.h"
#include "responder/replies.h"
#include "suite.h"

#define CONNECTIONS "\16\4FCGI_MAX_CONNS4096"
#define REQUESTS "\15\4FCGI_MAX_REQS4096"
#define MULTIPLEXED "\17\1FCGI_MPXS_CONNS0"

static const struct {
	const char *names;
	size_t names_len;
	const char *content;
} rows[] = {
	{ "", 0, "" },
	{ "\16\0FCGI_MAX_CONNS", 16, CONNECTIONS },
	{ "\17\0FCGI_MPXS_CONNS", 17, MULTIPLEXED },
	/* Any order, with values, with lengths of four bytes, repeated. */
	{ "\17\0FCGI_MPXS_CONNS\15\0FCGI_MAX_REQS\16\0FCGI_MAX_CONNS", 48,
	    CONNECTIONS REQUESTS MULTIPLEXED },
	{ "\200\0\0\16\200\0\0\1FCGI_MAX_CONNSv", 23, CONNECTIONS },
	{ "\15\0FCGI_MAX_REQS\15\0FCGI_MAX_REQS\15\0FCGI_MAX_REQS", 45,
	    REQUESTS },
	/* Others are left out, and so is what is cut off. */
	{ "\16\0FCGI_MAX_CONNX\0\0", 18, "" },
	{ "\15\0FCGI_MAX_REQS\16\0FCGI_MAX_CONN", 30, REQUESTS },
	{ "\15\0FCGI_MAX_REQS\377\377\377\377\1", 20, REQUESTS },
	{ "\16\1FCGI_MAX_CONNS", 16, "" },
};

START_TEST(known_values_are_told_once_each)
{
	uint8_t record[REPLY_BYTES_MAX];
	size_t content_len = strlen(rows[_i].content);
	size_t len;

	memset(record, 0xee, sizeof(record));
	len = reply_values(record, (const uint8_t *)rows[_i].names,
	    rows[_i].names_len, 4096);
	ck_assert_uint_eq(len % 8, 0);
	ck_assert_uint_eq(record[0], FCGI_VERSION_1);
	ck_assert_uint_eq(record[1], FCGI_GET_VALUES_RESULT);
	ck_assert_uint_eq(record[2] << 8 | record[3], 0);
	ck_assert_uint_eq(record[4] << 8 | record[5], content_len);
	ck_assert_uint_eq(record[6],
	    len - RECORD_HEADER_BYTES - content_len);
	ck_assert_mem_eq(record + RECORD_HEADER_BYTES, rows[_i].content,
	    content_len);
}
END_TEST

START_TEST(the_largest_values_fit)
{
	static const char names[] = "\17\0FCGI_MPXS_CONNS"
	    "\15\0FCGI_MAX_REQS\16\0FCGI_MAX_CONNS";
	uint8_t record[REPLY_BYTES_MAX];

	ck_assert_uint_le(reply_values(record, (const uint8_t *)names,
	    sizeof(names) - 1, UINT32_MAX), sizeof(record));
	ck_assert_ptr_nonnull(memmem(record, sizeof(record),
	    "FCGI_MAX_CONNS4294967295", 24));
}
END_TEST

START_TEST(the_end_of_a_request_has_its_id_and_status)
{
	uint8_t record[END_RECORD_BYTES];

	ck_assert_uint_eq(reply_end_request(record, 0x1234,
	    FCGI_CANT_MPX_CONN), sizeof(record));
	ck_assert_mem_eq(record, "\1\3\x12\x34\0\10\0\0" "\0\0\0\0\1\0\0\0",
	    sizeof(record));
}
END_TEST

START_TEST(an_unknown_type_is_named)
{
	uint8_t record[REPLY_BYTES_MAX];

	ck_assert_uint_eq(reply_unknown_type(record, 200), 16);
	ck_assert_mem_eq(record, "\1\13\0\0\0\10\0\0" "\310\0\0\0\0\0\0\0",
	    16);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("replies");
	TCase *tcase = tcase_create("replies");

	tcase_add_loop_test(tcase, known_values_are_told_once_each, 0,
	    COUNT_OF(rows));
	tcase_add_test(tcase, the_largest_values_fit);
	tcase_add_test(tcase, the_end_of_a_request_has_its_id_and_status);
	tcase_add_test(tcase, an_unknown_type_is_named);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
