/* test_received.c - a message of the log, opened. */
#include "cluster/received.h"

#include <string.h>

#include "base/buffer.h"
#include "model/api_key.h"
#include "model/event.h"
#include "stream/follower.h"
#include "suite.h"

#define ID "oPPYt1trTTFGwBN_hGzUh"
#define SUBJECT "apitrail.events." ID

static const struct pepper pepper = { { 1, 2, 3 } };
static struct cluster_secrets secrets;
static struct buffer carried;
static struct buffer payload;
static struct buffer copy;

static void
set_up(void)
{
	struct message_request request = {
		.organization = 7,
		.api_key_id = ID,
		.idempotency_key = "retry-1",
	};
	struct event_draft draft;
	const char *json = "{\"type\":\"queue_added\"}";

	cluster_secrets_derive(&pepper, &secrets);
	buffer_init(&carried, MESSAGE_REQUEST_BYTES_MAX);
	buffer_init(&payload, 0);
	buffer_init(&copy, 0);
	ck_assert_int_eq(event_draft_parse(json, strlen(json),
	    EVENT_RECORDED, ID, &draft, NULL), ERR_NONE);
	message_begin_request(&carried, &request);
	message_add_event(&carried, &draft);
	ck_assert_int_eq(message_end_request(&carried), ERR_NONE);
}

static void
tear_down(void)
{
	buffer_clear(&carried);
	buffer_clear(&payload);
	buffer_clear(&copy);
}

/* Seals so many bytes of it for that subject. */
static void
seal(const char *subject, size_t len)
{
	const struct ticket ticket = { .number = 5, .mark = 6 };

	buffer_reset(&payload);
	envelope_write(&secrets, subject, ENVELOPE_RECORD, &ticket,
	    carried.bytes, len, &payload);
	ck_assert_int_eq(payload.error, ERR_NONE);
}

static bool
read_as(const char *subject, size_t len, struct received *received)
{
	const struct follower_message message = {
		.subject = subject,
		.payload = payload.bytes,
		.payload_len = len,
	};

	return received_read(&secrets, &message, &copy, received);
}

START_TEST(what_was_sent_is_opened)
{
	struct received received;

	seal(SUBJECT, carried.len);
	ck_assert(read_as(SUBJECT, payload.len, &received));
	ck_assert_str_eq(received.organization_id, ID);
	ck_assert_int_eq(received.kind, ENVELOPE_RECORD);
	ck_assert_uint_eq(received.ticket.number, 5);
	ck_assert_uint_eq(received.ticket.mark, 6);
	ck_assert_uint_eq(received.request.organization, 7);
	ck_assert_str_eq(received.request.idempotency_key, "retry-1");
	ck_assert_uint_eq(received.request.event_count, 1);
}
END_TEST

/* It comes again when the transaction fails. */
START_TEST(stamping_leaves_the_message_as_it_is)
{
	struct received received;
	struct event_json event;
	size_t offset = 0;

	seal(SUBJECT, carried.len);
	ck_assert(read_as(SUBJECT, payload.len, &received));
	ck_assert(message_next_event(&received.request, &offset, &event));
	memset(received.request.events, 'x', received.request.events_len);
	ck_assert(read_as(SUBJECT, payload.len, &received));
}
END_TEST

static const struct {
	const char *sealed_for;
	const char *subject;	/* that it came under */
} rows[] = {
	{ SUBJECT, "apitrail.events.oPPYt1trTTFGwBN_hGzUi" },	/* moved */
	{ "apitrail.events.short", "apitrail.events.short" },
	{ "apitrail.events." ID "x", "apitrail.events." ID "x" },
	{ "apitrail.Events." ID, "apitrail.Events." ID },
	{ "apitrail.events.", "apitrail.events." },
	{ "", "" },
};

START_TEST(it_counts_under_its_own_subject_alone)
{
	struct received received;

	seal(rows[_i].sealed_for, carried.len);
	ck_assert(!read_as(rows[_i].subject, payload.len, &received));
}
END_TEST

START_TEST(no_part_of_it_is_one)
{
	struct received received;

	seal(SUBJECT, carried.len);
	for (size_t len = 0; len < payload.len; len++)
		ck_assert(!read_as(SUBJECT, len, &received));
	/* Nor is one whose sender cut it, or sent more. */
	for (size_t len = 0; len < carried.len; len++) {
		seal(SUBJECT, len);
		ck_assert(!read_as(SUBJECT, payload.len, &received));
	}
	buffer_add_text(&carried, "x");
	seal(SUBJECT, carried.len);
	ck_assert(!read_as(SUBJECT, payload.len, &received));
}
END_TEST

START_TEST(another_clusters_message_is_none)
{
	const struct pepper other = { { 1, 2, 4 } };
	struct received received;

	seal(SUBJECT, carried.len);
	cluster_secrets_derive(&other, &secrets);
	ck_assert(!read_as(SUBJECT, payload.len, &received));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("received");
	TCase *tests = tcase_create("received");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, what_was_sent_is_opened);
	tcase_add_test(tests, stamping_leaves_the_message_as_it_is);
	tcase_add_loop_test(tests, it_counts_under_its_own_subject_alone, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tests, no_part_of_it_is_one);
	tcase_add_test(tests, another_clusters_message_is_none);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
