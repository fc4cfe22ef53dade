/* test_body_type.c - the types of body that POST /v1/events takes. */
#include "api/body_type.h"

#include <string.h>

#include "api/request.h"
#include "base/text.h"
#include "suite.h"

#define EXPECTED "Content-Type: expected application/json or " \
	"application/x-ndjson, in utf-8, got "

static const struct {
	const char *type;
	const char *encoding;
	enum body_type body_type;
	const char *detail;		/* NULL: it is taken */
} rows[] = {
	{ "application/json", "", BODY_JSON, NULL },
	{ "application/x-ndjson", "", BODY_NDJSON, NULL },
	{ "Application/JSON", "", BODY_JSON, NULL },
	{ " application/json ", "", BODY_JSON, NULL },
	{ "application/json;", "", BODY_JSON, NULL },
	{ "application/json; charset=utf-8", "", BODY_JSON, NULL },
	{ "application/json;charset=UTF-8", "", BODY_JSON, NULL },
	{ "application/x-ndjson ; charset=\"utf-8\"", "", BODY_NDJSON, NULL },
	{ "application/json; profile=\"a;b\"; x=y", "", BODY_JSON, NULL },
	{ "", "", BODY_JSON, EXPECTED "\"\"" },
	{ "text/plain", "", BODY_JSON, EXPECTED "\"text/plain\"" },
	{ "application/ndjson", "", BODY_JSON,
	    EXPECTED "\"application/ndjson\"" },
	{ "application/jsonx", "", BODY_JSON,
	    EXPECTED "\"application/jsonx\"" },
	{ "application", "", BODY_JSON, EXPECTED "\"application\"" },
	{ "application/", "", BODY_JSON, EXPECTED "\"application/\"" },
	{ "*/*", "", BODY_JSON, EXPECTED "\"*/*\"" },
	{ "json", "", BODY_JSON, EXPECTED "\"json\"" },
	{ "application/json, application/json", "", BODY_JSON,
	    EXPECTED "\"application/json, application/json\"" },
	{ "application/json; charset=latin1", "", BODY_JSON,
	    EXPECTED "\"application/json; charset=latin1\"" },
	{ "application/json; charset=", "", BODY_JSON,
	    EXPECTED "\"application/json; charset=\"" },
	{ "application/json; charset", "", BODY_JSON,
	    EXPECTED "\"application/json; charset\"" },
	{ "application/json; charset=\"utf-8", "", BODY_JSON,
	    EXPECTED "\"application/json; charset=\\x22utf-8\"" },
	{ "application/json charset=utf-8", "", BODY_JSON,
	    EXPECTED "\"application/json charset=utf-8\"" },
	{ "application/json", "gzip", BODY_JSON,
	    "Content-Encoding: expected none, got \"gzip\"" },
	{ "application/json", "identity", BODY_JSON,
	    "Content-Encoding: expected none, got \"identity\"" },
	{ "text/plain", "gzip", BODY_JSON, EXPECTED "\"text/plain\"" },
};

START_TEST(json_and_ndjson_in_utf_8_are_taken)
{
	const struct request request = {
		.content_type = rows[_i].type,
		.content_encoding = rows[_i].encoding,
	};
	struct detail detail = { "" };
	enum body_type type;
	enum error err = body_type_read(&request, &type, &detail);

	if (rows[_i].detail == NULL) {
		ck_assert_int_eq(err, ERR_NONE);
		ck_assert_int_eq(type, rows[_i].body_type);
	} else {
		ck_assert_int_eq(err, ERR_MEDIA_TYPE);
		ck_assert_str_eq(detail.text, rows[_i].detail);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("body_type");
	TCase *tests = tcase_create("body_type");

	tcase_add_loop_test(tests, json_and_ndjson_in_utf_8_are_taken, 0,
	    COUNT_OF(rows));
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
