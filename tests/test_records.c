/* test_records.c - which bytes are a request, and which are not. */
#include <fastcgi.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "model/limits.h"
#include "responder/body.h"
#include "responder/records.h"
#include "suite.h"

#define LITERAL(text) { (const uint8_t *)(text), sizeof(text) - 1 }

/* Records as bytes: version, type, id, length, padding, reserved. */
#define BEGIN_KEPT "\1\1\0\1\0\10\0\0" "\0\1\1\0\0\0\0\0"
#define BEGIN_ONCE "\1\1\0\1\0\10\0\0" "\0\1\0\0\0\0\0\0"
#define BEGIN_OTHER "\1\1\0\2\0\10\0\0" "\0\1\0\0\0\0\0\0"
#define BEGIN_FILTER "\1\1\0\1\0\10\0\0" "\0\3\1\0\0\0\0\0"
#define PARAMS_AB "\1\4\0\1\0\4\0\0" "\1\1ab"
#define PARAMS_PADDED "\1\4\0\1\0\4\3\0" "\1\1ab" "xyz"
#define PARAMS_A "\1\4\0\1\0\1\0\0" "\1"
#define PARAMS_OTHER "\1\4\0\2\0\4\0\0" "\1\1cd"
#define PARAMS_END "\1\4\0\1\0\0\0\0"
#define STDIN_X "\1\5\0\1\0\1\0\0" "x"
#define STDIN_END "\1\5\0\1\0\0\0\0"
#define ABORT_1 "\1\2\0\1\0\0\0\0"
#define VALUES "\1\11\0\0\0\0\0\0"

enum { OUTCOMES_MAX = 8 };

static const struct {
	struct {
		const uint8_t *bytes;
		size_t len;
	} input;
	/* All outcomes but SCAN_MORE, ended by it. */
	enum scan_outcome outcomes[OUTCOMES_MAX];
	const char *params;	/* when a request came last */
	bool is_kept;
} rows[] = {
	{ LITERAL(BEGIN_KEPT PARAMS_AB PARAMS_END STDIN_END),
	    { SCAN_REQUEST }, "\1\1ab", true },
	{ LITERAL(BEGIN_ONCE PARAMS_AB PARAMS_END STDIN_END),
	    { SCAN_REQUEST }, "\1\1ab", false },
	{ LITERAL(BEGIN_KEPT PARAMS_END STDIN_END),
	    { SCAN_REQUEST }, "", true },
	{ LITERAL(BEGIN_KEPT PARAMS_PADDED PARAMS_AB PARAMS_END STDIN_X
	    STDIN_X STDIN_END), { SCAN_REQUEST }, "\1\1ab\1\1ab", true },
	{ LITERAL(BEGIN_KEPT PARAMS_AB PARAMS_END STDIN_END BEGIN_ONCE
	    PARAMS_END STDIN_END), { SCAN_REQUEST, SCAN_REQUEST }, "",
	    false },
	/* Not whole. */
	{ LITERAL(""), { SCAN_MORE }, NULL, false },
	{ LITERAL(BEGIN_KEPT PARAMS_AB PARAMS_END), { SCAN_MORE }, NULL,
	    false },
	{ LITERAL(BEGIN_KEPT PARAMS_AB STDIN_END), { SCAN_BROKEN }, NULL,
	    false },
	/* A second request, whose records are passed over. */
	{ LITERAL(BEGIN_KEPT BEGIN_OTHER PARAMS_OTHER PARAMS_AB PARAMS_END
	    STDIN_END), { SCAN_MULTIPLEXED, SCAN_REQUEST }, "\1\1ab", true },
	{ LITERAL(BEGIN_KEPT BEGIN_KEPT), { SCAN_BROKEN }, NULL, false },
	/* Another role, whose records are passed over. */
	{ LITERAL(BEGIN_FILTER PARAMS_AB PARAMS_END STDIN_END BEGIN_KEPT
	    PARAMS_END STDIN_END), { SCAN_ROLE, SCAN_REQUEST }, "", true },
	/* Given up, early and late. */
	{ LITERAL(BEGIN_KEPT ABORT_1 PARAMS_AB), { SCAN_ABORTED }, NULL,
	    true },
	{ LITERAL(BEGIN_KEPT PARAMS_END ABORT_1 STDIN_END),
	    { SCAN_ABORTED }, NULL, true },
	{ LITERAL(ABORT_1), { SCAN_MORE }, NULL, false },
	/* Management records, also within a request. */
	{ LITERAL(VALUES), { SCAN_VALUES }, NULL, false },
	{ LITERAL(BEGIN_KEPT VALUES PARAMS_A VALUES PARAMS_END),
	    { SCAN_VALUES, SCAN_VALUES, SCAN_BROKEN }, NULL, true },
	{ LITERAL("\1\14\0\0\0\2\1\0" "abc"), { SCAN_UNKNOWN }, NULL,
	    false },
	{ LITERAL("\1\0\0\0\0\0\0\0"), { SCAN_UNKNOWN }, NULL, false },
	/* Headers that no web server sends. */
	{ LITERAL("\2\1\0\1\0\10\0\0"), { SCAN_BROKEN }, NULL, false },
	{ LITERAL("\1\1\0\0\0\10\0\0"), { SCAN_BROKEN }, NULL, false },
	{ LITERAL("\1\1\0\1\0\7\0\0"), { SCAN_BROKEN }, NULL, false },
	{ LITERAL("\1\1\0\1\1\10\0\0"), { SCAN_BROKEN }, NULL, false },
	{ LITERAL("\1\3\0\1\0\0\0\0"), { SCAN_BROKEN }, NULL, false },
	{ LITERAL("\1\6\0\1\0\0\0\0"), { SCAN_BROKEN }, NULL, false },
	{ LITERAL("\1\7\0\1\0\0\0\0"), { SCAN_BROKEN }, NULL, false },
	{ LITERAL("\1\11\0\1\0\0\0\0"), { SCAN_BROKEN }, NULL, false },
	{ LITERAL("\1\14\0\1\0\0\0\0"), { SCAN_BROKEN }, NULL, false },
	{ LITERAL("\1\4\0\0\0\0\0\0"), { SCAN_BROKEN }, NULL, false },
	/* FCGI_DATA is only for filters, which are refused. */
	{ LITERAL(BEGIN_KEPT "\1\10\0\1\0\0\0\0"), { SCAN_BROKEN }, NULL,
	    true },
	{ LITERAL("\1\10\0\1\0\1\0\0x"), { SCAN_MORE }, NULL, false },
	/* Records out of order. */
	{ LITERAL(BEGIN_KEPT PARAMS_END PARAMS_AB), { SCAN_BROKEN }, NULL,
	    true },
	{ LITERAL(BEGIN_KEPT STDIN_X), { SCAN_BROKEN }, NULL, true },
	/* Pairs whose lengths do not fit. */
	{ LITERAL(BEGIN_KEPT PARAMS_A PARAMS_END), { SCAN_BROKEN }, NULL,
	    true },
	{ LITERAL(BEGIN_KEPT "\1\4\0\1\0\4\0\0" "\1\2ab" PARAMS_END),
	    { SCAN_BROKEN }, NULL, true },
	{ LITERAL(BEGIN_KEPT "\1\4\0\1\0\6\0\0" "\1\377\377\377\377a"
	    PARAMS_END), { SCAN_BROKEN }, NULL, true },
	{ LITERAL(BEGIN_KEPT "\1\4\0\1\0\3\0\0" "\1\200\0" PARAMS_END),
	    { SCAN_BROKEN }, NULL, true },
};

