/* test_envelope.c - what a message of the stream is wrapped in. */
#include "model/envelope.h"

#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "model/api_key.h"
#include "suite.h"

#define SUBJECT "apitrail.events.o"
#define CARRIED "what is carried"

static const struct pepper pepper = { { 1, 2, 3 } };
static struct cluster_secrets secrets;
static struct ticket ticket;
static struct buffer message;

static void
set_up(void)
{
	cluster_secrets_derive(&pepper, &secrets);
	producer_make(&ticket.producer);
	ticket.number = UINT64_MAX;
	ticket.mark = UINT16_MAX - 1;
	buffer_init(&message, 0);
	envelope_write(&secrets, SUBJECT, ENVELOPE_IMPORT, &ticket, CARRIED,
	    strlen(CARRIED), &message);
	ck_assert_int_eq(message.error, ERR_NONE);
}

static void
tear_down(void)
{
	buffer_clear(&message);
}

static enum error
read_at(const char *subject, size_t len)
{
	struct envelope envelope;

	return envelope_read(&secrets, subject, message.bytes, len,
	    &envelope);
}

START_TEST(what_is_written_is_read_again)
{
	struct envelope envelope;

	ck_assert_uint_eq(message.len, ENVELOPE_HEAD_BYTES + strlen(CARRIED));
	ck_assert_int_eq(envelope_read(&secrets, SUBJECT, message.bytes,
			     message.len, &envelope),
	    ERR_NONE);
	ck_assert_int_eq(envelope.kind, ENVELOPE_IMPORT);
	ck_assert(producer_is(&envelope.ticket.producer, &ticket.producer));
	ck_assert_uint_eq(envelope.ticket.number, ticket.number);
	ck_assert_uint_eq(envelope.ticket.mark, ticket.mark);
	ck_assert_uint_eq(envelope.carried_len, strlen(CARRIED));
	ck_assert_mem_eq(envelope.carried, CARRIED, strlen(CARRIED));
}
END_TEST

START_TEST(nothing_can_be_carried)
{
	struct envelope envelope;

	buffer_reset(&message);
	envelope_write(&secrets, SUBJECT, ENVELOPE_RECORD, &ticket, NULL, 0,
	    &message);
	ck_assert_int_eq(envelope_read(&secrets, SUBJECT, message.bytes,
			     message.len, &envelope),
	    ERR_NONE);
	ck_assert_uint_eq(envelope.carried_len, 0);
}
END_TEST

START_TEST(a_changed_bit_anywhere_is_seen)
{
	for (size_t i = 0; i < message.len; i++) {
		message.bytes[i] ^= 1;
		ck_assert_int_eq(read_at(SUBJECT, message.len), ERR_SYNTAX);
		message.bytes[i] ^= 1;
	}
	ck_assert_int_eq(read_at(SUBJECT, message.len), ERR_NONE);
}
END_TEST

START_TEST(a_message_that_was_cut_is_none)
{
	for (size_t len = 0; len < message.len; len++)
		ck_assert_int_eq(read_at(SUBJECT, len), ERR_SYNTAX);
}
END_TEST

START_TEST(a_message_of_another_subject_or_pepper_is_none)
{
	static const struct pepper other = { { 1, 2, 4 } };

	ck_assert_int_eq(read_at(SUBJECT ".token", message.len), ERR_SYNTAX);
	ck_assert_int_eq(read_at("", message.len), ERR_SYNTAX);
	cluster_secrets_derive(&other, &secrets);
	ck_assert_int_eq(read_at(SUBJECT, message.len), ERR_SYNTAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("envelope");
	TCase *tests = tcase_create("envelope");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, what_is_written_is_read_again);
	tcase_add_test(tests, nothing_can_be_carried);
	tcase_add_test(tests, a_changed_bit_anywhere_is_seen);
	tcase_add_test(tests, a_message_that_was_cut_is_none);
	tcase_add_test(tests, a_message_of_another_subject_or_pepper_is_none);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
