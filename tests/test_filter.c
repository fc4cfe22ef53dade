/* test_filter.c - which categories a client wants. */
#include "model/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "suite.h"

enum {
	API_KEYS = 1 << CATEGORY_API_KEYS,
	LISTENERS = 1 << CATEGORY_LISTENERS,
	MESSAGES = 1 << CATEGORY_MESSAGES,
	QUEUES = 1 << CATEGORY_QUEUES,
	OTHER = 1 << CATEGORY_OTHER,
	ALL = API_KEYS | LISTENERS | MESSAGES | QUEUES | OTHER
};

static const struct {
	const char *text;
	unsigned int categories;
	const char *formatted;
} good_rows[] = {
	{ "all", ALL, "all" },
	{ "api_keys", API_KEYS, "api_keys" },
	{ "listeners", LISTENERS, "listeners" },
	{ "messages", MESSAGES, "messages" },
	{ "queues", QUEUES, "queues" },
	{ "queues,messages", MESSAGES | QUEUES, "messages,queues" },
	{ "queues,queues", QUEUES, "queues" },
	{ "queues,all", ALL, "all" },
	/* The longest text; not all, which has other types as well. */
	{ "queues,messages,listeners,api_keys", ALL & ~OTHER,
	    "api_keys,listeners,messages,queues" },
};

START_TEST(a_filter_is_names_with_commas)
{
	const char *text = good_rows[_i].text;
	char formatted[FILTER_TEXT_SIZE];
	struct filter filter;

	ck_assert_int_eq(filter_parse(text, strlen(text), &filter, NULL),
	    ERR_NONE);
	ck_assert_uint_eq(filter.categories, good_rows[_i].categories);
	filter_format(&filter, formatted);
	ck_assert_str_eq(formatted, good_rows[_i].formatted);
}
END_TEST

static const struct {
	const char *text;
	const char *got;	/* how the detail ends */
} bad_rows[] = {
	{ "", "got \"\"" },
	{ ",", "got \"\"" },
	{ "queues,", "got \"\"" },
	{ ",queues", "got \"\"" },
	{ "queues,,messages", "got \"\"" },
	{ "queue", "got \"queue\"" },
	{ "other", "got \"other\"" },		/* no client says that */
	{ "Queues", "got \"Queues\"" },
	{ "queues, messages", "got \" messages\"" },
	{ "all,x", "got \"x\"" },
};

START_TEST(an_unknown_or_empty_name_is_refused_with_the_allowed_ones)
{
	const char *text = bad_rows[_i].text;
	struct filter filter = { ALL };
	struct detail detail;
	size_t detail_len;

	ck_assert_int_eq(filter_parse(text, strlen(text), &filter, &detail),
	    ERR_MEANING);
	ck_assert_uint_eq(filter.categories, 0);
	ck_assert_ptr_nonnull(strstr(detail.text,
	    "events: expected all, or api_keys, listeners, messages and "
	    "queues"));
	detail_len = strlen(detail.text);
	ck_assert_str_eq(detail.text + detail_len - strlen(bad_rows[_i].got),
	    bad_rows[_i].got);
}
END_TEST

START_TEST(a_name_ends_where_its_length_says)
{
	struct filter filter;

	ck_assert_int_eq(filter_parse("queuesX", strlen("queues"), &filter,
	    NULL), ERR_NONE);
	ck_assert_int_eq(filter_parse("queues\0x", strlen("queues") + 2,
	    &filter, NULL), ERR_MEANING);
}
END_TEST

START_TEST(all_wants_every_category_and_a_name_its_own_alone)
{
	struct filter all = filter_all();
	struct filter queues = { QUEUES };

	ck_assert(filter_is_all(&all));
	ck_assert(!filter_is_all(&queues));
	for (size_t i = 0; i < CATEGORY_COUNT; i++) {
		enum category category = (enum category)i;

		ck_assert(filter_wants(&all, category));
		ck_assert_int_eq(filter_wants(&queues, category),
		    category == CATEGORY_QUEUES);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("filter");
	TCase *tcase = tcase_create("filter");

	tcase_add_loop_test(tcase, a_filter_is_names_with_commas, 0,
	    COUNT_OF(good_rows));
	tcase_add_loop_test(tcase,
	    an_unknown_or_empty_name_is_refused_with_the_allowed_ones, 0,
	    COUNT_OF(bad_rows));
	tcase_add_test(tcase, a_name_ends_where_its_length_says);
	tcase_add_test(tcase,
	    all_wants_every_category_and_a_name_its_own_alone);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
