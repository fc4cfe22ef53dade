/* outgoing.c - what a connection has to send, and how far it got. */
#include "responder/outgoing.h"

#include <assert.h>
#include <errno.h>
#include <fastcgi.h>
#include <string.h>
#include <sys/uio.h>

#include "base/buffer.h"

enum {
	/* Content of a full record, the most that is aligned to 8 bytes. */
	CONTENT_FULL = 0xfff8,
	RECORD_FULL = RECORD_HEADER_BYTES + CONTENT_FULL,
	/* Parts of one writev: over a megabyte. */
	PARTS_MAX = 64,
	/* Writes in one turn, so that others get theirs. */
	WRITES_MAX = 4,
	PADDING_MAX = 7
};

static_assert((int)OUTGOING_TAIL_MAX >= PADDING_MAX + RECORD_HEADER_BYTES +
    END_RECORD_BYTES, "the end of an answer fits");

static int gather(const struct outgoing *outgoing,
    struct iovec parts[PARTS_MAX]);
static struct iovec part_at(const struct outgoing *outgoing, size_t at);

void
outgoing_init(struct outgoing *outgoing)
{
	outgoing->head = NULL;
	outgoing->head_len = 0;
	outgoing->body = NULL;
	outgoing->content_len = 0;
	outgoing->records_len = 0;
	outgoing->tail_len = 0;
	outgoing->sent = 0;
}

void
outgoing_begin(struct outgoing *outgoing, uint16_t request_id,
    const struct buffer *head, const struct buffer *body, bool is_last)
{
	size_t last_len;
	size_t padding_len;
	size_t records;

	assert(outgoing_is_sent(outgoing));
	outgoing->head = head == NULL ? NULL : head->bytes;
	outgoing->head_len = head == NULL ? 0 : head->len;
	outgoing->body = body->bytes;
	outgoing->content_len = outgoing->head_len + body->len;
	outgoing->sent = 0;

	records = (outgoing->content_len + CONTENT_FULL - 1) / CONTENT_FULL;
	outgoing->records_len =
	    outgoing->content_len + records * RECORD_HEADER_BYTES;
	last_len = records == 0 ? 0 :
	    outgoing->content_len - (records - 1) * CONTENT_FULL;
	padding_len = -last_len % 8;
	reply_put_header(outgoing->full_header, FCGI_STDOUT, request_id,
	    CONTENT_FULL, 0);
	reply_put_header(outgoing->last_header, FCGI_STDOUT, request_id,
	    last_len, padding_len);

	memset(outgoing->tail, 0, padding_len);
	outgoing->tail_len = padding_len;
	if (is_last) {
		reply_put_header(outgoing->tail + outgoing->tail_len,
		    FCGI_STDOUT, request_id, 0, 0);
		outgoing->tail_len += RECORD_HEADER_BYTES;
		outgoing->tail_len += reply_end_request(
		    outgoing->tail + outgoing->tail_len, request_id,
		    FCGI_REQUEST_COMPLETE);
	}
}

uint8_t *
outgoing_reply(struct outgoing *outgoing)
{
	assert(outgoing_is_sent(outgoing));
	return outgoing->tail;
}

void
outgoing_begin_reply(struct outgoing *outgoing, size_t len)
{
	outgoing_init(outgoing);
	outgoing->tail_len = len;
}

bool
outgoing_is_sent(const struct outgoing *outgoing)
{
	return outgoing->sent == outgoing->records_len + outgoing->tail_len;
}

enum error
outgoing_write(struct outgoing *outgoing, int fd)
{
	for (int writes = 0; writes < WRITES_MAX; writes++) {
		struct iovec parts[PARTS_MAX];
		ssize_t written;

		if (outgoing_is_sent(outgoing))
			break;
		written = writev(fd, parts, gather(outgoing, parts));
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ?
			    ERR_NONE : ERR_IO;
		outgoing->sent += (size_t)written;
	}
	return ERR_NONE;
}

static int
gather(const struct outgoing *outgoing, struct iovec parts[PARTS_MAX])
{
	size_t end = outgoing->records_len + outgoing->tail_len;
	size_t at = outgoing->sent;
	int count = 0;

	while (at < end && count < PARTS_MAX) {
		parts[count] = part_at(outgoing, at);
		at += parts[count].iov_len;
		count++;
	}
	return count;
}

/* The bytes from there on that lie together in memory. */
static struct iovec
part_at(const struct outgoing *outgoing, size_t at)
{
	size_t record = at / RECORD_FULL;
	size_t within = at % RECORD_FULL;
	size_t content_at;
	size_t content_end = (record + 1) * CONTENT_FULL;
	const void *start;
	size_t len;

	if (at >= outgoing->records_len) {
		start = outgoing->tail + (at - outgoing->records_len);
		len = outgoing->tail_len - (at - outgoing->records_len);
	} else if (within < RECORD_HEADER_BYTES) {
		start = content_end < outgoing->content_len ?
		    outgoing->full_header + within :
		    outgoing->last_header + within;
		len = RECORD_HEADER_BYTES - within;
	} else {
		content_at = record * CONTENT_FULL + within -
		    RECORD_HEADER_BYTES;
		if (content_end > outgoing->content_len)
			content_end = outgoing->content_len;
		if (content_at < outgoing->head_len) {
			start = outgoing->head + content_at;
			if (content_end > outgoing->head_len)
				content_end = outgoing->head_len;
		} else {
			start = outgoing->body + content_at -
			    outgoing->head_len;
		}
		len = content_end - content_at;
	}
	/* writev only reads, but its parts have no const. */
	return (struct iovec){ (void *)(uintptr_t)start, len };
}
