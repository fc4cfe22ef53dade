/* test_outgoing.c - answers as records, whatever a socket takes at a time. */
#include <errno.h>
#include <fastcgi.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "responder/outgoing.h"
#include "suite.h"

enum { FULL = 65528, TURNS_MAX = 100000, END_BYTES = 24 };

static const struct {
	size_t head_len;
	size_t body_len;
	size_t records;
} rows[] = {
	{ 0, 0, 0 },
	{ 1, 0, 1 },
	{ 0, 1, 1 },
	{ 100, 250, 1 },
	{ 100, FULL - 101, 1 },
	{ 100, FULL - 100, 1 },		/* full, without padding */
	{ 100, FULL - 99, 2 },		/* one byte over */
	{ 100, 2 * FULL - 100, 2 },
	{ 100, 3000000, 46 },
	{ FULL + 5, 10, 2 },		/* a head over one record */
	{ FULL, 10, 2 },
};

static void
fill(struct buffer *buffer, size_t len, int first)
{
	char *bytes = buffer_reserve(buffer, len);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(first + (int)(i % 26));
	buffer->len = len;
}

/* Sends all through a socket that is read in small and large pieces. */
static void
pass_on(struct outgoing *outgoing, struct buffer *received)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    ends), 0);
	for (int i = 0; i < TURNS_MAX; i++) {
		size_t size = (size_t)(i * 7919 % 100000 + 1);
		ssize_t len;

		ck_assert_int_eq(outgoing_write(outgoing, ends[0]),
		    ERR_NONE);
		len = read(ends[1], buffer_reserve(received, size), size);
		if (len > 0)
			received->len += (size_t)len;
		else if (outgoing_is_sent(outgoing))
			break;
	}
	ck_assert(outgoing_is_sent(outgoing));
	close(ends[0]);
	close(ends[1]);
}

/* Reads STDOUT records of request 1 back; returns how many there were. */
static size_t
read_records(const struct buffer *received, size_t len,
    struct buffer *content)
{
	size_t count = 0;
	size_t at = 0;

	while (at < len) {
		FCGI_Header header;
		size_t content_len;

		memcpy(&header, received->bytes + at, sizeof(header));
		content_len = (size_t)(header.contentLengthB1 << 8 |
		    header.contentLengthB0);
		ck_assert_uint_eq(header.version, FCGI_VERSION_1);
		ck_assert_uint_eq(header.type, FCGI_STDOUT);
		ck_assert_uint_eq(header.requestIdB0, 1);
		ck_assert_uint_gt(content_len, 0);
		ck_assert_uint_eq((content_len + header.paddingLength) % 8,
		    0);
		buffer_add(content, received->bytes + at + sizeof(header),
		    content_len);
		at += sizeof(header) + content_len + header.paddingLength;
		count++;
	}
	ck_assert_uint_eq(at, len);
	return count;
}

static void
check_pieces(size_t row, bool is_last)
{
	static const uint8_t end[END_BYTES] = "\1\6\0\1\0\0\0\0"
	    "\1\3\0\1\0\10\0\0" "\0\0\0\0\0\0\0";
	struct outgoing outgoing;
	struct buffer buffers[5];
	struct buffer *head = &buffers[0];
	struct buffer *body = &buffers[1];
	struct buffer *expected = &buffers[2];
	struct buffer *received = &buffers[3];
	struct buffer *content = &buffers[4];
	size_t len;

	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_init(&buffers[i], 0);
	fill(head, rows[row].head_len, 'A');
	fill(body, rows[row].body_len, 'a');
	buffer_add(expected, head->bytes, head->len);
	buffer_add(expected, body->bytes, body->len);

	outgoing_init(&outgoing);
	outgoing_begin(&outgoing, 1, rows[row].head_len == 0 ? NULL : head,
	    body, is_last);
	pass_on(&outgoing, received);
	len = received->len;
	if (is_last) {
		ck_assert_uint_ge(len, END_BYTES);
		len -= END_BYTES;
		ck_assert_mem_eq(received->bytes + len, end, END_BYTES);
	}
	ck_assert_uint_eq(read_records(received, len, content),
	    rows[row].records);
	ck_assert_uint_eq(content->len, expected->len);
	if (content->len > 0)
		ck_assert_mem_eq(content->bytes, expected->bytes,
		    content->len);
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_clear(&buffers[i]);
}

START_TEST(an_answer_is_full_records_and_its_end)
{
	check_pieces((size_t)_i, true);
}
END_TEST

START_TEST(a_piece_that_is_not_the_last_has_no_end)
{
	check_pieces((size_t)_i, false);
}
END_TEST

START_TEST(a_peer_that_is_gone_is_an_error)
{
	struct outgoing outgoing;
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	close(ends[1]);
	outgoing_init(&outgoing);
	outgoing_begin_reply(&outgoing, reply_end_request(
	    outgoing_reply(&outgoing), 1, FCGI_OVERLOADED));
	ck_assert(!outgoing_is_sent(&outgoing));
	ck_assert_int_eq(outgoing_write(&outgoing, ends[0]), ERR_IO);
	close(ends[0]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("outgoing");
	TCase *tcase = tcase_create("outgoing");

	tcase_add_loop_test(tcase, an_answer_is_full_records_and_its_end, 0,
	    COUNT_OF(rows));
	tcase_add_loop_test(tcase, a_piece_that_is_not_the_last_has_no_end,
	    0, COUNT_OF(rows));
	tcase_add_test(tcase, a_peer_that_is_gone_is_an_error);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
