/* test_accept.c - the Accept field chooses what is sent. */
#include "api/accept.h"

#include "base/text.h"
#include "suite.h"

enum {
	ALL = MEDIA_BIT(MEDIA_JSON) | MEDIA_BIT(MEDIA_NDJSON) |
	    MEDIA_BIT(MEDIA_CSV),
	JSON = MEDIA_BIT(MEDIA_JSON)
};

static const struct {
	const char *field;
	unsigned int offered;
	enum error err;
	enum media media;	/* when err is ERR_NONE */
} rows[] = {
	{ "", ALL, ERR_NONE, MEDIA_JSON },
	{ "  ", ALL, ERR_NONE, MEDIA_JSON },
	{ "*/*", ALL, ERR_NONE, MEDIA_JSON },
	{ "application/json", ALL, ERR_NONE, MEDIA_JSON },
	{ "Application/JSON", ALL, ERR_NONE, MEDIA_JSON },
	{ "application/json; charset=utf-8", ALL, ERR_NONE, MEDIA_JSON },
	{ "application/x-ndjson", ALL, ERR_NONE, MEDIA_NDJSON },
	{ "text/csv", ALL, ERR_NONE, MEDIA_CSV },
	{ "text/csv;header=\"a,b;c\\\"\";q=0.5", ALL, ERR_NONE, MEDIA_CSV },
	{ "text/*", ALL, ERR_NONE, MEDIA_CSV },
	{ "application/*", ALL, ERR_NONE, MEDIA_JSON },
	/* What is not offered cannot be had. */
	{ "text/csv", JSON, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "text/csv, */*;q=0.1", JSON, ERR_NONE, MEDIA_JSON },
	{ "text/html", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "text/event-stream", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/problem+json", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	/* A browser. */
	{ "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
	    ALL, ERR_NONE, MEDIA_JSON },
	/* The greatest quality wins, then the closest name, then our order. */
	{ "application/json;q=0.5, text/csv", ALL, ERR_NONE, MEDIA_CSV },
	{ "application/json;q=0.999,text/csv;q=1.000", ALL, ERR_NONE,
	    MEDIA_CSV },
	{ "text/csv, application/x-ndjson, application/json", ALL, ERR_NONE,
	    MEDIA_JSON },
	{ "text/csv, */*", ALL, ERR_NONE, MEDIA_CSV },
	{ "text/csv;q=0.4, */*;q=0.5", ALL, ERR_NONE, MEDIA_JSON },
	/* The closest range decides, wherever it stands. */
	{ "application/json;q=0, */*", ALL, ERR_NONE, MEDIA_NDJSON },
	{ "*/*, application/json;q=0", ALL, ERR_NONE, MEDIA_NDJSON },
	{ "application/*;q=0, */*", ALL, ERR_NONE, MEDIA_CSV },
	{ "*/*;q=0", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/json;q=0", JSON, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/json;Q=0.000", JSON, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	/* Empty members of the list, blanks, empty parameters. */
	{ ",, ,application/json ; ; q=0.3 ,", ALL, ERR_NONE, MEDIA_JSON },
	{ "application/json\t;\tq=1", ALL, ERR_NONE, MEDIA_JSON },
	/* Ranges that are not well-formed count for nothing. */
	{ "json", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "*", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "*/json", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "/json", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/json text/csv", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/json;q", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/json;q=", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/json;q=2", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/json;q=1.001", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/json;q=0.1234", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/json;q=-1", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/json;q=\"1\"", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/json;a=\"", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "application/json;a=\"\\", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
	{ "\xff\xfe, text/csv", ALL, ERR_NONE, MEDIA_CSV },
	{ "a/b;c=\"d, text/csv", ALL, ERR_NOT_ACCEPTABLE, MEDIA_JSON },
};

START_TEST(accept_chooses_as_rfc_9110_says)
{
	struct accept accept;
	enum media media;

	accept_read(&rows[_i].field, 1, &accept);
	ck_assert_int_eq(accept_choose(&accept, rows[_i].offered, &media),
	    rows[_i].err);
	if (rows[_i].err == ERR_NONE)
		ck_assert_int_eq(media, rows[_i].media);
}
END_TEST

static const struct {
	const char *fields[3];
	unsigned int field_count;
	enum media media;
} several_rows[] = {
	{ { "image/png", "text/csv" }, 2, MEDIA_CSV },
	{ { "", "text/csv" }, 2, MEDIA_CSV },
	{ { "text/csv", " " }, 2, MEDIA_CSV },
	{ { "application/json;q=0.1", "a/b;c=\"", "text/csv" }, 3, MEDIA_CSV },
	{ { "", "" }, 2, MEDIA_JSON },
	{ { NULL }, 0, MEDIA_JSON },
};

START_TEST(several_fields_are_one_list)
{
	struct accept accept;
	enum media media;

	accept_read(several_rows[_i].fields, several_rows[_i].field_count,
	    &accept);
	ck_assert_int_eq(accept_choose(&accept, ALL, &media), ERR_NONE);
	ck_assert_int_eq(media, several_rows[_i].media);
}
END_TEST

static const struct {
	const char *field;
	bool is_named;
} problem_rows[] = {
	{ "application/json, application/problem+json", true },
	{ "application/Problem+JSON;q=0.1", true },
	{ "application/problem+json;q=0", false },
	{ "application/*", false },
	{ "*/*", false },
	{ "", false },
};

START_TEST(problem_json_counts_when_it_is_named)
{
	struct accept accept;

	accept_read(&problem_rows[_i].field, 1, &accept);
	ck_assert_int_eq(accept.names_problem_json,
	    problem_rows[_i].is_named);
}
END_TEST

START_TEST(content_types_tell_what_is_sent)
{
	ck_assert_str_eq(media_content_type(MEDIA_JSON), "application/json");
	ck_assert_str_eq(media_content_type(MEDIA_NDJSON),
	    "application/x-ndjson");
	ck_assert_str_eq(media_content_type(MEDIA_CSV),
	    "text/csv; charset=utf-8; header=present");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("accept");
	TCase *tests = tcase_create("field");

	tcase_add_loop_test(tests, accept_chooses_as_rfc_9110_says, 0,
	    COUNT_OF(rows));
	tcase_add_loop_test(tests, several_fields_are_one_list, 0,
	    COUNT_OF(several_rows));
	tcase_add_loop_test(tests, problem_json_counts_when_it_is_named, 0,
	    COUNT_OF(problem_rows));
	tcase_add_test(tests, content_types_tell_what_is_sent);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
