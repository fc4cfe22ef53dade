/* test_store_check.c - damage of every kind is found, and never answered. */
#include "store/check.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/api_keys.h"
#include "store/events.h"
#include "store/organizations.h"
#include "store/sealed.h"
#include "store_fixture.h"
#include "suite.h"

enum { EVENTS = 100 };

static struct store *store;
static struct store_txn *txn;
static struct api_key api_key;

static void
setup(void)
{
	struct event_draft draft;
	uint32_t organization;

	store = fixture_store();
	txn = fixture_write_begin(store);
	organization = fixture_organization(txn, "acme");
	fixture_organization(txn, "other");
	api_key = (struct api_key){
		.organization = organization,
		.prefix = "at_abcd",
		.last = "wxyz",
		.name = "first",
		.digest = { 1, 2, 3 },
	};
	ck_assert_int_eq(store_api_key_add(txn, &api_key, BASE_MS),
	    ERR_NONE);
	for (int i = 0; i < EVENTS; i++) {
		fixture_draft(&draft, (enum category)(i % CATEGORY_COUNT),
		    300);
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + i), ERR_NONE);
	}
	fixture_commit(txn);
	txn = fixture_write_begin(store);
}

static void
teardown(void)
{
	store_write_abort(txn);
	store_close(store);
}

struct faults {
	uint64_t count;
	char first[512];
	uint64_t done;
	uint64_t all;
};

static void
note_fault(const char *fault, void *arg)
{
	struct faults *faults = arg;

	if (faults->count++ == 0)
		snprintf(faults->first, sizeof(faults->first), "%s", fault);
}

static void
note_progress(uint64_t done, uint64_t all, void *arg)
{
	struct faults *faults = arg;

	faults->done = done;
	faults->all = all;
}

static struct faults
run_check(struct check_result *result)
{
	struct faults faults = { 0 };

	ck_assert_int_eq(store_check(txn, note_fault, note_progress, &faults,
	    result), ERR_NONE);
	ck_assert_uint_eq(result->faults, faults.count);
	return faults;
}

static bool
visit_event(const struct event_view *view, void *arg)
{
	(void)view;
	(void)arg;
	return true;
}

static enum error
scan_all(void)
{
	struct event_range range = {
		.organization = 1,
		.filter = filter_all(),
	};

	return store_event_scan(txn, &range, visit_event, NULL);
}

static enum error
find_acme(void)
{
	struct organization found;

	return store_organization_find(txn, "acme", &found);
}

static enum error
find_key(void)
{
	struct api_key found;

	return store_api_key_find(txn, api_key.digest, &found);
}

static enum error
get_key(void)
{
	struct api_key found;

	return store_api_key_get(txn, api_key.id, &found);
}

static enum error
scan_keys(void)
{
	/* It ends before the first visit. */
	return store_api_key_scan(txn, 1, NULL, NULL);
}

static enum error
append_one(void)
{
	struct event_draft draft;

	fixture_draft(&draft, CATEGORY_QUEUES, 0);
	return store_event_append(txn, 1, &draft, BASE_MS);
}

static enum error
read_format(void)
{
	char *path = strdup(store->path);
	struct detail detail = { "" };
	enum error err;

	fixture_commit(txn);
	store_close(store);
	store = NULL;
	txn = NULL;
	err = store_open(path, STORE_READ, FIXTURE_MAP_BYTES, &store,
	    &detail);
	free(path);
	return err;
}

static const struct {
	enum tree tree;
	MDB_cursor_op op;	/* which of its records */
	enum error (*read)(void);
} rows[] = {
	{ TREE_META,                  MDB_FIRST, read_format },
	{ TREE_META,                  MDB_LAST,  append_one },
	{ TREE_ORGANIZATIONS,         MDB_FIRST, find_acme },
	{ TREE_ORGANIZATION_NAMES,    MDB_FIRST, find_acme },
	{ TREE_ORGANIZATION_STAMPS,   MDB_FIRST, append_one },
	{ TREE_API_KEYS,              MDB_FIRST, find_key },
	{ TREE_API_KEYS,              MDB_FIRST, get_key },
	{ TREE_API_KEY_IDS,           MDB_FIRST, get_key },
	{ TREE_ORGANIZATION_API_KEYS, MDB_FIRST, scan_keys },
	{ TREE_EVENTS,                MDB_FIRST, scan_all },
	{ TREE_EVENTS,                MDB_LAST,  scan_all },
};

