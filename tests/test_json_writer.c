/* test_json_writer.c - commas and colons of --json. */
#include "cli/json_writer.h"

#include "base/buffer.h"
#include "suite.h"

START_TEST(members_and_elements_have_commas_between_them)
{
	struct buffer text;
	struct json_writer json = { .buffer = &text };

	buffer_init(&text, 0);
	json_writer_begin(&json, NULL, '[');
	json_writer_begin(&json, NULL, '{');
	json_writer_end(&json, '}');
	json_writer_begin(&json, NULL, '{');
	json_writer_text(&json, "a", "x\"y");
	json_writer_number(&json, "b", -1);
	json_writer_begin(&json, "c", '[');
	json_writer_text(&json, NULL, "z");
	json_writer_bool(&json, NULL, true);
	json_writer_bool(&json, NULL, false);
	json_writer_end(&json, ']');
	json_writer_moment(&json, "d", 1657027948150);
	json_writer_end(&json, '}');
	json_writer_end(&json, ']');
	buffer_add(&text, "", 1);
	ck_assert_str_eq(text.bytes, "[{},{\"a\":\"x\\\"y\",\"b\":-1,"
	    "\"c\":[\"z\",true,false],\"d\":1657027948150}]");
	buffer_clear(&text);
}
END_TEST

START_TEST(what_is_not_there_is_null)
{
	struct buffer text;
	struct json_writer json = { .buffer = &text };

	buffer_init(&text, 0);
	json_writer_begin(&json, NULL, '{');
	json_writer_text(&json, "a", NULL);
	json_writer_moment(&json, "b", 0);
	json_writer_null(&json, "c");
	json_writer_end(&json, '}');
	buffer_add(&text, "", 1);
	ck_assert_str_eq(text.bytes, "{\"a\":null,\"b\":null,\"c\":null}");
	buffer_clear(&text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json_writer");
	TCase *all = tcase_create("all");

	tcase_add_test(all, members_and_elements_have_commas_between_them);
	tcase_add_test(all, what_is_not_there_is_null);
	suite_add_tcase(suite, all);
	return suite_run(suite);
}
