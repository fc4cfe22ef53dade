/* test_event_columns.c - events as rows. */
#include "model/event_columns.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "suite.h"

#define PLACE "\"id\":\"5fZk0a-_5fZk0a5fZk0ab\",\"type\":\"queue_added\"," \
    "\"stored_at\":1657027948150,\"client\":{\"id\":\"c\"}"
#define CELLS "5fZk0a-_5fZk0a5fZk0ab,queue_added,1657027948150,c,"

static const char full_event[] = "{" PLACE ","
    "\"message\":{\"id\":\"m\",\"name\":\"M\"},"
    "\"api_key\":{\"id\":\"k\",\"name\":\"K\"},"
    "\"queue\":{\"id\":\"q\",\"name\":\"Q\"},"
    "\"listener\":{\"id\":\"l\",\"name\":\"L\"},"
    "\"metadata\":{\"a\":\"/\\u0000\"}}";

START_TEST(every_column_has_its_text)
{
	static const char *const texts[COLUMN_COUNT] = {
		"5fZk0a-_5fZk0a5fZk0ab", "queue_added", "1657027948150", "c",
		"k", "K", "l", "L", "m", "M", "q", "Q",
		"{\"a\":\"/\\u0000\"}"
	};
	struct event_columns *columns = NULL;

	ck_assert_int_eq(event_columns_new(full_event, strlen(full_event),
	    &columns), ERR_NONE);
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		ck_assert_str_eq(event_columns_text(columns,
		    (enum event_column)i), texts[i]);
	event_columns_free(columns);
}
END_TEST

START_TEST(a_column_without_a_text_is_null)
{
	static const char json[] = "{" PLACE ",\"queue\":{\"id\":\"q\"}}";
	struct event_columns *columns = NULL;

	ck_assert_int_eq(event_columns_new(json, strlen(json), &columns),
	    ERR_NONE);
	ck_assert_str_eq(event_columns_text(columns, COLUMN_QUEUE_ID), "q");
	ck_assert_ptr_null(event_columns_text(columns, COLUMN_QUEUE_NAME));
	ck_assert_ptr_null(event_columns_text(columns, COLUMN_LISTENER_ID));
	ck_assert_ptr_null(event_columns_text(columns, COLUMN_METADATA));
	event_columns_free(columns);
	event_columns_free(NULL);
}
END_TEST

static const char *const corrupt[] = {
	"", "null", "[]", "{", "{'id':1}", "{} ,", "{\"a\":\"\\ud800\"}"
};

START_TEST(what_is_no_object_is_corrupt)
{
	const char *json = corrupt[_i];
	struct event_columns *columns = NULL;
	struct buffer buffer;

	buffer_init(&buffer, 0);
	ck_assert_int_eq(event_columns_new(json, strlen(json), &columns),
	    ERR_CORRUPT);
	ck_assert_ptr_null(columns);
	ck_assert_int_eq(event_csv_add_row(&buffer, json, strlen(json)),
	    ERR_CORRUPT);
	ck_assert_int_eq(json_add_pretty(&buffer, json, strlen(json)),
	    ERR_CORRUPT);
	ck_assert_uint_eq(buffer.len, 0);
	buffer_clear(&buffer);
}
END_TEST

static void
check_bytes(const struct buffer *buffer, const char *wanted)
{
	ck_assert_int_eq(buffer->error, ERR_NONE);
	ck_assert_uint_eq(buffer->len, strlen(wanted));
	ck_assert_mem_eq(buffer->bytes, wanted, buffer->len);
}

START_TEST(the_csv_header_names_the_columns)
{
	struct buffer buffer;

	buffer_init(&buffer, 0);
	event_csv_add_header(&buffer);
	check_bytes(&buffer, "id,type,stored_at,client_id,api_key_id,"
	    "api_key_name,listener_id,listener_name,message_id,message_name,"
	    "queue_id,queue_name,metadata\r\n");
	buffer_clear(&buffer);
}
END_TEST

#define QUEUE_NAME(name) "{" PLACE ",\"queue\":{\"id\":\"q\",\"name\":\"" \
    name "\"}}"
#define QUEUE_NAME_CELL(cell) CELLS ",,,,,,q," cell ",\r\n"