/* Scans the input in pieces of that size, as it would come from a socket. */
static void
scan_in_pieces(const uint8_t *bytes, size_t len, size_t piece_len,
    struct scan *scan, struct buffer *params, struct body *body,
    enum scan_outcome outcomes[OUTCOMES_MAX])
{
	size_t count = 0;
	size_t at = 0;

	while (at < len) {
		size_t part = len - at < piece_len ? len - at : piece_len;
		/* A copy of its own, so that reading past it is seen. */
		uint8_t *copy = malloc(part);
		enum scan_outcome outcome;
		size_t used;

		memcpy(copy, bytes + at, part);
		outcome = scan_bytes(scan, copy, part, params, body,
		    &used);
		free(copy);
		ck_assert_uint_gt(used, 0);
		ck_assert_uint_le(used, part);
		at += used;
		if (outcome == SCAN_MORE) {
			ck_assert_uint_eq(used, part);
			continue;
		}
		ck_assert_uint_lt(count, OUTCOMES_MAX - 1);
		outcomes[count++] = outcome;
		if (outcome == SCAN_BROKEN || outcome == SCAN_TOO_LARGE)
			break;
	}
	outcomes[count] = SCAN_MORE;
}

START_TEST(records_mean_the_same_however_they_are_cut)
{
	size_t len = rows[_i].input.len;

	for (size_t piece_len = 1; piece_len <= len + 1; piece_len++) {
		enum scan_outcome outcomes[OUTCOMES_MAX];
		enum scan_outcome last = SCAN_MORE;
		atomic_size_t body_bytes = 0;
		struct body body;
		struct buffer params;
		struct scan scan;

		buffer_init(&params, REQUEST_PARAMS_BYTES_MAX);
		body_init(&body, &body_bytes);
		scan_init(&scan);
		scan_in_pieces(rows[_i].input.bytes, len, piece_len, &scan,
		    &params, &body, outcomes);
		ck_assert_uint_eq(body.bytes.len, 0);
		for (size_t i = 0; i < OUTCOMES_MAX; i++) {
			ck_assert_int_eq(outcomes[i], rows[_i].outcomes[i]);
			if (outcomes[i] == SCAN_MORE)
				break;
			last = outcomes[i];
		}
		if (last == SCAN_REQUEST) {
			ck_assert_uint_eq(params.len,
			    strlen(rows[_i].params));
			ck_assert_mem_eq(params.len == 0 ? "" : params.bytes,
			    rows[_i].params, params.len);
			ck_assert(scan.is_kept == rows[_i].is_kept);
			ck_assert(scan_is_idle(&scan));
		}
		buffer_clear(&params);
	}
}
END_TEST

