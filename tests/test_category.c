/* test_category.c - the kinds of event. */
#include "model/category.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "suite.h"

static const struct {
	const char *type;
	enum category category;
} type_rows[] = {
	{ "api_key_added", CATEGORY_API_KEYS },
	{ "listener_updated", CATEGORY_LISTENERS },
	{ "message_published_not_ok", CATEGORY_MESSAGES },
	{ "queue_deleted", CATEGORY_QUEUES },
	{ "queue_", CATEGORY_QUEUES },		/* nothing but the prefix */
	{ "queue_drained_by_me", CATEGORY_QUEUES },
	{ "queue", CATEGORY_OTHER },		/* not the whole prefix */
	{ "queues_added", CATEGORY_OTHER },
	{ "api_keys", CATEGORY_OTHER },
	{ "api_", CATEGORY_OTHER },
	{ "my_queue_added", CATEGORY_OTHER },	/* not at the beginning */
	{ "x", CATEGORY_OTHER },
};

START_TEST(a_type_belongs_to_the_category_of_its_prefix)
{
	const char *type = type_rows[_i].type;

	ck_assert_int_eq(category_of_type(type, strlen(type)),
	    type_rows[_i].category);
}
END_TEST

START_TEST(a_type_ends_where_its_length_says)
{
	ck_assert_int_eq(category_of_type("queue_added", strlen("queue")),
	    CATEGORY_OTHER);
}
END_TEST

START_TEST(categories_are_named_as_clients_write_them)
{
	static const char *const names[CATEGORY_COUNT] = {
		"api_keys", "listeners", "messages", "queues", "other"
	};

	for (size_t i = 0; i < CATEGORY_COUNT; i++)
		ck_assert_str_eq(category_name((enum category)i), names[i]);
}
END_TEST

START_TEST(each_category_has_three_of_the_twelve_published_types)
{
	unsigned int counts[CATEGORY_COUNT] = { 0 };

	for (size_t i = 0; i < PUBLISHED_TYPE_COUNT; i++)
		counts[category_of_type(published_types[i],
		    strlen(published_types[i]))]++;
	for (size_t i = 0; i < CATEGORY_OTHER; i++)
		ck_assert_uint_eq(counts[i], 3);
	ck_assert_uint_eq(counts[CATEGORY_OTHER], 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("category");
	TCase *tcase = tcase_create("category");

	tcase_add_loop_test(tcase,
	    a_type_belongs_to_the_category_of_its_prefix, 0,
	    COUNT_OF(type_rows));
	tcase_add_test(tcase, a_type_ends_where_its_length_says);
	tcase_add_test(tcase, categories_are_named_as_clients_write_them);
	tcase_add_test(tcase,
	    each_category_has_three_of_the_twelve_published_types);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
