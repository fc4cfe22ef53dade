/* test_purging.c - which entries leave the bucket. */
#include "cluster/purging.h"

#include "base/clock.h"
#include "suite.h"

#define WRITTEN_MS INT64_C(1700000000000)
#define AGE_MS (PURGING_AGE_HOURS * HOUR_MS)

static const struct {
	enum registry_change change;
	int64_t age_ms;
	bool is_due;
} rows[] = {
	{ REGISTRY_REMOVED, AGE_MS + 1, true },
	{ REGISTRY_REMOVED, AGE_MS, false },
	{ REGISTRY_REMOVED, 48 * HOUR_MS, false },	/* the log has it */
	{ REGISTRY_REMOVED, -AGE_MS, false },
	{ REGISTRY_ADDED, INT64_C(100) * DAY_MS, false },
	{ REGISTRY_UPDATED, INT64_C(100) * DAY_MS, false },
	{ REGISTRY_BROUGHT, INT64_C(100) * DAY_MS, false },
};

START_TEST(only_what_was_removed_long_ago_leaves)
{
	const struct registry_entry entry = { .change = rows[_i].change };

	ck_assert(purging_is_due(&entry, WRITTEN_MS,
	    WRITTEN_MS + rows[_i].age_ms) == rows[_i].is_due);
}
END_TEST

/* A store that has taken no message of the log knows no time. */
START_TEST(without_the_logs_time_nothing_leaves)
{
	const struct registry_entry entry = { .change = REGISTRY_REMOVED };

	ck_assert(!purging_is_due(&entry, WRITTEN_MS, 0));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("purging");
	TCase *tests = tcase_create("purging");

	tcase_add_loop_test(tests, only_what_was_removed_long_ago_leaves, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tests, without_the_logs_time_nothing_leaves);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
