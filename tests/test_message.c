/* test_message.c - what responder and recorder say to each other. */
#include "record/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "model/event.h"
#include "record_fixture.h"
#include "suite.h"

enum {
	/* Offsets of what rows change. */
	MAGIC = 0,
	LENGTH = 4,
	VERSION = 8,
	KIND = 9,
	ZERO = 10,
	ORGANIZATION = 20,
	API_KEY_ID = 24,
	KEY_LEN = 45,
	KEY = 46,
	COUNT = 142,
	CATEGORY = 144,
	STORED_AT_OFFSET = 145,
	JSON_LEN = 147,
	JSON = 149,
	REPLY_OUTCOME = 20,
	REPLY_COUNT = 21,
	REPLY_PLACE = 23,
	ROUNDS = 200000
};

static const struct record_ask two_events = {
	.organization = 7,
	.key = "retry-1",
	.event_count = 2,
};
static const struct cursor places[] = {
	{ 1657027948150, "0000aaaaaaaaaaaaaaaaa" },
	{ 1657027948150, "0001bbbbbbbbbbbbbbbbb" },
};

static enum error
read_request(char *bytes, size_t len, struct message_request *request)
{
	size_t message_len;
	enum error err = message_length(bytes, len, MESSAGE_REQUEST,
	    &message_len);

	if (err == ERR_NONE && message_len == len)
		return message_read_request(bytes, len, request);
	return ERR_SYNTAX;
}

static enum error
read_reply(const char *bytes, size_t len, struct message_reply *reply)
{
	size_t message_len;
	enum error err = message_length(bytes, len, MESSAGE_REPLY,
	    &message_len);

	if (err == ERR_NONE && message_len == len)
		return message_read_reply(bytes, len, reply);
	return ERR_SYNTAX;
}

START_TEST(a_request_reads_as_it_was_written)
{
	struct message_request request;
	struct event_json event;
	struct buffer message;
	size_t offset = 0;
	size_t count = 0;

	record_fixture_message(&message, &two_events);
	message_set_sequence(&message, UINT64_MAX);
	ck_assert_int_eq(read_request(message.bytes, message.len, &request),
	    ERR_NONE);
	ck_assert_uint_eq(request.sequence, UINT64_MAX);
	ck_assert_uint_eq(request.organization, 7);
	ck_assert_str_eq(request.api_key_id, "key000000000000000000");
	ck_assert_str_eq(request.idempotency_key, "retry-1");
	ck_assert_uint_eq(request.event_count, 2);
	while (message_next_event(&request, &offset, &event)) {
		event_json_stamp(&event, &places[count]);
		ck_assert_int_eq(event.category, CATEGORY_QUEUES);
		count++;
	}
	ck_assert_uint_eq(count, 2);
	ck_assert_ptr_nonnull(memmem(message.bytes, message.len,
	    "{\"id\":\"0001bbbbbbbbbbbbbbbbb\",\"type\":\"queue_added\","
	    "\"stored_at\":1657027948150,\"client\":{\"id\":\"client\"}}",
	    strlen("{\"id\":\"0001bbbbbbbbbbbbbbbbb\",\"type\":"
	    "\"queue_added\",\"stored_at\":1657027948150,")));
	buffer_clear(&message);
}
END_TEST

START_TEST(a_reply_reads_as_it_was_written)
{
	struct message_reply reply;
	struct cursor place;
	struct buffer bytes;

	buffer_init(&bytes, 0);
	message_add_reply(&bytes, 9, MESSAGE_RECORDED, places,
	    COUNT_OF(places));
	ck_assert_int_eq(read_reply(bytes.bytes, bytes.len, &reply),
	    ERR_NONE);
	ck_assert_uint_eq(reply.sequence, 9);
	ck_assert_int_eq(reply.outcome, MESSAGE_RECORDED);
	ck_assert_uint_eq(reply.place_count, 2);
	place = message_place(&reply, 1);
	ck_assert_int_eq(cursor_compare(&place, &places[1]), 0);
	buffer_clear(&bytes);
}
END_TEST

