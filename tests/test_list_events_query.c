/* test_list_events_query.c - what GET /v1/events is asked for. */
#include "api/list_events_query.h"

#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "suite.h"

#define ID "abcdefghijklmnopqrstu"

static const struct {
	const char *query;
	enum error err;
	const char *parameter;	/* that detail begins with */
} error_rows[] = {
	{ "limit=1", ERR_NONE, NULL },
	{ "limit=9223372036854775807", ERR_NONE, NULL },
	{ "limit=", ERR_SYNTAX, "limit: " },
	{ "limit", ERR_SYNTAX, "limit: " },
	{ "limit=ten", ERR_SYNTAX, "limit: " },
	{ "limit=1e3", ERR_SYNTAX, "limit: " },
	{ "limit=1.0", ERR_SYNTAX, "limit: " },
	{ "limit=0x10", ERR_SYNTAX, "limit: " },
	{ "limit=%2B1", ERR_SYNTAX, "limit: " },
	{ "limit=+1", ERR_SYNTAX, "limit: " },		/* a space */
	{ "limit=9223372036854775808", ERR_SYNTAX, "limit: " },
	{ "limit=0", ERR_MEANING, "limit: " },
	{ "limit=-0", ERR_MEANING, "limit: " },
	{ "limit=-1", ERR_MEANING, "limit: " },
	{ "limit=-9223372036854775808", ERR_MEANING, "limit: " },
	{ "startAfter=0", ERR_NONE, NULL },
	{ "startAfter=-1", ERR_MEANING, "startAfter: " },
	{ "startAfter=", ERR_SYNTAX, "startAfter: " },
	{ "startAfter=2022-07-05", ERR_SYNTAX, "startAfter: " },
	{ "startAfterId=" ID, ERR_NONE, NULL },
	{ "startAfterId=-_" "cdefghijklmnopqrstu", ERR_NONE, NULL },
	{ "startAfterId=", ERR_SYNTAX, "startAfterId: " },
	{ "startAfterId=short", ERR_SYNTAX, "startAfterId: " },
	{ "startAfterId=" ID "v", ERR_SYNTAX, "startAfterId: " },
	{ "startAfterId=abcdefghijklmnopqrst.", ERR_SYNTAX,
	    "startAfterId: " },
	{ "pretty", ERR_NONE, NULL },
	{ "pretty=0", ERR_NONE, NULL },
	{ "pretty=yes", ERR_SYNTAX, "pretty: " },
	{ "pretty=TRUE", ERR_SYNTAX, "pretty: " },
	{ "order=asc", ERR_NONE, NULL },
	{ "order=", ERR_MEANING, "order: " },
	{ "order=ASC", ERR_MEANING, "order: " },
	{ "events=queues", ERR_NONE, NULL },
	{ "events=", ERR_MEANING, "events: " },
	{ "events=Queues", ERR_MEANING, "events: " },
	{ "events=other", ERR_MEANING, "events: " },
	{ "events=queues,", ERR_MEANING, "events: " },
	{ "events=queues,,messages", ERR_MEANING, "events: " },
	{ "events=queues%2Cmessages", ERR_NONE, NULL },
	{ "wait=0", ERR_NONE, NULL },
	{ "wait=60", ERR_NONE, NULL },
	{ "wait=61", ERR_MEANING, "wait: " },
	{ "wait=-1", ERR_MEANING, "wait: " },
	{ "wait=9223372036854775807", ERR_MEANING, "wait: " },
	{ "wait", ERR_SYNTAX, "wait: " },
	{ "wait=", ERR_SYNTAX, "wait: " },
	{ "wait=soon", ERR_SYNTAX, "wait: " },
	{ "wait=1.5", ERR_SYNTAX, "wait: " },
	{ "wait=30s", ERR_SYNTAX, "wait: " },
	{ "wait=9223372036854775808", ERR_SYNTAX, "wait: " },
	{ "wait=1&wait=1", ERR_SYNTAX, "wait: " },
	{ "waits=soon&cursor=x", ERR_NONE, NULL },	/* unknown names */
	/* Every shape is looked at before any meaning. */
	{ "limit=0&pretty=maybe", ERR_SYNTAX, "pretty: " },
	{ "startAfter=-1&startAfterId=x", ERR_SYNTAX, "startAfterId: " },
	{ "events=x&order=y&limit=z", ERR_SYNTAX, "limit: " },
	{ "limit=0&wait=x", ERR_SYNTAX, "wait: " },
	{ "order=up&events=nothing&x=%zz", ERR_SYNTAX, "query: " },
};

START_TEST(a_bad_parameter_is_named)
{
	struct list_events_query query;
	struct detail detail = { "" };

	ck_assert_int_eq(list_events_query_read(error_rows[_i].query, &query,
	    &detail), error_rows[_i].err);
	if (error_rows[_i].err == ERR_NONE)
		ck_assert_str_eq(detail.text, "");
	else
		ck_assert_msg(strncmp(detail.text, error_rows[_i].parameter,
		    strlen(error_rows[_i].parameter)) == 0, "%s: %s",
		    error_rows[_i].query, detail.text);
}
END_TEST

