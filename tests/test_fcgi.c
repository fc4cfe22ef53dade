/* test_fcgi.c - what this program relies on libfcgi to do. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "model/limits.h"
#include "responder/fcgi.h"
#include "suite.h"

enum { TIMES = 1000 };

int OS_Read(int fd, char *bytes, size_t size);
int OS_Write(int fd, char *bytes, size_t len);

static struct fcgi *fcgi;
static struct buffer pairs;

static void
start(void)
{
	struct detail detail = { "" };

	ck_assert_msg(fcgi_start(&detail) == ERR_NONE, "%s", detail.text);
	ck_assert_int_eq(fcgi_new(&fcgi), ERR_NONE);
	buffer_init(&pairs, 0);
}

static void
end(void)
{
	fcgi_free(fcgi);
	buffer_clear(&pairs);
}

static void
add_pair(const char *name, const char *value, size_t value_len)
{
	uint8_t lengths[5] = { (uint8_t)strlen(name),
		(uint8_t)(0x80 | value_len >> 24), (uint8_t)(value_len >> 16),
		(uint8_t)(value_len >> 8), (uint8_t)value_len };

	buffer_add(&pairs, lengths, sizeof(lengths));
	buffer_add_text(&pairs, name);
	buffer_add(&pairs, value, value_len);
}

START_TEST(libfcgi_parses_what_lies_in_memory)
{
	const char *const *params;

	add_pair("REQUEST_METHOD", "GET", 3);
	add_pair("EMPTY", "", 0);
	add_pair("", "no name", 7);
	for (int i = 0; i < TIMES; i++) {
		ck_assert_int_eq(fcgi_begin(fcgi, &pairs, &params),
		    ERR_NONE);
		ck_assert_str_eq(params[0], "FCGI_ROLE=RESPONDER");
		ck_assert_str_eq(params[1], "REQUEST_METHOD=GET");
		ck_assert_str_eq(params[2], "EMPTY=");
		ck_assert_str_eq(params[3], "=no name");
		ck_assert_ptr_null(params[4]);
		fcgi_end(fcgi);
	}
}
END_TEST

START_TEST(no_params_are_params_too)
{
	const char *const *params;

	ck_assert_int_eq(fcgi_begin(fcgi, &pairs, &params), ERR_NONE);
	ck_assert_str_eq(params[0], "FCGI_ROLE=RESPONDER");
	ck_assert_ptr_null(params[1]);
	fcgi_end(fcgi);
}
END_TEST

/* Around the sizes of libfcgi's buffer and of a record. */
static const size_t sizes[] = { 1, 8191 - 40, 8192 - 40, 8193 - 40, 65528,
	65535, 65536, 2 * 65528, REQUEST_PARAMS_BYTES_MAX - 64 };

START_TEST(values_of_any_size_come_whole)
{
	size_t size = sizes[_i];
	const char *const *params;
	char *value = malloc(size);

	for (size_t extra = 0; extra < 32; extra++) {
		memset(value, 'v', size);
		buffer_reset(&pairs);
		add_pair("PADDING", value, size < extra ? 0 : extra);
		add_pair("NAME", value, size);
		ck_assert_int_eq(fcgi_begin(fcgi, &pairs, &params),
		    ERR_NONE);
		ck_assert_uint_eq(strlen(params[2]), 5 + size);
		ck_assert_mem_eq(params[2] + 5, value, size);
		ck_assert_ptr_null(params[3]);
		fcgi_end(fcgi);
	}
	free(value);
}
END_TEST

START_TEST(as_many_params_as_are_allowed_come)
{
	const char *const *params;
	char name[16];

	for (int i = 0; i < REQUEST_PARAMS_MAX; i++) {
		snprintf(name, sizeof(name), "N%d", i);
		add_pair(name, name, strlen(name));
	}
	ck_assert_int_eq(fcgi_begin(fcgi, &pairs, &params), ERR_NONE);
	ck_assert_str_eq(params[REQUEST_PARAMS_MAX], "N255=N255");
	ck_assert_ptr_null(params[REQUEST_PARAMS_MAX + 1]);
	fcgi_end(fcgi);
}
END_TEST

START_TEST(wrong_pairs_end_in_an_error_and_the_next_are_read)
{
	const char *const *params;

	/* params_check lets none of these come so far. */
	buffer_add(&pairs, "\1\5N", 3);
	ck_assert_int_eq(fcgi_begin(fcgi, &pairs, &params), ERR_IO);
	ck_assert_ptr_null(params);
	fcgi_end(fcgi);

	buffer_reset(&pairs);
	add_pair("NAME", "value", 5);
	ck_assert_int_eq(fcgi_begin(fcgi, &pairs, &params), ERR_NONE);
	ck_assert_str_eq(params[1], "NAME=value");
	fcgi_end(fcgi);
}
END_TEST

START_TEST(no_file_is_touched)
{
	const char *const *params;
	int ends[2];
	char byte;

	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	for (int i = 0; i < TIMES; i++) {
		ck_assert_int_eq(fcgi_begin(fcgi, &pairs, &params),
		    ERR_NONE);
		fcgi_end(fcgi);
	}
	ck_assert_int_eq((int)read(ends[0], &byte, 1), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq((int)write(ends[1], "x", 1), 1);

	/* Outside of fcgi_begin there is nothing to read, from any file. */
	ck_assert_int_eq(OS_Read(ends[0], &byte, 1), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(OS_Read(INT_MAX, &byte, 1), -1);
	ck_assert_int_eq(OS_Write(ends[1], &byte, 1), 1);
	ck_assert_int_eq((int)read(ends[0], &byte, 1), 1);
	ck_assert_int_eq((int)read(ends[0], &byte, 1), -1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("fcgi");
	TCase *tcase = tcase_create("fcgi");

	tcase_add_checked_fixture(tcase, start, end);
	tcase_add_test(tcase, libfcgi_parses_what_lies_in_memory);
	tcase_add_test(tcase, no_params_are_params_too);
	tcase_add_loop_test(tcase, values_of_any_size_come_whole, 0,
	    sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_test(tcase, as_many_params_as_are_allowed_come);
	tcase_add_test(tcase,
	    wrong_pairs_end_in_an_error_and_the_next_are_read);
	tcase_add_test(tcase, no_file_is_touched);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
