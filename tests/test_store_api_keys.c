/* test_store_api_keys.c - API keys in the store. */
#include "store/api_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Keys differ by their number. */
static struct api_key
make_key(uint32_t organization, unsigned int number)
{
	struct api_key key = {
		.organization = organization,
		.prefix = "at_abcd",
		.last = "wxyz",
		.scopes = SCOPE_EVENTS_READ,
		.rate_per_minute = 60,
		.expires_ms = BASE_MS + 1000,
	};

	memset(key.digest, 0x5a, sizeof(key.digest));
	memcpy(key.digest, &number, sizeof(number));
	snprintf(key.name, sizeof(key.name), "key %u", number);
	return key;
}

static struct api_key
add(uint32_t organization, unsigned int number, int64_t now_ms)
{
	struct api_key key = make_key(organization, number);

	ck_assert_int_eq(store_api_key_add(txn, &key, now_ms), ERR_NONE);
	return key;
}

static void
check_same(const struct api_key *a, const struct api_key *b)
{
	ck_assert_str_eq(a->id, b->id);
	ck_assert_uint_eq(a->organization, b->organization);
	ck_assert_mem_eq(a->digest, b->digest, sizeof(a->digest));
	ck_assert_str_eq(a->prefix, b->prefix);
	ck_assert_str_eq(a->last, b->last);
	ck_assert_str_eq(a->name, b->name);
	ck_assert_int_eq(a->status, b->status);
	ck_assert_uint_eq(a->scopes, b->scopes);
	ck_assert_uint_eq(a->rate_per_minute, b->rate_per_minute);
	ck_assert_int_eq(a->created_ms, b->created_ms);
	ck_assert_int_eq(a->expires_ms, b->expires_ms);
}

START_TEST(an_added_key_is_found_by_digest_and_id)
{
	struct api_key key = add(1, 1, BASE_MS);
	struct api_key found;

	ck_assert_uint_eq(strlen(key.id), EVENT_ID_LEN);
	ck_assert_int_eq(key.created_ms, BASE_MS);
	ck_assert_int_eq(store_api_key_find(txn, key.digest, &found),
	    ERR_NONE);
	check_same(&found, &key);
	ck_assert_int_eq(store_api_key_get(txn, key.id, &found), ERR_NONE);
	check_same(&found, &key);
}
END_TEST

START_TEST(the_longest_name_is_kept)
{
	struct api_key key = make_key(1, 1);
	struct api_key found;

	memset(key.name, 'n', API_KEY_NAME_BYTES_MAX);
	key.name[API_KEY_NAME_BYTES_MAX] = '\0';
	ck_assert_int_eq(store_api_key_add(txn, &key, BASE_MS), ERR_NONE);
	ck_assert_int_eq(store_api_key_get(txn, key.id, &found), ERR_NONE);
	ck_assert_str_eq(found.name, key.name);
}
END_TEST

START_TEST(a_digest_is_there_once)
{
	struct api_key again = add(1, 1, BASE_MS);

	ck_assert_int_eq(store_api_key_add(txn, &again, BASE_MS),
	    ERR_EXISTS);
}
END_TEST

START_TEST(a_key_that_is_not_there_is_not_found)
{
	struct api_key key = make_key(1, 1);
	struct api_key found;

	ck_assert_int_eq(store_api_key_find(txn, key.digest, &found),
	    ERR_NOT_FOUND);
	ck_assert_int_eq(store_api_key_get(txn, "aaaaaaaaaaaaaaaaaaaaa",
	    &found), ERR_NOT_FOUND);
	ck_assert_int_eq(store_api_key_get(txn, "", &found), ERR_NOT_FOUND);
	ck_assert_int_eq(store_api_key_put(txn, &key), ERR_NOT_FOUND);
	ck_assert_int_eq(store_api_key_remove(txn, "aaaaaaaaaaaaaaaaaaaaa"),
	    ERR_NOT_FOUND);
}
END_TEST

