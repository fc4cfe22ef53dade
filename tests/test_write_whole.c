/* test_write_whole.c - write all bytes, however few a call takes. */
#include "base/write_whole.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"

/* More than a pipe holds, so that a call takes a part. */
enum { BYTES = 1024 * 1024, PIECE_BYTES = 1000 };

static char bytes[BYTES];

static void *
read_slowly(void *arg)
{
	const int *fd = arg;
	char piece[PIECE_BYTES];
	size_t len = 0;
	ssize_t part;

	while ((part = read(*fd, piece, sizeof(piece))) > 0) {
		if (memcmp(piece, bytes + len, (size_t)part) != 0)
			return NULL;
		len += (size_t)part;
	}
	return len == sizeof(bytes) ? bytes : NULL;
}

START_TEST(what_a_pipe_takes_in_parts_is_written_whole)
{
	pthread_t reader;
	void *read_whole;
	int pipe_fds[2];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i % 251);
	ck_assert_int_eq(pipe2(pipe_fds, O_CLOEXEC), 0);
	ck_assert_int_eq(pthread_create(&reader, NULL, read_slowly,
	    &pipe_fds[0]), 0);
	ck_assert_int_eq(write_whole(pipe_fds[1], bytes, sizeof(bytes)),
	    ERR_NONE);
	close(pipe_fds[1]);
	ck_assert_int_eq(pthread_join(reader, &read_whole), 0);
	ck_assert_ptr_nonnull(read_whole);
	close(pipe_fds[0]);
}
END_TEST

START_TEST(a_failure_tells_its_cause)
{
	int pipe_fds[2];

	ck_assert_int_eq(pipe2(pipe_fds, O_CLOEXEC), 0);
	close(pipe_fds[0]);
	ck_assert(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	errno = 0;
	ck_assert_int_eq(write_whole(pipe_fds[1], "a", 1), ERR_IO);
	ck_assert_int_eq(errno, EPIPE);
	close(pipe_fds[1]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("write_whole");
	TCase *tcase = tcase_create("write_whole");

	tcase_add_test(tcase, what_a_pipe_takes_in_parts_is_written_whole);
	tcase_add_test(tcase, a_failure_tells_its_cause);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