START_TEST(a_whole_store_has_no_faults)
{
	struct check_result result;
	struct faults faults = run_check(&result);

	ck_assert_msg(faults.count == 0, "%s", faults.first);
	ck_assert_uint_eq(result.events, EVENTS);
	ck_assert_uint_eq(result.organizations, 2);
	ck_assert_uint_eq(result.api_keys, 1);
	ck_assert_uint_ge(result.blocks, CATEGORY_COUNT);
}
END_TEST

START_TEST(a_changed_byte_is_found_in_every_kind_of_record)
{
	struct fixture_record raw;
	struct check_result result;
	struct faults faults;

	/* The last byte; any other is as good. */
	fixture_read_record(txn, rows[_i].tree, rows[_i].op, &raw);
	raw.value_bytes[raw.value.mv_size - 1] ^= 0x10;
	fixture_write_record(txn, rows[_i].tree, &raw);
	faults = run_check(&result);
	ck_assert_uint_ge(faults.count, 1);
	ck_assert_msg(strstr(faults.first, tree_name(rows[_i].tree)) != NULL,
	    "%s", faults.first);
	ck_assert_int_eq(rows[_i].read(), ERR_CORRUPT);
}
END_TEST

START_TEST(a_value_that_is_too_short_is_found_in_every_kind_of_record)
{
	struct fixture_record raw;
	struct check_result result;

	fixture_read_record(txn, rows[_i].tree, rows[_i].op, &raw);
	raw.value.mv_size = 5;
	fixture_write_record(txn, rows[_i].tree, &raw);
	ck_assert_uint_ge(run_check(&result).count, 1);
	ck_assert_int_eq(rows[_i].read(), ERR_CORRUPT);
}
END_TEST

START_TEST(a_right_value_under_a_wrong_key_is_found)
{
	struct fixture_record first;
	struct fixture_record last;
	struct check_result result;

	fixture_read_record(txn, rows[_i].tree, rows[_i].op, &first);
	fixture_read_record(txn, rows[_i].tree,
	    rows[_i].op == MDB_FIRST ? MDB_LAST : MDB_FIRST, &last);
	/* A tree of one record has no other value. */
	if (memcmp(first.key_bytes, last.key_bytes, first.key.mv_size) != 0) {
		first.value = last.value;
		fixture_write_record(txn, rows[_i].tree, &first);
		ck_assert_uint_ge(run_check(&result).count, 1);
		ck_assert_int_eq(rows[_i].read(), ERR_CORRUPT);
	}
}
END_TEST

static const struct {
	enum tree tree;
	const char *words;	/* of a fault's text */
} removed_rows[] = {
	{ TREE_ORGANIZATIONS,         "organization" },
	{ TREE_ORGANIZATION_NAMES,    "organization_names" },
	{ TREE_API_KEYS,              "is gone" },
	{ TREE_API_KEY_IDS,           "api_key_ids" },
	{ TREE_ORGANIZATION_API_KEYS, "organization_api_keys" },
};

START_TEST(a_record_that_others_name_is_missed)
{
	struct fixture_record raw;
	struct check_result result;
	struct faults faults;

	fixture_read_record(txn, removed_rows[_i].tree, MDB_FIRST, &raw);
	fixture_remove_record(txn, removed_rows[_i].tree, &raw);
	faults = run_check(&result);
	ck_assert_uint_ge(faults.count, 1);
	ck_assert_msg(strstr(faults.first, removed_rows[_i].words) != NULL,
	    "%s", faults.first);
}
END_TEST

/* Seals what it wrote, as a mistake of ours would. */
static void
write_sealed(enum tree tree, struct fixture_record *raw)
{
	uint64_t seal = htobe64(seal_of(tree, raw->key_bytes,
	    raw->key.mv_size, raw->value_bytes + SEAL_BYTES,
	    raw->value.mv_size - SEAL_BYTES));

	memcpy(raw->value_bytes, &seal, SEAL_BYTES);
	fixture_write_record(txn, tree, raw);
}

