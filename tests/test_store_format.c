/* test_store_format.c - the bytes on disk are those of doc/FORMAT.md. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/api_keys.h"
#include "store/events.h"
#include "store/membership.h"
#include "store/organizations.h"
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

/* The first record of a tree; its value is the checksum and this body. */
static void
check_record(enum tree tree, const char *key, size_t key_len,
    const char *body, size_t body_len)
{
	struct fixture_record record;

	fixture_read_record(txn, tree, MDB_FIRST, &record);
	ck_assert_uint_eq(record.key.mv_size, key_len);
	ck_assert_mem_eq(record.key_bytes, key, key_len);
	ck_assert_uint_eq(record.value.mv_size, 8 + body_len);
	ck_assert_mem_eq(record.value_bytes + 8, body, body_len);
}

/* XXH3-64 of the body, seeded with that of the key, seeded with 0. */
#define FORMAT_CHECKSUM "\x7c\xce\x27\x3f\xd1\xe0\x9a\x2d"

#define BYTES(text) (text), sizeof(text) - 1

START_TEST(the_format_record_and_its_checksum_never_change)
{
	struct fixture_record record;

	check_record(TREE_META, BYTES("format"), BYTES("apitrail\0\0\0\1"));
	fixture_read_record(txn, TREE_META, MDB_FIRST, &record);
	ck_assert_mem_eq(record.value_bytes, FORMAT_CHECKSUM, 8);
}
END_TEST

START_TEST(an_organization_is_written_as_it_is_told)
{
	struct organization organization = {
		.name = "acme",
		.status = ORGANIZATION_LOCKED,
	};
	char body[36] = "\2\0\0\1\x81\xce\x8f\xee\x76"
	    "                     \0\4acme";

	ck_assert_int_eq(store_organization_add(txn, &organization, BASE_MS),
	    ERR_NONE);
	memcpy(body + 9, organization.id, EVENT_ID_LEN);
	check_record(TREE_ORGANIZATIONS, BYTES("\0\0\0\1"), body,
	    sizeof(body));
	check_record(TREE_ORGANIZATION_NAMES, BYTES("acme"),
	    BYTES("\0\0\0\1"));
}
END_TEST

START_TEST(an_api_key_is_written_as_it_is_told)
{
	struct api_key api_key = {
		.organization = 258,
		.prefix = "at_abcd",
		.last = "wxyz",
		.name = "n",
		.status = API_KEY_DISABLED,
		.scopes = SCOPE_EVENTS_WRITE,
		.rate_per_minute = 3,
		.expires_ms = 4,
		.last_used_ms = 5,
		.digest = "0123456789abcdef0123456789abcde",
	};
	char body[72] = "\0\0\1\2                     at_abcdwxyz\1"
	    "\0\0\0\2\0\0\0\3\0\0\1\x81\xce\x8f\xee\x76"
	    "\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\5\0\1n";
	char order[33] = "\0\0\1\2\0\0\1\x81\xce\x8f\xee\x76";
	const char *digest = (const char *)api_key.digest;

	ck_assert_int_eq(store_api_key_add(txn, &api_key, BASE_MS),
	    ERR_NONE);
	memcpy(body + 4, api_key.id, EVENT_ID_LEN);
	memcpy(order + 12, api_key.id, EVENT_ID_LEN);
	check_record(TREE_API_KEYS, digest, 32, body, sizeof(body));
	check_record(TREE_API_KEY_IDS, api_key.id, EVENT_ID_LEN, digest, 32);
	check_record(TREE_ORGANIZATION_API_KEYS, order, sizeof(order),
	    digest, 32);
}
END_TEST

START_TEST(a_block_is_written_as_it_is_told)
{
	static const char json[] = "{\"id\":\"000000000000000000001\","
	    "\"type\":\"queue_deleted\",\"stored_at\":1657027948150,"
	    "\"client\":{\"id\":\"client\"}}";
	struct cursor place = fixture_place(BASE_MS, 1);
	uint32_t organization = fixture_organization(txn, "here");
	struct event_draft draft;
	enum import_outcome outcome;
	char key[34] = "\0\0\0\1\3\0\0\1\x81\xce\x8f\xee\x76"
	    "000000000000000000001";
	char body[16 + sizeof(json) - 1] =
	    "\0\1\1\x81\xce\x8f\xee\x76\1\x81\xce\x8f\xee\x76\0?";

	fixture_import_draft(&draft, CATEGORY_QUEUES, &place, 0);
	ck_assert_int_eq(fixture_put_import(txn, organization, &draft,
	    &outcome), ERR_NONE);
	fixture_commit(txn);
	txn = fixture_write_begin(store);
	body[15] = sizeof(json) - 1;
	memcpy(body + 16, json, sizeof(json) - 1);
	check_record(TREE_EVENTS, key, sizeof(key), body, sizeof(body));
}
END_TEST

START_TEST(stamp_and_counter_are_written_as_it_is_told)
{
	uint32_t organization = fixture_organization(txn, "here");
	struct event_draft draft;
	struct fixture_record record;

	fixture_draft(&draft, CATEGORY_QUEUES, 0);
	ck_assert_int_eq(store_event_append(txn, organization, &draft,
	    BASE_MS), ERR_NONE);
	fixture_commit(txn);
	txn = fixture_write_begin(store);
	check_record(TREE_ORGANIZATION_STAMPS, BYTES("\0\0\0\1"),
	    BYTES("\0\0\1\x81\xce\x8f\xee\x76\0\0\0\1"));
	fixture_read_record(txn, TREE_META, MDB_LAST, &record);
	ck_assert_mem_eq(record.key_bytes, "stamp", 5);
	ck_assert_mem_eq(record.value_bytes + 8,
	    "\0\0\1\x81\xce\x8f\xee\x76", 8);
}
END_TEST

START_TEST(a_place_in_a_cluster_is_written_as_it_is_told)
{
	const struct membership membership = {
		.stream_created_ns = 1,
		.position = 2,
		.position_ms = BASE_MS,
		.bucket_created_ns = 3,
		.revision = 4,
		.skipped = 5,
		.gaps = 6,
		.alarm = MEMBERSHIP_RECREATED,
	};

	ck_assert_int_eq(store_membership_put(txn, &membership), ERR_NONE);
	check_record(TREE_META, BYTES("cluster"),
	    BYTES("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2"
	    "\0\0\1\x81\xce\x8f\xee\x76\0\0\0\0\0\0\0\3"
	    "\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\5"
	    "\0\0\0\0\0\0\0\6\2"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store format");
	TCase *tcase = tcase_create("format");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase,
	    the_format_record_and_its_checksum_never_change);
	tcase_add_test(tcase, an_organization_is_written_as_it_is_told);
	tcase_add_test(tcase, an_api_key_is_written_as_it_is_told);
	tcase_add_test(tcase, a_block_is_written_as_it_is_told);
	tcase_add_test(tcase, stamp_and_counter_are_written_as_it_is_told);
	tcase_add_test(tcase, a_place_in_a_cluster_is_written_as_it_is_told);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