START_TEST(every_outcome_travels)
{
	bool has_places = _i == MESSAGE_RECORDED || _i == MESSAGE_REPLAYED;
	struct message_reply reply;
	struct buffer bytes;

	buffer_init(&bytes, 0);
	message_add_reply(&bytes, 1, (enum message_outcome)_i, places,
	    has_places ? 1 : 0);
	ck_assert_int_eq(read_reply(bytes.bytes, bytes.len, &reply),
	    ERR_NONE);
	ck_assert_int_eq(reply.outcome, _i);
	buffer_clear(&bytes);
}
END_TEST

static const struct {
	size_t offset;
	char byte;
	enum error err;
} request_rows[] = {
	{ MAGIC,                'b',  ERR_SYNTAX },
	{ MAGIC + 3,            'R',  ERR_SYNTAX },
	{ LENGTH,               0,    ERR_SYNTAX },	/* another one */
	{ LENGTH + 3,           1,    ERR_SYNTAX },	/* over 16 MiB */
	{ VERSION,              0,    ERR_SYNTAX },
	{ VERSION,              2,    ERR_SYNTAX },
	{ KIND,                 MESSAGE_REPLY, ERR_SYNTAX },
	{ KIND,                 3,    ERR_SYNTAX },
	{ ZERO,                 1,    ERR_SYNTAX },
	{ ORGANIZATION,         0,    ERR_SYNTAX },	/* none has 0 */
	{ ORGANIZATION,         1,    ERR_NONE },
	{ API_KEY_ID,           '/',  ERR_SYNTAX },
	{ KEY_LEN,              6,    ERR_SYNTAX },	/* a byte is left */
	{ KEY_LEN,              8,    ERR_SYNTAX },	/* a zero in it */
	{ KEY_LEN,              65,   ERR_SYNTAX },
	{ KEY,                  ' ',  ERR_SYNTAX },
	{ KEY,                  127,  ERR_SYNTAX },
	{ KEY,                  '~',  ERR_NONE },
	{ KEY + 63,             'a',  ERR_SYNTAX },
	{ COUNT,                0,    ERR_SYNTAX },
	{ COUNT,                1,    ERR_SYNTAX },	/* another follows */
	{ COUNT,                3,    ERR_SYNTAX },
	{ COUNT + 1,            4,    ERR_SYNTAX },	/* over 1000 */
	{ CATEGORY,             CATEGORY_OTHER, ERR_SYNTAX },
	{ CATEGORY,             CATEGORY_COUNT, ERR_SYNTAX },
	{ CATEGORY,             -1,   ERR_SYNTAX },
	{ STORED_AT_OFFSET,     0,    ERR_SYNTAX },
	{ STORED_AT_OFFSET + 1, 127,  ERR_SYNTAX },
	{ JSON_LEN,             0,    ERR_SYNTAX },
	{ JSON_LEN + 1,         127,  ERR_SYNTAX },
	{ JSON,                 '[',  ERR_SYNTAX },
	{ JSON + 8,             ' ',  ERR_SYNTAX },	/* in its id */
	{ JSON + 38,            'Q',  ERR_SYNTAX },	/* in its type */
	{ JSON + 38,            'x',  ERR_SYNTAX },	/* of no category */
	{ JSON + 64,            'x',  ERR_SYNTAX },	/* in stored_at */
	{ JSON + 80,            '\n', ERR_SYNTAX },
	{ JSON + 92,            -1,   ERR_SYNTAX },	/* no UTF-8 */
};

START_TEST(a_request_with_a_wrong_byte_is_refused)
{
	struct message_request request;
	struct buffer message;

	record_fixture_message(&message, &two_events);
	message.bytes[request_rows[_i].offset] = request_rows[_i].byte;
	ck_assert_int_eq(read_request(message.bytes, message.len, &request),
	    request_rows[_i].err);
	buffer_clear(&message);
}
END_TEST

