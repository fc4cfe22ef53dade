/* test_record_order.c - the order of the checks of POST /v1/events. */
#include <stdio.h>
#include <string.h>

#include "api_fixture.h"
#include "base/text.h"
#include "suite.h"

static struct fixture fixture;

static void
set_up(void)
{
	fixture_open(&fixture, NULL);
}

static void
tear_down(void)
{
	fixture_close(&fixture);
}

#define EVENT "{\"type\":\"queue_added\"}"

/*
 * One fault each, in the order of the checks; two of the same place cannot
 * meet.  The 400s are of one rank, and so each is told before any 422.
 */
enum place { PATH, ACCEPT, KEY, TYPE, SIZE, QUERY, NAME, LENGTH, BODY };

static const struct fault {
	unsigned int status;
	enum place place;
	const char *value;
	enum fixture_key key;
} faults[] = {
	{ 404, PATH, "/nothing", KEY_NONE },
	{ 406, ACCEPT, "text/csv", KEY_NONE },
	{ 401, KEY, NULL, KEY_DISABLED },
	{ 423, KEY, NULL, KEY_LOCKED },
	{ 402, KEY, NULL, KEY_UNPAID },
	{ 403, KEY, NULL, KEY_READER },
	{ 415, TYPE, "text/plain", KEY_NONE },
	{ 413, SIZE, NULL, KEY_NONE },
	{ 400, QUERY, "pretty=x", KEY_NONE },
	{ 400, NAME, "HTTP_IDEMPOTENCY_KEY=a b", KEY_NONE },
	{ 400, LENGTH, "CONTENT_LENGTH=1", KEY_NONE },
	{ 400, BODY, "[" EVENT ",{}", KEY_NONE },
	{ 422, BODY, "[" EVENT ",{}]", KEY_NONE },
};

static void
commit_fault(struct ask *ask, const struct fault *fault)
{
	switch (fault->place) {
	case PATH:
		ask->path = fault->value;
		break;
	case ACCEPT:
		ask->accept = fault->value;
		break;
	case KEY:
		ask->key = fault->key;
		break;
	case TYPE:
		ask->body_type = fault->value;
		break;
	case SIZE:
		ask->is_cut = true;
		break;
	case QUERY:
		ask->query = fault->value;
		break;
	case NAME:
		ask->params[0] = fault->value;
		break;
	case LENGTH:
		ask->params[1] = fault->value;
		break;
	case BODY:
		ask->body = fault->value;
		break;
	}
}

START_TEST(of_two_faults_the_earlier_answers)
{
	const struct fault *earlier = &faults[_i];

	for (size_t i = (size_t)_i; i < COUNT_OF(faults); i++) {
		struct ask ask = {
			.method = "POST", .key = KEY_WRITER, .body = EVENT,
			.params = { "UNKNOWN=", "UNKNOWN=" },
		};

		if (&faults[i] != earlier &&
		    faults[i].place == earlier->place)
			continue;
		commit_fault(&ask, &faults[i]);
		commit_fault(&ask, earlier);
		fixture_ask(&fixture, &ask);
		ck_assert_msg(fixture.response.status == earlier->status,
		    "%u and %u gave %u", earlier->status, faults[i].status,
		    fixture.response.status);
	}
}
END_TEST

START_TEST(a_query_over_8_kib_comes_before_the_body)
{
	char query[QUERY_BYTES_MAX + 2];

	memset(query, 'x', sizeof(query) - 1);
	query[sizeof(query) - 1] = '\0';
	fixture_ask(&fixture, &(struct ask){ .method = "POST",
	    .key = KEY_WRITER, .body = "", .body_type = "text/plain",
	    .query = query });
	ck_assert_uint_eq(fixture.response.status, 414);
	fixture_ask(&fixture, &(struct ask){ .method = "POST",
	    .key = KEY_READER, .body = "", .query = query });
	ck_assert_uint_eq(fixture.response.status, 403);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record_order");
	TCase *tests = tcase_create("record_order");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, of_two_faults_the_earlier_answers, 0,
	    COUNT_OF(faults));
	tcase_add_test(tests, a_query_over_8_kib_comes_before_the_body);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