START_TEST(what_may_change_is_written_and_nothing_else)
{
	struct api_key key = add(1, 1, BASE_MS);
	struct api_key changed = key;
	struct api_key found;

	changed.status = API_KEY_DISABLED;
	changed.scopes = SCOPE_EVENTS_WRITE;
	changed.rate_per_minute = 0;
	changed.expires_ms = 0;
	snprintf(changed.name, sizeof(changed.name), "other");
	changed.organization = 2;
	changed.created_ms = 1;
	memset(changed.digest, 0, sizeof(changed.digest));
	ck_assert_int_eq(store_api_key_put(txn, &changed), ERR_NONE);

	ck_assert_int_eq(store_api_key_get(txn, key.id, &found), ERR_NONE);
	changed.organization = key.organization;
	changed.created_ms = key.created_ms;
	memcpy(changed.digest, key.digest, sizeof(changed.digest));
	check_same(&found, &changed);
}
END_TEST

START_TEST(a_removed_key_is_gone_from_everywhere)
{
	struct api_key key = add(1, 1, BASE_MS);
	struct api_key found;

	ck_assert_int_eq(store_api_key_remove(txn, key.id), ERR_NONE);
	ck_assert_int_eq(store_api_key_find(txn, key.digest, &found),
	    ERR_NOT_FOUND);
	ck_assert_int_eq(store_api_key_get(txn, key.id, &found),
	    ERR_NOT_FOUND);
	ck_assert_int_eq(store_api_key_scan(txn, 0, NULL, NULL), ERR_NONE);
}
END_TEST

/* With an id and a creation of its own, as from another store. */
static struct api_key
make_whole(uint32_t organization, unsigned int number)
{
	struct api_key key = make_key(organization, number);

	snprintf(key.id, sizeof(key.id), "%021u", number);
	key.created_ms = BASE_MS + number;
	return key;
}

static void
check_places(const struct api_key *key)
{
	struct api_key found;

	ck_assert_int_eq(store_api_key_find(txn, key->digest, &found),
	    ERR_NONE);
	check_same(&found, key);
	ck_assert_int_eq(store_api_key_get(txn, key->id, &found), ERR_NONE);
	check_same(&found, key);
}

static bool
count_one(const struct api_key *key, void *arg)
{
	unsigned int *count = arg;

	(void)key;
	(*count)++;
	return true;
}

static unsigned int
count_of(uint32_t organization)
{
	unsigned int count = 0;

	ck_assert_int_eq(store_api_key_scan(txn, organization, count_one,
	    &count), ERR_NONE);
	return count;
}

START_TEST(what_is_put_whole_is_there_as_it_was_given)
{
	struct api_key key = make_whole(3, 1);

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(store_api_key_put_whole(txn, &key),
		    ERR_NONE);
		check_places(&key);
		ck_assert_uint_eq(count_of(3), 1);
	}
}
END_TEST

START_TEST(all_of_a_key_can_be_put_whole)
{
	struct api_key old = add(1, 1, BASE_MS);
	struct api_key changed = make_whole(2, 2);
	struct api_key found;

	memcpy(changed.id, old.id, sizeof(changed.id));
	changed.status = API_KEY_DISABLED;
	changed.scopes = SCOPE_EVENTS_WRITE;
	changed.rate_per_minute = 0;
	changed.expires_ms = 0;
	memcpy(changed.prefix, "at_zzzz", sizeof(changed.prefix));
	memcpy(changed.last, "9999", sizeof(changed.last));
	ck_assert_int_eq(store_api_key_put_whole(txn, &changed), ERR_NONE);
	check_places(&changed);
	ck_assert_int_eq(store_api_key_find(txn, old.digest, &found),
	    ERR_NOT_FOUND);
	ck_assert_uint_eq(count_of(1), 0);
	ck_assert_uint_eq(count_of(2), 1);
}
END_TEST

