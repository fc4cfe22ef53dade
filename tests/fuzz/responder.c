/* responder.c - fuzz: the whole responder, by what comes on a connection.
 *
 * The first byte chooses: 0 and the rest are bytes as a web server may send
 * them; otherwise they are requests as text, which become records here: lines
 * of NAME=value, an empty line, the body; between two requests a NUL.  A bit
 * says that they may be many, another one that answers do not fit into the
 * socket.
 *
 * What is sent is FastCGI, its answers are CGI and JSON, none is a 500, and
 * no organization's events are told without its key.
 */
#include <fastcgi.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "conversation.h"
#include "fuzz.h"
#include "model/json_text.h"
#include "responder/connection.h"
#include "responder/replies.h"
#include "world.h"

const char fuzz_target[] = "responder";

enum {
	INPUT_BYTES_MAX = 32 * 1024,
	MANY = 1 << 6,
	NARROW = 1 << 7,
	/* Each takes its time.  Many are more than a turn takes. */
	FEW_REQUESTS_MAX = 3,
	REQUESTS_MAX = REQUESTS_PER_TURN + 2,
	BODIES_KEPT = 64,
	STATUS_AT = sizeof("Status: ") - 1
};

static void add_requests(const uint8_t *bytes, size_t len, int max);
static void add_request(const char *text, size_t len);
static void add_pair(struct buffer *pairs, const char *line, size_t len);
static void add_length(struct buffer *pairs, size_t len);
static void add_records(uint8_t type, const char *bytes, size_t len);
static void note_keys(const struct world *world);
static bool holds_key(uint16_t request_id, const char *key);
static const char *next_record(const char *at, const char *end,
    const char **content_out, size_t *content_len_out);
static uint16_t record_id(const char *record);
static void check_records(const struct world *world);
static void check_answer(const struct world *world, const char *text,
    size_t len);
static bool is_json(const char *body, size_t len);
static const char *find_field(const char *head, size_t head_len,
    const char *name);
static void check_marks(const struct world *world, const char *text,
    size_t len);

static struct buffer sent;	/* to the responder */
static struct buffer received;	/* from it */
static struct buffer answer;	/* the content of STDOUT under way */
static bool has_keys[WORLD_ORGANIZATIONS];

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct world *world = world_get();
	struct fuzz_input input = { bytes, len };
	uint8_t choice = fuzz_take(&input);

	if (input.len == 0 || input.len > INPUT_BYTES_MAX)
		return 0;
	buffer_reset(&sent);
	buffer_reset(&received);
	if (choice != 0)
		add_requests(input.bytes, input.len, (choice & MANY) != 0 ?
		    REQUESTS_MAX : FEW_REQUESTS_MAX);
	else
		buffer_add(&sent, input.bytes, input.len);
	note_keys(world);
	converse(world->connections, (choice & NARROW) != 0, &sent, &received);
	check_records(world);
	return 0;
}

static void
add_requests(const uint8_t *bytes, size_t len, int max)
{
	for (int i = 0; i < max && len > 0; i++) {
		const uint8_t *nul = memchr(bytes, '\0', len);
		size_t part = nul == NULL ? len : (size_t)(nul - bytes);

		add_request((const char *)bytes, part);
		part += nul == NULL ? 0 : 1;
		bytes += part;
		len -= part;
	}
}

static void
add_request(const char *text, size_t len)
{
	static struct buffer pairs;
	static const char begin[] = { 0, FCGI_RESPONDER, FCGI_KEEP_CONN, 0, 0,
	    0, 0, 0 };

	buffer_reset(&pairs);
	while (len > 0 && *text != '\n') {
		const char *newline = memchr(text, '\n', len);
		size_t line = newline == NULL ? len :
		    (size_t)(newline - text);

		add_pair(&pairs, text, line);
		line += newline == NULL ? 0 : 1;
		text += line;
		len -= line;
	}
	add_records(FCGI_BEGIN_REQUEST, begin, sizeof(begin));
	if (pairs.len > 0)
		add_records(FCGI_PARAMS, pairs.bytes, pairs.len);
	add_records(FCGI_PARAMS, NULL, 0);
	if (len > 1)
		add_records(FCGI_STDIN, text + 1, len - 1);
	add_records(FCGI_STDIN, NULL, 0);
}

