/* test_access_log.c - a line a request. */
#include "api/access_log.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "suite.h"

static char path[512];

static struct access_log *
open_log(void)
{
	struct access_log *log;
	struct detail detail = { "" };
	char *directory = suite_directory();

	snprintf(path, sizeof(path), "%s/access.log", directory);
	free(directory);
	ck_assert_int_eq(access_log_open(path, &log, &detail), ERR_NONE);
	return log;
}

static const struct access_line line = {
	.request_id = "abc",
	.organization_id = "ORG",
	.method = "GET",
	.version = "/v1",
	.path = "/events",
	.status = 200,
	.body_bytes = 12,
};

static size_t
file_bytes(void)
{
	struct stat status;

	ck_assert_int_eq(stat(path, &status), 0);
	return (size_t)status.st_size;
}

static void
read_line(char text[512])
{
	FILE *file = fopen(path, "re");

	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(text, 512, file));
	fclose(file);
}

static void
assert_matches(const char *text, const char *pattern)
{
	regex_t regex;

	ck_assert_int_eq(regcomp(&regex, pattern, REG_EXTENDED), 0);
	ck_assert_msg(regexec(&regex, text, 0, NULL, 0) == 0, "%s", text);
	regfree(&regex);
}

START_TEST(a_line_is_logfmt)
{
	struct access_log *log = open_log();
	char text[512];

	access_log_add(log, &line);
	access_log_close(log);
	read_line(text);
	assert_matches(text, "^time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z "
	    "request_id=abc organization=ORG api_key_id=- method=GET "
	    "path=/v1/events status=200 bytes=12 us=[0-9]+\n$");
}
END_TEST

START_TEST(a_path_that_is_no_route_is_not_told)
{
	struct access_log *log = open_log();
	struct access_line unknown = line;
	char text[512];

	unknown.path = NULL;
	access_log_add(log, &unknown);
	access_log_close(log);
	read_line(text);
	assert_matches(text, " path=- ");
}
END_TEST

START_TEST(lines_wait_until_they_are_flushed)
{
	struct access_log *log = open_log();

	access_log_add(log, &line);
	ck_assert_uint_eq(file_bytes(), 0);
	access_log_flush(log);
	ck_assert_uint_gt(file_bytes(), 0);
	access_log_close(log);
}
END_TEST

START_TEST(full_lines_are_written_at_once)
{
	struct access_log *log = open_log();

	for (int i = 0; i < ACCESS_LOG_BYTES_MAX / 50; i++)
		access_log_add(log, &line);
	ck_assert_uint_gt(file_bytes(), 0);
	access_log_close(log);
}
END_TEST

START_TEST(a_file_is_appended_to)
{
	struct access_log *log = open_log();
	size_t bytes;

	access_log_add(log, &line);
	access_log_close(log);
	bytes = file_bytes();
	ck_assert_int_eq(access_log_open(path, &log, NULL), ERR_NONE);
	access_log_add(log, &line);
	access_log_close(log);
	ck_assert_uint_gt(file_bytes(), bytes);
}
END_TEST

START_TEST(a_file_that_does_not_open_is_named)
{
	struct detail detail = { "" };
	struct access_log *log;

	ck_assert_int_eq(access_log_open("/nowhere/log", &log, &detail),
	    ERR_IO);
	ck_assert_ptr_null(log);
	ck_assert_str_eq(detail.text, "cannot open the access log "
	    "/nowhere/log: No such file or directory");
}
END_TEST

START_TEST(no_log_takes_no_lines)
{
	access_log_add(NULL, &line);
	access_log_flush(NULL);
	access_log_close(NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("access_log");
	TCase *tests = tcase_create("lines");

	tcase_add_test(tests, a_line_is_logfmt);
	tcase_add_test(tests, a_path_that_is_no_route_is_not_told);
	tcase_add_test(tests, lines_wait_until_they_are_flushed);
	tcase_add_test(tests, full_lines_are_written_at_once);
	tcase_add_test(tests, a_file_is_appended_to);
	tcase_add_test(tests, a_file_that_does_not_open_is_named);
	tcase_add_test(tests, no_log_takes_no_lines);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