START_TEST(nothing_asked_for_is_the_defaults)
{
	struct list_events_query query;
	struct detail detail;

	ck_assert_int_eq(list_events_query_read("", &query, &detail),
	    ERR_NONE);
	ck_assert_int_eq(query.limit, PAGE_EVENTS_DEFAULT);
	ck_assert(filter_is_all(&query.filter));
	ck_assert_int_eq(query.order, OLDEST_FIRST);
	ck_assert(!query.has_cursor);
	ck_assert(!query.is_pretty);
	ck_assert_int_eq(query.wait_s, 0);
}
END_TEST

START_TEST(everything_asked_for_is_read)
{
	struct list_events_query query;
	struct detail detail;

	ck_assert_int_eq(list_events_query_read("order=desc&pretty=1&limit=7&"
	    "startAfterId=" ID "&startAfter=12&events=queues,api_keys&"
	    "wait=030",
	    &query, &detail), ERR_NONE);
	ck_assert_int_eq(query.limit, 7);
	ck_assert(filter_wants(&query.filter, CATEGORY_QUEUES));
	ck_assert(filter_wants(&query.filter, CATEGORY_API_KEYS));
	ck_assert(!filter_wants(&query.filter, CATEGORY_MESSAGES));
	ck_assert_int_eq(query.order, NEWEST_FIRST);
	ck_assert(query.has_cursor);
	ck_assert_int_eq(query.cursor.stored_at_ms, 12);
	ck_assert_str_eq(query.cursor.id, ID);
	ck_assert(query.is_pretty);
	ck_assert_int_eq(query.wait_s, 30);
}
END_TEST

static const struct {
	const char *query;
	const char *self;
	const char *next;	/* after 5 and ID */
} link_rows[] = {
	{ "", "", "?startAfter=5&startAfterId=" ID },
	{ "unknown=1", "", "?startAfter=5&startAfterId=" ID },
	{ "limit=010", "?limit=10",
	    "?limit=10&startAfter=5&startAfterId=" ID },
	{ "limit=5000", "?limit=1000",
	    "?limit=1000&startAfter=5&startAfterId=" ID },
	{ "startAfter=1", "", "?startAfter=5&startAfterId=" ID },
	{ "startAfterId=" ID, "", "?startAfter=5&startAfterId=" ID },
	{ "startAfterId=" ID "&startAfter=007",
	    "?startAfter=7&startAfterId=" ID,
	    "?startAfter=5&startAfterId=" ID },
	{ "events=all", "?events=all",
	    "?events=all&startAfter=5&startAfterId=" ID },
	{ "events=queues,api_keys,queues", "?events=api_keys,queues",
	    "?events=api_keys,queues&startAfter=5&startAfterId=" ID },
	{ "events=queues,all", "?events=all",
	    "?events=all&startAfter=5&startAfterId=" ID },
	{ "wait=05", "?wait=5",
	    "?startAfter=5&startAfterId=" ID "&wait=5" },
	{ "wait=0&pretty=1", "?pretty=true&wait=0",
	    "?startAfter=5&startAfterId=" ID "&pretty=true&wait=0" },
	{ "pretty", "?pretty=true",
	    "?startAfter=5&startAfterId=" ID "&pretty=true" },
	{ "pretty=0&order=asc&events=queues&limit=1",
	    "?limit=1&events=queues&order=asc&pretty=false",
	    "?limit=1&events=queues&order=asc&startAfter=5&startAfterId=" ID
	    "&pretty=false" },
	{ "order=desc", "?order=desc",
	    "?order=desc&startAfter=5&startAfterId=" ID },
};

static void
check_link(const struct list_events_query *query, const struct cursor *after,
    const char *expected)
{
	struct buffer buffer;

	buffer_init(&buffer, 0);
	list_events_query_add(&buffer, query, after);
	buffer_add(&buffer, "", 1);
	ck_assert_str_eq(buffer.bytes, expected);
	buffer_clear(&buffer);
}

START_TEST(links_spell_the_query_in_one_way)
{
	const struct cursor after = { 5, ID };
	struct list_events_query query;
	struct detail detail;

	ck_assert_int_eq(list_events_query_read(link_rows[_i].query, &query,
	    &detail), ERR_NONE);
	check_link(&query, query.has_cursor ? &query.cursor : NULL,
	    link_rows[_i].self);
	check_link(&query, &after, link_rows[_i].next);
}
END_TEST

START_TEST(a_refusal_quotes_what_was_sent)
{
	struct list_events_query query;
	struct detail detail;

	list_events_query_read("limit=ten", &query, &detail);
	ck_assert_str_eq(detail.text,
	    "limit: expected a whole number, got \"ten\"");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("list_events_query");
	TCase *tests = tcase_create("parameters");

	tcase_add_loop_test(tests, a_bad_parameter_is_named, 0,
	    COUNT_OF(error_rows));
	tcase_add_test(tests, nothing_asked_for_is_the_defaults);
	tcase_add_test(tests, everything_asked_for_is_read);
	tcase_add_loop_test(tests, links_spell_the_query_in_one_way, 0,
	    COUNT_OF(link_rows));
	tcase_add_test(tests, a_refusal_quotes_what_was_sent);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
