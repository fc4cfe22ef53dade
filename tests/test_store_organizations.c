/* test_store_organizations.c - organizations in the store. */
#include "store/organizations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/cursor.h"
#include "store_fixture.h"
#include "suite.h"

static struct store *store;
static struct store_txn *txn;

static void
setup(void)
{
	store = fixture_store();
	txn = fixture_write_begin(store);
}

static void
teardown(void)
{
	store_write_abort(txn);
	store_close(store);
}

static void
rename_to(struct organization *organization, const char *name)
{
	snprintf(organization->name, sizeof(organization->name), "%s", name);
}

START_TEST(an_added_organization_is_found_by_name_and_number)
{
	struct organization added = {
		.name = "acme",
		.status = ORGANIZATION_UNPAID,
	};
	struct organization found;

	ck_assert_int_eq(store_organization_add(txn, &added, BASE_MS),
	    ERR_NONE);
	ck_assert_uint_eq(added.number, 1);
	ck_assert(event_id_is_valid(added.id, strlen(added.id)));
	ck_assert_int_eq(added.created_ms, BASE_MS);

	ck_assert_int_eq(store_organization_find(txn, "acme", &found),
	    ERR_NONE);
	ck_assert_uint_eq(found.number, 1);
	ck_assert_str_eq(found.id, added.id);
	ck_assert_str_eq(found.name, "acme");
	ck_assert_int_eq(found.status, ORGANIZATION_UNPAID);
	ck_assert_int_eq(found.created_ms, BASE_MS);
	ck_assert_int_eq(store_organization_get(txn, 1, &found), ERR_NONE);
	ck_assert_str_eq(found.name, "acme");
}
END_TEST

START_TEST(a_name_is_taken_once)
{
	struct organization second = { .name = "acme" };

	fixture_organization(txn, "acme");
	ck_assert_int_eq(store_organization_add(txn, &second, BASE_MS),
	    ERR_EXISTS);
}
END_TEST

START_TEST(who_is_not_there_is_not_found)
{
	struct organization found;
	char longest[ORGANIZATION_NAME_LEN_MAX + 2];

	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	ck_assert_int_eq(store_organization_find(txn, "acme", &found),
	    ERR_NOT_FOUND);
	ck_assert_int_eq(store_organization_find(txn, "", &found),
	    ERR_NOT_FOUND);
	ck_assert_int_eq(store_organization_find(txn, longest, &found),
	    ERR_NOT_FOUND);
	ck_assert_int_eq(store_organization_get(txn, 1, &found),
	    ERR_NOT_FOUND);
	found.number = 1;
	ck_assert_int_eq(store_organization_put(txn, &found), ERR_NOT_FOUND);
}
END_TEST

START_TEST(status_and_name_can_change)
{
	struct organization changed;
	struct organization found;
	uint32_t number = fixture_organization(txn, "old");

	ck_assert_int_eq(store_organization_get(txn, number, &changed),
	    ERR_NONE);
	changed.status = ORGANIZATION_LOCKED;
	rename_to(&changed, "new");
	ck_assert_int_eq(store_organization_put(txn, &changed), ERR_NONE);
	ck_assert_int_eq(store_organization_find(txn, "old", &found),
	    ERR_NOT_FOUND);
	ck_assert_int_eq(store_organization_find(txn, "new", &found),
	    ERR_NONE);
	ck_assert_uint_eq(found.number, number);
	ck_assert_int_eq(found.status, ORGANIZATION_LOCKED);
}
END_TEST

START_TEST(a_name_that_is_taken_cannot_be_changed_to)
{
	struct organization changed;
	uint32_t number = fixture_organization(txn, "one");

	fixture_organization(txn, "two");
	ck_assert_int_eq(store_organization_get(txn, number, &changed),
	    ERR_NONE);
	rename_to(&changed, "two");
	ck_assert_int_eq(store_organization_put(txn, &changed), ERR_EXISTS);
}
END_TEST

static void
check_same(uint32_t number, const struct organization *expected)
{
	struct organization found;

	ck_assert_int_eq(store_organization_get(txn, number, &found),
	    ERR_NONE);
	ck_assert_str_eq(found.id, expected->id);
	ck_assert_str_eq(found.name, expected->name);
	ck_assert_int_eq(found.status, expected->status);
	ck_assert_int_eq(found.created_ms, expected->created_ms);
	ck_assert_int_eq(store_organization_find(txn, expected->name, &found),
	    ERR_NONE);
	ck_assert_uint_eq(found.number, number);
}

static const struct organization seventh = {
	.number = 7,
	.id = "seventh_-seventh_-sev",
	.name = "seven",
	.status = ORGANIZATION_UNPAID,
	.created_ms = BASE_MS + 7,
};

START_TEST(what_is_put_whole_is_there_as_it_was_given)
{
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(store_organization_put_whole(txn, &seventh),
		    ERR_NONE);
		check_same(7, &seventh);
	}
	ck_assert_uint_eq(fixture_organization(txn, "next"), 8);
}
END_TEST

START_TEST(numbers_only_grow_by_what_is_put_whole)
{
	struct organization second = seventh;

	ck_assert_int_eq(store_organization_put_whole(txn, &seventh),
	    ERR_NONE);
	second.number = 2;
	rename_to(&second, "two");
	ck_assert_int_eq(store_organization_put_whole(txn, &second),
	    ERR_NONE);
	ck_assert_uint_eq(fixture_organization(txn, "next"), 8);
	second.number = UINT32_MAX;
	rename_to(&second, "last");
	ck_assert_int_eq(store_organization_put_whole(txn, &second),
	    ERR_NONE);
	rename_to(&second, "more");
	ck_assert_int_eq(store_organization_add(txn, &second, BASE_MS),
	    ERR_FULL);
}
END_TEST