START_TEST(when_a_key_was_used_last_stays)
{
	struct api_key key = make_whole(1, 1);
	struct api_key found;

	key.last_used_ms = 5;
	ck_assert_int_eq(store_api_key_put_whole(txn, &key), ERR_NONE);
	ck_assert_int_eq(store_api_key_put_last_used(txn, key.id,
	    BASE_MS), ERR_NONE);
	ck_assert_int_eq(store_api_key_put_whole(txn, &key), ERR_NONE);
	ck_assert_int_eq(store_api_key_get(txn, key.id, &found), ERR_NONE);
	ck_assert_int_eq(found.last_used_ms, BASE_MS);
}
END_TEST

START_TEST(a_digest_that_another_key_has_is_not_put_whole)
{
	struct api_key first = make_whole(1, 1);
	struct api_key second = make_whole(1, 2);
	struct api_key changed = second;

	ck_assert_int_eq(store_api_key_put_whole(txn, &first), ERR_NONE);
	ck_assert_int_eq(store_api_key_put_whole(txn, &second), ERR_NONE);
	memcpy(changed.digest, first.digest, sizeof(changed.digest));
	ck_assert_int_eq(store_api_key_put_whole(txn, &changed), ERR_EXISTS);
	changed.id[0] = 'n';
	ck_assert_int_eq(store_api_key_put_whole(txn, &changed), ERR_EXISTS);
	check_places(&first);
	check_places(&second);
	ck_assert_uint_eq(count_of(0), 2);
}
END_TEST

START_TEST(what_no_key_may_be_is_not_put_whole)
{
	struct api_key bad = make_whole(0, 1);

	ck_assert_int_eq(store_api_key_put_whole(txn, &bad), ERR_MEANING);
	bad = make_whole(1, 1);
	bad.id[4] = '!';
	ck_assert_int_eq(store_api_key_put_whole(txn, &bad), ERR_MEANING);
	bad = make_whole(1, 1);
	bad.status = (enum api_key_status)7;
	ck_assert_int_eq(store_api_key_put_whole(txn, &bad), ERR_MEANING);
	ck_assert_uint_eq(count_of(0), 0);
}
END_TEST

static bool
add_name(const struct api_key *key, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 128 - len, "%s,", key->name);
	return len < 60;
}

START_TEST(a_scan_is_by_organization_and_creation)
{
	char text[128] = "";

	add(2, 1, BASE_MS);
	add(1, 2, BASE_MS + 5);
	add(1, 3, BASE_MS + 3);
	add(256, 4, BASE_MS);
	add(1, 5, BASE_MS + 4);
	ck_assert_int_eq(store_api_key_scan(txn, 0, add_name, text),
	    ERR_NONE);
	ck_assert_str_eq(text, "key 3,key 5,key 2,key 1,key 4,");
	text[0] = '\0';
	ck_assert_int_eq(store_api_key_scan(txn, 1, add_name, text),
	    ERR_NONE);
	ck_assert_str_eq(text, "key 3,key 5,key 2,");
	text[0] = '\0';
	ck_assert_int_eq(store_api_key_scan(txn, 3, add_name, text),
	    ERR_NONE);
	ck_assert_str_eq(text, "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store api keys");
	TCase *tcase = tcase_create("api keys");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, an_added_key_is_found_by_digest_and_id);
	tcase_add_test(tcase, the_longest_name_is_kept);
	tcase_add_test(tcase, a_digest_is_there_once);
	tcase_add_test(tcase, a_key_that_is_not_there_is_not_found);
	tcase_add_test(tcase, what_may_change_is_written_and_nothing_else);
	tcase_add_test(tcase, a_removed_key_is_gone_from_everywhere);
	tcase_add_test(tcase, what_is_put_whole_is_there_as_it_was_given);
	tcase_add_test(tcase, all_of_a_key_can_be_put_whole);
	tcase_add_test(tcase, when_a_key_was_used_last_stays);
	tcase_add_test(tcase, a_digest_that_another_key_has_is_not_put_whole);
	tcase_add_test(tcase, what_no_key_may_be_is_not_put_whole);
	tcase_add_test(tcase, a_scan_is_by_organization_and_creation);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