static const struct {
	size_t offset;
	char byte;
	enum error err;
} reply_rows[] = {
	{ KIND,                 MESSAGE_REQUEST, ERR_SYNTAX },
	{ REPLY_OUTCOME,        MESSAGE_OUTCOME_COUNT, ERR_SYNTAX },
	{ REPLY_OUTCOME,        MESSAGE_REPLAYED, ERR_NONE },
	{ REPLY_OUTCOME,        MESSAGE_FULL, ERR_SYNTAX },	/* places */
	{ REPLY_COUNT,          0,    ERR_SYNTAX },
	{ REPLY_COUNT,          3,    ERR_SYNTAX },
	{ REPLY_COUNT + 1,      4,    ERR_SYNTAX },
	{ REPLY_PLACE + 7,      127,  ERR_SYNTAX },	/* after 2286 */
	{ REPLY_PLACE + 5,      0,    ERR_SYNTAX },	/* before 2001 */
	{ REPLY_PLACE + 8,      '=',  ERR_SYNTAX },
};

START_TEST(a_reply_with_a_wrong_byte_is_refused)
{
	struct message_reply reply;
	struct buffer bytes;

	buffer_init(&bytes, 0);
	message_add_reply(&bytes, 1, MESSAGE_RECORDED, places,
	    COUNT_OF(places));
	bytes.bytes[reply_rows[_i].offset] = reply_rows[_i].byte;
	ck_assert_int_eq(read_reply(bytes.bytes, bytes.len, &reply),
	    reply_rows[_i].err);
	buffer_clear(&bytes);
}
END_TEST

/* Also so few that they could begin another event. */
START_TEST(a_request_with_bytes_behind_its_events_is_refused)
{
	static const char behind[MESSAGE_EVENT_BYTES + 1];
	struct message_request request;
	struct buffer message;

	record_fixture_message(&message, &two_events);
	buffer_add(&message, behind, (size_t)_i);
	ck_assert_int_eq(message_end_request(&message), ERR_NONE);
	ck_assert_int_eq(read_request(message.bytes, message.len, &request),
	    _i == 0 ? ERR_NONE : ERR_SYNTAX);
	buffer_clear(&message);
}
END_TEST

START_TEST(a_part_of_a_message_is_waited_for)
{
	struct buffer message;
	size_t len;

	record_fixture_message(&message, &two_events);
	for (size_t i = 1; i <= message.len; i++) {
		ck_assert_int_eq(message_length(message.bytes, i,
		    MESSAGE_REQUEST, &len), ERR_NONE);
		ck_assert_uint_eq(len, i < MESSAGE_HEADER_BYTES ? 0 :
		    message.len);
	}
	buffer_clear(&message);
}
END_TEST

START_TEST(another_language_is_seen_by_its_first_byte)
{
	size_t len;

	ck_assert_int_eq(message_length("G", 1, MESSAGE_REQUEST, &len),
	    ERR_SYNTAX);
	ck_assert_int_eq(message_length("apiX", 4, MESSAGE_REPLY, &len),
	    ERR_SYNTAX);
}
END_TEST

START_TEST(a_request_has_at_most_1000_events)
{
	struct record_ask ask = two_events;
	struct message_request request = { .organization = 1 };
	struct event_draft draft;
	struct buffer message;

	ask.event_count = RECORD_EVENTS_MAX;
	record_fixture_message(&message, &ask);
	ck_assert_int_eq(read_request(message.bytes, message.len, &request),
	    ERR_NONE);
	ck_assert_int_eq(event_draft_parse("{\"type\":\"x\"}", 12,
	    EVENT_RECORDED, "c", &draft, NULL), ERR_NONE);
	message_add_event(&message, &draft);
	ck_assert_int_eq(message_end_request(&message), ERR_TOO_LARGE);
	buffer_clear(&message);
}
END_TEST