static void
add_pair(struct buffer *pairs, const char *line, size_t len)
{
	const char *equals = memchr(line, '=', len);
	size_t name_len = equals == NULL ? len : (size_t)(equals - line);
	size_t value_at = equals == NULL ? len : name_len + 1;

	add_length(pairs, name_len);
	add_length(pairs, len - value_at);
	buffer_add(pairs, line, name_len);
	buffer_add(pairs, line + value_at, len - value_at);
}

static void
add_length(struct buffer *pairs, size_t len)
{
	const uint8_t bytes[] = { (uint8_t)(len >> 24 | 0x80),
	    (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len };

	if (len < 0x80)
		buffer_add(pairs, bytes + 3, 1);
	else
		buffer_add(pairs, bytes, sizeof(bytes));
}

static void
add_records(uint8_t type, const char *bytes, size_t len)
{
	uint8_t header[RECORD_HEADER_BYTES];

	/* A text is at most half of what fits into one. */
	FUZZ_EXPECT(len <= UINT16_MAX);
	reply_put_header(header, type, 1, len, 0);
	buffer_add(&sent, header, sizeof(header));
	buffer_add(&sent, bytes, len);
}

/* A second reader of what is sent: whose key may be in the params of any of
 * its requests? */
static void
note_keys(const struct world *world)
{
	const char *at = sent.bytes;
	const char *end = at + sent.len;
	uint16_t last_id = 0;

	for (size_t i = 0; i < WORLD_ORGANIZATIONS; i++)
		has_keys[i] = false;
	while (at < end) {
		const char *content;
		size_t content_len;
		const char *next = next_record(at, end, &content,
		    &content_len);

		if (next == NULL)
			return;
		if (at[1] == FCGI_PARAMS && record_id(at) != last_id) {
			last_id = record_id(at);
			for (size_t i = 0; i < WORLD_ORGANIZATIONS; i++)
				if (holds_key(last_id, world->keys[i]))
					has_keys[i] = true;
		}
		at = next;
	}
}

/* The records of one request, without what is between them. */
static bool
holds_key(uint16_t request_id, const char *key)
{
	static struct buffer params;
	const char *at = sent.bytes;
	const char *end = at + sent.len;

	buffer_reset(&params);
	while (at != NULL && at < end) {
		const char *content;
		size_t content_len;
		const char *next = next_record(at, end, &content,
		    &content_len);

		if (next != NULL && at[1] == FCGI_PARAMS &&
		    record_id(at) == request_id)
			buffer_add(&params, content, content_len);
		at = next;
	}
	return params.len > 0 && memmem(params.bytes, params.len, key,
	    strlen(key)) != NULL;
}

/* What is behind the record; NULL when it is not whole. */
static const char *
next_record(const char *at, const char *end, const char **content_out,
    size_t *content_len_out)
{
	const uint8_t *header = (const uint8_t *)at;
	size_t len;

	if (end - at < RECORD_HEADER_BYTES)
		return NULL;
	*content_out = at + RECORD_HEADER_BYTES;
	*content_len_out = (size_t)header[4] << 8 | header[5];
	len = RECORD_HEADER_BYTES + *content_len_out + header[6];
	return (size_t)(end - at) < len ? NULL : at + len;
}

static uint16_t
record_id(const char *record)
{
	const uint8_t *header = (const uint8_t *)record;

	return (uint16_t)(header[2] << 8 | header[3]);
}

static void
check_records(const struct world *world)
{
	const char *at = received.bytes;
	const char *end = received.len == 0 ? at : at + received.len;

	buffer_reset(&answer);
	while (at < end) {
		const char *content;
		size_t len;
		const char *next = next_record(at, end, &content, &len);

		FUZZ_EXPECT(next != NULL && at[0] == FCGI_VERSION_1);
		switch (at[1]) {
		case FCGI_STDOUT:
			FUZZ_EXPECT(record_id(at) != 0);
			buffer_add(&answer, content, len);
			break;
		case FCGI_END_REQUEST:
			FUZZ_EXPECT(record_id(at) != 0 && len == 8);
			/* One that was given up may have been begun. */
			if (content[4] != FCGI_REQUEST_COMPLETE)
				break;
			check_answer(world, answer.bytes, answer.len);
			buffer_reset(&answer);
			break;
		case FCGI_GET_VALUES_RESULT:
			FUZZ_EXPECT(record_id(at) == 0);
			break;
		case FCGI_UNKNOWN_TYPE:
			FUZZ_EXPECT(record_id(at) == 0 && len == 8);
			break;
		default:
			fuzz_fail(__FILE__, __LINE__,
			    "it is a record that responders send");
		}
		at = next;
	}
	/* Of a stream, which has no end. */
	check_marks(world, answer.bytes, answer.len);
}

static void
check_answer(const struct world *world, const char *text, size_t len)
{
	static const char statuses[] = " 200 201 204 400 401 403 404 405 406 "
	    "409 413 414 415 422 501 ";
	char status[] = " 000 ";
	const char *head_end;
	const char *body;
	const char *length;
	const char *type;
	size_t head_len;
	size_t body_len;

	check_marks(world, text, len);
	/* Without an answer the request was given up. */
	if (len == 0)
		return;
	head_end = memmem(text, len, "\r\n\r\n", 4);
	FUZZ_EXPECT(head_end != NULL && len > STATUS_AT + 4 &&
	    memcmp(text, "Status: ", STATUS_AT) == 0);
	memcpy(status + 1, text + STATUS_AT, 3);
	FUZZ_EXPECT(strstr(statuses, status) != NULL);
	head_len = (size_t)(head_end + 2 - text);
	body = head_end + 4;
	body_len = len - head_len - 2;
	for (size_t i = 0; i < head_len; i++)
		FUZZ_EXPECT((text[i] >= ' ' && text[i] < '\x7f') ||
		    (text[i] == '\r' && text[i + 1] == '\n') ||
		    (text[i] == '\n' && text[i - 1] == '\r'));
	FUZZ_EXPECT(find_field(text, head_len, "X-Request-Id") != NULL);

	length = find_field(text, head_len, "Content-Length");
	type = find_field(text, head_len, "Content-Type");
	/* HEAD has no body, whatever the length. */
	FUZZ_EXPECT(length == NULL || body_len == 0 ||
	    strtoul(length, NULL, 10) == body_len);
	FUZZ_EXPECT(type != NULL || body_len == 0);
	if (type != NULL && body_len > 0 &&
	    (strncmp(type, "application/json\r", 17) == 0 ||
	    strncmp(type, "application/problem+json\r", 25) == 0))
		FUZZ_EXPECT(is_json(body, body_len));
}

/* Most bodies are what another answer had a moment ago. */
static bool
is_json(const char *body, size_t len)
{
	static struct buffer kept[BODIES_KEPT];
	struct buffer *same = &kept[len % BODIES_KEPT];

	if (same->len == len && memcmp(same->bytes, body, len) == 0)
		return true;
	if (json_text_check(body, len, JSON_DEPTH_MAX + 2, NULL) != ERR_NONE)
		return false;
	buffer_reset(same);
	buffer_add(same, body, len);
	return true;
}

/* Its value, which a line's end ends; NULL when it is not there. */
static const char *
find_field(const char *head, size_t head_len, const char *name)
{
	size_t name_len = strlen(name);

	for (const char *line = head; line < head + head_len;
	    line = (const char *)memchr(line, '\n', head_len -
	    (size_t)(line - head)) + 1)
		if (head_len - (size_t)(line - head) > name_len + 2 &&
		    memcmp(line, name, name_len) == 0 &&
		    memcmp(line + name_len, ": ", 2) == 0)
			return line + name_len + 2;
	return NULL;
}

static void
check_marks(const struct world *world, const char *text, size_t len)
{
	unsigned int organizations = 0;

	for (size_t i = 0; i < WORLD_ORGANIZATIONS && len > 0; i++) {
		const char *mark = world->marks[i];

		/* libFuzzer learns marks from this very look for them, and
		 * what a client sends may come back. */
		if (memmem(text, len, mark, EVENT_ID_LEN) == NULL ||
		    memmem(sent.bytes, sent.len, mark, EVENT_ID_LEN) != NULL)
			continue;
		FUZZ_EXPECT(has_keys[i]);
		organizations++;
	}
	FUZZ_EXPECT(organizations <= 1);
}