/* Room for one more pair than is allowed, and for one more byte. */
static const struct {
	size_t pairs;
	size_t value_len;
	enum scan_outcome outcome;
} bounds[] = {
	{ REQUEST_PARAMS_MAX, 1, SCAN_REQUEST },
	{ REQUEST_PARAMS_MAX + 1, 1, SCAN_TOO_LARGE },
	/* A name of one byte, and lengths of one and four. */
	{ 4, REQUEST_PARAMS_BYTES_MAX / 4 - 6, SCAN_REQUEST },
	{ 4, REQUEST_PARAMS_BYTES_MAX / 4 - 5, SCAN_TOO_LARGE },
	{ 255, 60000, SCAN_TOO_LARGE },
};

static void
add_params_record(struct buffer *records, const char *bytes, size_t len)
{
	uint8_t header[RECORD_HEADER_BYTES] = { 1, FCGI_PARAMS, 0, 1,
		(uint8_t)(len >> 8), (uint8_t)len };

	buffer_add(records, header, sizeof(header));
	buffer_add(records, bytes, len);
}

START_TEST(params_have_bounds)
{
	enum scan_outcome outcomes[OUTCOMES_MAX];
	size_t value_len = bounds[_i].value_len;
	atomic_size_t body_bytes = 0;
	struct buffer records;
	struct buffer params;
	struct buffer pair;
	struct body body;
	struct scan scan;

	buffer_init(&pair, 0);
	buffer_add(&pair, "\1", 1);
	if (value_len < 128)
		buffer_add(&pair, &(uint8_t){ (uint8_t)value_len }, 1);
	else
		buffer_add(&pair, (uint8_t[]){ 0x80,
		    (uint8_t)(value_len >> 16), (uint8_t)(value_len >> 8),
		    (uint8_t)value_len }, 4);
	buffer_add(&pair, "N", 1);
	memset(buffer_reserve(&pair, value_len), 'v', value_len);
	pair.len += value_len;

	buffer_init(&records, 0);
	buffer_add(&records, BEGIN_KEPT, sizeof(BEGIN_KEPT) - 1);
	for (size_t i = 0; i < bounds[_i].pairs; i++) {
		add_params_record(&records, pair.bytes, pair.len / 2);
		add_params_record(&records, pair.bytes + pair.len / 2,
		    pair.len - pair.len / 2);
	}
	buffer_add(&records, PARAMS_END STDIN_END,
	    sizeof(PARAMS_END STDIN_END) - 1);

	buffer_init(&params, REQUEST_PARAMS_BYTES_MAX);
	body_init(&body, &body_bytes);
	scan_init(&scan);
	scan_in_pieces((const uint8_t *)records.bytes, records.len, 65536,
	    &scan, &params, &body, outcomes);
	ck_assert_int_eq(outcomes[0], bounds[_i].outcome);
	ck_assert_int_eq(outcomes[1], SCAN_MORE);
	ck_assert_uint_le(params.size, REQUEST_PARAMS_BYTES_MAX);
	buffer_clear(&records);
	buffer_clear(&params);
	buffer_clear(&pair);
}
END_TEST

#define POST_RECORD "\1\4\0\1\0\24\0\0" "\16\4REQUEST_METHODPOST"
#define GET_RECORD "\1\4\0\1\0\23\0\0" "\16\3REQUEST_METHODGET"
#define LOWER_RECORD "\1\4\0\1\0\24\0\0" "\16\4REQUEST_METHODpost"
#define OTHER_RECORD "\1\4\0\1\0\12\0\0" "\4\4NAMEPOST"
#define STDIN_ABC "\1\5\0\1\0\3\5\0" "abc" "12345"
#define STDIN_OTHER "\1\5\0\2\0\3\0\0" "xyz"