static const struct {
	const char *from;	/* in the first block's bytes */
	const char *to;		/* as long */
	const char *words;
} json_rows[] = {
	{ "{\"id\":\"",   "[\"id\":\"",   "not the JSON" },
	{ "\"stored_at\":1657027948150", "\"stored_at\":1657027948151",
	    "stored_at" },
	{ "api_key_added", "bpi_key_added", "another category" },
};

START_TEST(an_event_that_is_not_its_blocks_is_found)
{
	struct fixture_record raw;
	struct check_result result;
	struct faults faults;
	const char *from = json_rows[_i].from;
	uint8_t *place;

	fixture_read_record(txn, TREE_EVENTS, MDB_FIRST, &raw);
	place = memmem(raw.value_bytes, raw.value.mv_size, from,
	    strlen(from));
	ck_assert_ptr_nonnull(place);
	memcpy(place, json_rows[_i].to, strlen(from));
	write_sealed(TREE_EVENTS, &raw);
	faults = run_check(&result);
	ck_assert_uint_eq(faults.count, 1);
	ck_assert_msg(strstr(faults.first, json_rows[_i].words) != NULL,
	    "%s", faults.first);
}
END_TEST

START_TEST(a_block_whose_key_is_not_its_first_event_is_found)
{
	struct fixture_record raw;
	struct check_result result;

	fixture_read_record(txn, TREE_EVENTS, MDB_FIRST, &raw);
	fixture_remove_record(txn, TREE_EVENTS, &raw);
	raw.key_bytes[raw.key.mv_size - 1] ^= 1;
	write_sealed(TREE_EVENTS, &raw);
	ck_assert_uint_eq(run_check(&result).count, 1);
}
END_TEST

START_TEST(blocks_that_overlap_are_found)
{
	struct fixture_record raw;
	struct check_result result;

	/* Copied to an earlier moment, its events come twice. */
	fixture_read_record(txn, TREE_EVENTS, MDB_FIRST, &raw);
	raw.key_bytes[12]--;
	write_sealed(TREE_EVENTS, &raw);
	ck_assert_uint_eq(run_check(&result).count, 2);
}
END_TEST

START_TEST(pruning_leaves_a_damaged_block_and_goes_on)
{
	struct fixture_record raw;
	struct prune_result result;
	int calls = 0;

	fixture_read_record(txn, TREE_EVENTS, MDB_FIRST, &raw);
	raw.value_bytes[100] ^= 1;
	fixture_write_record(txn, TREE_EVENTS, &raw);
	do {
		ck_assert_int_eq(store_event_prune(txn, BASE_MS * 2, 256,
		    &result), ERR_NONE);
	} while (!result.is_done && ++calls < 10);
	ck_assert(result.is_done);
	ck_assert_int_eq(scan_all(), ERR_CORRUPT);
	fixture_read_record(txn, TREE_EVENTS, MDB_LAST, &raw);
	ck_assert_int_eq(raw.key_bytes[4], CATEGORY_API_KEYS);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store check");
	TCase *tcase = tcase_create("check");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_whole_store_has_no_faults);
	tcase_add_loop_test(tcase,
	    a_changed_byte_is_found_in_every_kind_of_record, 0,
	    COUNT_OF(rows));
	tcase_add_loop_test(tcase,
	    a_value_that_is_too_short_is_found_in_every_kind_of_record, 0,
	    COUNT_OF(rows));
	tcase_add_loop_test(tcase, a_right_value_under_a_wrong_key_is_found,
	    0, COUNT_OF(rows));
	tcase_add_loop_test(tcase, a_record_that_others_name_is_missed, 0,
	    COUNT_OF(removed_rows));
	tcase_add_loop_test(tcase, an_event_that_is_not_its_blocks_is_found,
	    0, COUNT_OF(json_rows));
	tcase_add_test(tcase,
	    a_block_whose_key_is_not_its_first_event_is_found);
	tcase_add_test(tcase, blocks_that_overlap_are_found);
	tcase_add_test(tcase, pruning_leaves_a_damaged_block_and_goes_on);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