START_TEST(all_of_an_organization_can_be_put_whole)
{
	struct organization changed = seventh;
	struct organization found;

	ck_assert_uint_eq(fixture_organization(txn, "old"), 1);
	changed.number = 1;
	ck_assert_int_eq(store_organization_put_whole(txn, &changed),
	    ERR_NONE);
	check_same(1, &changed);
	ck_assert_int_eq(store_organization_find(txn, "old", &found),
	    ERR_NOT_FOUND);
	ck_assert_uint_eq(fixture_organization(txn, "old"), 2);
}
END_TEST

START_TEST(a_name_that_another_has_is_not_put_whole)
{
	struct organization found;
	struct organization changed = seventh;

	ck_assert_int_eq(store_organization_put_whole(txn, &seventh),
	    ERR_NONE);
	ck_assert_uint_eq(fixture_organization(txn, "eight"), 8);
	rename_to(&changed, "eight");
	changed.status = ORGANIZATION_LOCKED;
	ck_assert_int_eq(store_organization_put_whole(txn, &changed),
	    ERR_EXISTS);
	check_same(7, &seventh);
	changed.number = 20;
	ck_assert_int_eq(store_organization_put_whole(txn, &changed),
	    ERR_EXISTS);
	ck_assert_int_eq(store_organization_get(txn, 20, &found),
	    ERR_NOT_FOUND);
	ck_assert_uint_eq(fixture_organization(txn, "next"), 9);
}
END_TEST

START_TEST(what_is_gone_is_not_put_back_to_be_removed)
{
	struct organization removing = seventh;
	struct organization found;

	removing.status = ORGANIZATION_REMOVING;
	ck_assert_int_eq(store_organization_put_whole(txn, &removing),
	    ERR_NONE);
	ck_assert_int_eq(store_organization_get(txn, 7, &found),
	    ERR_NOT_FOUND);
	ck_assert_uint_eq(fixture_organization(txn, "seven"), 8);
	ck_assert_int_eq(store_organization_put_whole(txn, &removing),
	    ERR_NONE);
	/* One that is there is marked. */
	removing.number = 8;
	ck_assert_int_eq(store_organization_put_whole(txn, &removing),
	    ERR_NONE);
	check_same(8, &removing);
}
END_TEST

START_TEST(what_no_organization_may_be_is_not_put_whole)
{
	struct organization bad = seventh;

	bad.number = 0;
	ck_assert_int_eq(store_organization_put_whole(txn, &bad),
	    ERR_MEANING);
	bad = seventh;
	bad.id[3] = '\0';
	ck_assert_int_eq(store_organization_put_whole(txn, &bad),
	    ERR_MEANING);
	bad = seventh;
	rename_to(&bad, "");
	ck_assert_int_eq(store_organization_put_whole(txn, &bad),
	    ERR_MEANING);
	bad = seventh;
	bad.status = (enum organization_status)9;
	ck_assert_int_eq(store_organization_put_whole(txn, &bad),
	    ERR_MEANING);
	ck_assert_uint_eq(fixture_organization(txn, "first"), 1);
}
END_TEST

static bool
add_name(const struct organization *organization, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 64 - len, "%s ", organization->name);
	return strcmp(organization->name, "c") != 0;
}

START_TEST(a_scan_is_by_name_until_the_visitor_ends_it)
{
	char text[64] = "";

	fixture_organization(txn, "b");
	fixture_organization(txn, "d");
	fixture_organization(txn, "a");
	fixture_organization(txn, "B");
	ck_assert_int_eq(store_organization_scan(txn, add_name, text),
	    ERR_NONE);
	ck_assert_str_eq(text, "B a b d ");
	fixture_organization(txn, "c");
	text[0] = '\0';
	ck_assert_int_eq(store_organization_scan(txn, add_name, text),
	    ERR_NONE);
	ck_assert_str_eq(text, "B a b c ");
}
END_TEST

START_TEST(a_scan_of_none_visits_none)
{
	char text[64] = "";

	ck_assert_int_eq(store_organization_scan(txn, add_name, text),
	    ERR_NONE);
	ck_assert_str_eq(text, "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store organizations");
	TCase *tcase = tcase_create("organizations");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase,
	    an_added_organization_is_found_by_name_and_number);
	tcase_add_test(tcase, a_name_is_taken_once);
	tcase_add_test(tcase, who_is_not_there_is_not_found);
	tcase_add_test(tcase, status_and_name_can_change);
	tcase_add_test(tcase, a_name_that_is_taken_cannot_be_changed_to);
	tcase_add_test(tcase, what_is_put_whole_is_there_as_it_was_given);
	tcase_add_test(tcase, numbers_only_grow_by_what_is_put_whole);
	tcase_add_test(tcase, all_of_an_organization_can_be_put_whole);
	tcase_add_test(tcase, a_name_that_another_has_is_not_put_whole);
	tcase_add_test(tcase, what_is_gone_is_not_put_back_to_be_removed);
	tcase_add_test(tcase, what_no_organization_may_be_is_not_put_whole);
	tcase_add_test(tcase, a_scan_is_by_name_until_the_visitor_ends_it);
	tcase_add_test(tcase, a_scan_of_none_visits_none);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