static const struct {
	struct {
		const uint8_t *bytes;
		size_t len;
	} input;
	const char *body;
} bodies[] = {
	{ LITERAL(BEGIN_KEPT POST_RECORD PARAMS_END STDIN_END), "" },
	{ LITERAL(BEGIN_KEPT POST_RECORD PARAMS_END STDIN_ABC STDIN_X
	    STDIN_END), "abcx" },
	{ LITERAL(BEGIN_KEPT PARAMS_AB POST_RECORD PARAMS_AB PARAMS_END
	    STDIN_OTHER STDIN_X STDIN_OTHER STDIN_END), "x" },
	/* Of the last request alone. */
	{ LITERAL(BEGIN_KEPT POST_RECORD PARAMS_END STDIN_ABC STDIN_END
	    BEGIN_KEPT POST_RECORD PARAMS_END STDIN_X STDIN_END), "x" },
	{ LITERAL(BEGIN_KEPT POST_RECORD PARAMS_END STDIN_ABC ABORT_1
	    BEGIN_KEPT GET_RECORD PARAMS_END STDIN_END), "" },
	/* Not of other methods. */
	{ LITERAL(BEGIN_KEPT GET_RECORD PARAMS_END STDIN_ABC STDIN_END), "" },
	{ LITERAL(BEGIN_KEPT LOWER_RECORD PARAMS_END STDIN_ABC STDIN_END),
	    "" },
	{ LITERAL(BEGIN_KEPT OTHER_RECORD PARAMS_END STDIN_ABC STDIN_END),
	    "" },
};

START_TEST(the_body_of_a_post_is_kept_and_no_other)
{
	size_t len = bodies[_i].input.len;

	for (size_t piece_len = 1; piece_len <= len; piece_len++) {
		enum scan_outcome outcomes[OUTCOMES_MAX];
		atomic_size_t body_bytes = 0;
		struct buffer params;
		struct body body;
		struct scan scan;

		buffer_init(&params, REQUEST_PARAMS_BYTES_MAX);
		body_init(&body, &body_bytes);
		scan_init(&scan);
		scan_in_pieces(bodies[_i].input.bytes, len, piece_len, &scan,
		    &params, &body, outcomes);
		ck_assert_uint_eq(body.bytes.len, strlen(bodies[_i].body));
		if (body.bytes.len > 0)
			ck_assert_mem_eq(body.bytes.bytes, bodies[_i].body,
			    body.bytes.len);
		buffer_clear(&params);
		body_clear(&body);
		ck_assert_uint_eq(body_bytes, 0);
	}
}
END_TEST

START_TEST(a_nul_becomes_a_byte_that_no_check_lets_pass)
{
	struct buffer params;
	bool are_many;

	buffer_init(&params, 0);
	buffer_add(&params, "\3\2\0b\0\0\0", 7);
	buffer_add(&params, "\0\0", 2);
	ck_assert(params_check(&params, &are_many));
	ck_assert_mem_eq(params.bytes, "\3\2\377b\377\377\377\0\0", 9);
	buffer_clear(&params);
}
END_TEST

START_TEST(what_is_asked_of_values_is_kept_up_to_a_bound)
{
	uint8_t record[RECORD_HEADER_BYTES + 1000] = { 1, FCGI_GET_VALUES, 0,
		0, 1000 >> 8, (uint8_t)1000 };
	atomic_size_t body_bytes = 0;
	struct buffer params;
	struct body body;
	struct scan scan;
	size_t used;

	buffer_init(&params, 0);
	body_init(&body, &body_bytes);
	scan_init(&scan);
	memset(record + RECORD_HEADER_BYTES, 'n', 1000);
	ck_assert_int_eq(scan_bytes(&scan, record, sizeof(record), &params,
	    &body, &used), SCAN_VALUES);
	ck_assert_uint_eq(used, sizeof(record));
	ck_assert_uint_eq(scan.kept_len, VALUES_BYTES_MAX);
	ck_assert_int_eq(scan.kept[0], 'n');
	ck_assert(scan_is_idle(&scan));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("records");
	TCase *tcase = tcase_create("records");

	tcase_add_loop_test(tcase, records_mean_the_same_however_they_are_cut,
	    0, COUNT_OF(rows));
	tcase_add_loop_test(tcase, params_have_bounds, 0, COUNT_OF(bounds));
	tcase_add_loop_test(tcase, the_body_of_a_post_is_kept_and_no_other,
	    0, COUNT_OF(bodies));
	tcase_add_test(tcase, a_nul_becomes_a_byte_that_no_check_lets_pass);
	tcase_add_test(tcase, what_is_asked_of_values_is_kept_up_to_a_bound);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