START_TEST(the_largest_events_fit_as_many_as_a_body_holds)
{
	struct message_request request = {
		.organization = 1,
		.api_key_id = "key000000000000000000",
	};
	struct event_draft draft = {
		.json_len = EVENT_STORED_BYTES_MAX,
	};
	struct buffer message;

	buffer_init(&message, MESSAGE_REQUEST_BYTES_MAX);
	message_begin_request(&message, &request);
	for (size_t i = 0; i < BODY_BYTES_MAX / EVENT_BYTES_MAX; i++)
		message_add_event(&message, &draft);
	ck_assert_int_eq(message_end_request(&message), ERR_NONE);
	buffer_clear(&message);
}
END_TEST

/* Whatever comes is an error or keeps every bound; the sanitizers see the
 * rest. */
static void
read_mutant(char *bytes, size_t len)
{
	struct message_request request;
	struct message_reply reply;
	struct event_json event;
	size_t offset = 0;

	if (read_request(bytes, len, &request) == ERR_NONE) {
		ck_assert_uint_le(request.event_count, RECORD_EVENTS_MAX);
		while (message_next_event(&request, &offset, &event)) {
			ck_assert_uint_le(event.json_len,
			    EVENT_STORED_BYTES_MAX);
			ck_assert(event.json >= bytes);
			ck_assert(event.json + event.json_len <=
			    bytes + len);
			event_json_stamp(&event, &places[0]);
		}
	}
	if (read_reply(bytes, len, &reply) == ERR_NONE)
		for (size_t i = 0; i < reply.place_count; i++)
			(void)message_place(&reply, i);
}

static void
mutate(const struct buffer *message)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		size_t len = message->len - (rand() % 4 == 0 ?
		    (size_t)rand() % message->len : 0);
		/* Exactly as long, so that a byte too far is seen. */
		char *bytes = malloc(len);

		memcpy(bytes, message->bytes, len);
		for (int flips = rand() % 4; flips >= 0; flips--)
			bytes[(size_t)rand() % len] = (char)rand();
		/* Most lengths are made right again. */
		if (rand() % 8 != 0 && len > MESSAGE_HEADER_BYTES) {
			uint32_t rest = (uint32_t)len - MESSAGE_HEADER_BYTES;

			memcpy(bytes, message->bytes, MESSAGE_HEADER_BYTES);
			memcpy(bytes + LENGTH, &rest, sizeof(rest));
		}
		read_mutant(bytes, len);
		free(bytes);
	}
}

START_TEST(no_bytes_break_a_reader)
{
	struct buffer message;

	srand(3);
	record_fixture_message(&message, &two_events);
	mutate(&message);
	buffer_clear(&message);
	buffer_init(&message, 0);
	message_add_reply(&message, 1, MESSAGE_RECORDED, places,
	    COUNT_OF(places));
	mutate(&message);
	buffer_clear(&message);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("message");
	TCase *tcase = tcase_create("message");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_request_reads_as_it_was_written);
	tcase_add_test(tcase, a_reply_reads_as_it_was_written);
	tcase_add_loop_test(tcase, every_outcome_travels, 0,
	    MESSAGE_OUTCOME_COUNT);
	tcase_add_loop_test(tcase, a_request_with_a_wrong_byte_is_refused, 0,
	    COUNT_OF(request_rows));
	tcase_add_loop_test(tcase, a_reply_with_a_wrong_byte_is_refused, 0,
	    COUNT_OF(reply_rows));
	tcase_add_loop_test(tcase,
	    a_request_with_bytes_behind_its_events_is_refused, 0,
	    MESSAGE_EVENT_BYTES + 2);
	tcase_add_test(tcase, a_part_of_a_message_is_waited_for);
	tcase_add_test(tcase, another_language_is_seen_by_its_first_byte);
	tcase_add_test(tcase, a_request_has_at_most_1000_events);
	tcase_add_test(tcase, the_largest_events_fit_as_many_as_a_body_holds);
	tcase_add_test(tcase, no_bytes_break_a_reader);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
