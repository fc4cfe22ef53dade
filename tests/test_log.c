/* test_log.c - one line per fact. */
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "suite.h"

enum { LINE_SIZE = 16 * 1024 };

static char line[LINE_SIZE];

/* Where the journal listens, as far as this program goes. */
static struct sockaddr_un journal = { .sun_family = AF_UNIX };

/* In front of the C library's: the journal is ours, not this machine's. */
int
connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t address_len)
{
	ck_assert_uint_eq(address_len, sizeof(*address.__sockaddr_un__));
	ck_assert_str_eq(address.__sockaddr_un__->sun_path,
	    "/run/systemd/journal/socket");
	return (int)syscall(SYS_connect, fd, &journal, sizeof(journal));
}

/* Listens as the journal does; the fd to read from. */
static int
open_journal(void)
{
	char *directory = suite_directory();
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(journal.sun_path, sizeof(journal.sun_path), "%s/socket",
	    directory);
	free(directory);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&journal,
	    sizeof(journal)), 0);
	return fd;
}

/* Sends stderr into a pipe, so that one line can be read back. */
static int
catch_stderr(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	return ends[0];
}

static const char *
read_caught(int end)
{
	ssize_t line_len = read(end, line, sizeof(line) - 1);

	ck_assert_int_gt(line_len, 0);
	line[line_len] = '\0';
	return line;
}

START_TEST(a_fact_is_one_line_of_fields)
{
	int end = catch_stderr();
	const char *text;

	log_fact(LEVEL_ERROR, "the store does not open",
	    "path", "/srv/x", "cause", "no \"such\"\nfile",
	    "left_out", (char *)NULL, "bytes", "\xff", (char *)NULL);
	text = read_caught(end);
	ck_assert_int_eq(strncmp(text, "time=20", 7), 0);
	ck_assert_ptr_nonnull(strstr(text, " level=error program=apitrail "
	    "fact=\"the store does not open\" path=/srv/x "
	    "cause=\"no \\\"such\\\"\\u000afile\" bytes=\"\\xff\"\n"));
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
}
END_TEST

START_TEST(a_long_field_does_not_fit_and_does_not_harm)
{
	int end = catch_stderr();
	char *text = malloc(10001);

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', 10000);
	text[10000] = '\0';
	log_fact(LEVEL_NOTICE, "much", "text", text, (char *)NULL);
	free(text);
	ck_assert_ptr_nonnull(strstr(read_caught(end), "fact=much"));
	ck_assert_uint_lt(strlen(line), 5000);
}
END_TEST

START_TEST(the_journal_gets_a_fact_as_a_datagram_of_fields)
{
	int end = open_journal();

	ck_assert_int_eq(log_open(LOG_TO_JOURNALD, "apitrail.fcgi"),
	    ERR_NONE);
	log_fact(LEVEL_WARNING, "a store", "cause", "no\nsuch", (char *)NULL);
	ck_assert_str_eq(read_caught(end),
	    "PRIORITY=4\nSYSLOG_IDENTIFIER=apitrail.fcgi\n"
	    "MESSAGE=fact=\"a store\" cause=\"no\\u000asuch\"\n");
}
END_TEST

START_TEST(without_a_journal_lines_go_to_stderr)
{
	int end = catch_stderr();

	snprintf(journal.sun_path, sizeof(journal.sun_path), "/nowhere");
	ck_assert_int_eq(log_open(LOG_TO_JOURNALD, "apitrail"), ERR_IO);
	log_fact(LEVEL_NOTICE, "much", (char *)NULL);
	ck_assert_ptr_nonnull(strstr(read_caught(end),
	    " level=notice program=apitrail fact=much\n"));
}
END_TEST

START_TEST(targets_have_names)
{
	enum log_target target;
	struct detail detail;

	ck_assert_int_eq(log_target_parse("syslog", &target, &detail),
	    ERR_NONE);
	ck_assert_int_eq(target, LOG_TO_SYSLOG);
	ck_assert_int_eq(log_target_parse("file", &target, &detail),
	    ERR_MEANING);
	ck_assert_str_eq(detail.text,
	    "expected stderr, syslog or journald");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log");
	TCase *tcase = tcase_create("log");

	tcase_add_test(tcase, a_fact_is_one_line_of_fields);
	tcase_add_test(tcase, a_long_field_does_not_fit_and_does_not_harm);
	tcase_add_test(tcase, the_journal_gets_a_fact_as_a_datagram_of_fields);
	tcase_add_test(tcase, without_a_journal_lines_go_to_stderr);
	tcase_add_test(tcase, targets_have_names);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