static const struct {
	const char *json;
	const char *line;
} csv_rows[] = {
	{ "{" PLACE "}", CELLS ",,,,,,,,\r\n" },
	{ QUEUE_NAME("plain text"), QUEUE_NAME_CELL("plain text") },
	{ QUEUE_NAME("\xc3\xa4"), QUEUE_NAME_CELL("\xc3\xa4") },
	/* RFC 4180's quotes. */
	{ QUEUE_NAME("a,b"), QUEUE_NAME_CELL("\"a,b\"") },
	{ QUEUE_NAME("\\\""), QUEUE_NAME_CELL("\"\"\"\"") },
	{ QUEUE_NAME("a\\\"b\\\"c"), QUEUE_NAME_CELL("\"a\"\"b\"\"c\"") },
	/* What a spreadsheet would compute. */
	{ QUEUE_NAME("=1+1"), QUEUE_NAME_CELL("'=1+1") },
	{ QUEUE_NAME("+1"), QUEUE_NAME_CELL("'+1") },
	{ QUEUE_NAME("-1"), QUEUE_NAME_CELL("'-1") },
	{ QUEUE_NAME("@a"), QUEUE_NAME_CELL("'@a") },
	{ QUEUE_NAME("\\t=1"), QUEUE_NAME_CELL("'\t=1") },
	{ QUEUE_NAME("\\r=1"), QUEUE_NAME_CELL("\"'\r=1\"") },
	{ QUEUE_NAME("=a,\\\"b\\\""), QUEUE_NAME_CELL("\"'=a,\"\"b\"\"\"") },
	{ QUEUE_NAME("1-1=0"), QUEUE_NAME_CELL("1-1=0") },
	/* An id that another made. */
	{ "{\"id\":\"-aaaaaaaaaaaaaaaaaaaa\",\"type\":\"a\","
	    "\"stored_at\":1657027948150,\"client\":{\"id\":\"-\"}}",
	    "'-aaaaaaaaaaaaaaaaaaaa,a,1657027948150,'-,,,,,,,,,\r\n" },
	{ "{" PLACE ",\"metadata\":{\"a\":\"=1,\\\"\"}}",
	    CELLS ",,,,,,,,\"{\"\"a\"\":\"\"=1,\\\"\"\"\"}\"\r\n" },
};

START_TEST(a_csv_row_is_safe_to_open)
{
	struct buffer buffer;

	buffer_init(&buffer, 0);
	ck_assert_int_eq(event_csv_add_row(&buffer, csv_rows[_i].json,
	    strlen(csv_rows[_i].json)), ERR_NONE);
	check_bytes(&buffer, csv_rows[_i].line);
	buffer_clear(&buffer);
}
END_TEST

START_TEST(a_row_says_that_its_buffer_is_full)
{
	struct buffer buffer;

	buffer_init(&buffer, 8);
	ck_assert_int_eq(event_csv_add_row(&buffer, full_event,
	    strlen(full_event)), ERR_TOO_LARGE);
	buffer_reset(&buffer);
	ck_assert_int_eq(json_add_pretty(&buffer, full_event,
	    strlen(full_event)), ERR_TOO_LARGE);
	buffer_clear(&buffer);
}
END_TEST

START_TEST(pretty_json_is_indented_and_otherwise_the_same)
{
	static const char json[] = "{\"events\":[{\"id\":\"/\\u0000\xc3\xa4\","
	    "\"stored_at\":1657027948150},{}],\"_links\":{}}";
	struct buffer buffer;

	buffer_init(&buffer, 0);
	ck_assert_int_eq(json_add_pretty(&buffer, json, strlen(json)),
	    ERR_NONE);
	check_bytes(&buffer,
	    "{\n"
	    "  \"events\": [\n"
	    "    {\n"
	    "      \"id\": \"/\\u0000\xc3\xa4\",\n"
	    "      \"stored_at\": 1657027948150\n"
	    "    },\n"
	    "    {\n"
	    "    }\n"
	    "  ],\n"
	    "  \"_links\": {\n"
	    "  }\n"
	    "}");
	buffer_clear(&buffer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("event_columns");
	TCase *tcase = tcase_create("event_columns");

	tcase_add_test(tcase, every_column_has_its_text);
	tcase_add_test(tcase, a_column_without_a_text_is_null);
	tcase_add_loop_test(tcase, what_is_no_object_is_corrupt, 0,
	    COUNT_OF(corrupt));
	tcase_add_test(tcase, the_csv_header_names_the_columns);
	tcase_add_loop_test(tcase, a_csv_row_is_safe_to_open, 0,
	    COUNT_OF(csv_rows));
	tcase_add_test(tcase, a_row_says_that_its_buffer_is_full);
	tcase_add_test(tcase,
	    pretty_json_is_indented_and_otherwise_the_same);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
