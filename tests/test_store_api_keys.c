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
	tcase_add_test(tcase, a_scan_is_by_organization_and_creation);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
