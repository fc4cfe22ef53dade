/* test_store_open.c - what is no store, or none any more, is said clearly. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "model/limits.h"
#include "store/events.h"
#include "store/fields.h"
#include "store/meta.h"
#include "store_fixture.h"
#include "suite.h"

enum { SMALL_MAP_BYTES = 1 << 20, PAGE_BYTES = 4096 };

static char *
data_path(const char *path)
{
	char *joined = NULL;

	ck_assert_int_gt(asprintf(&joined, "%s/data.mdb", path), 0);
	return joined;
}

/* Opens to read and to write; the errors must be the same. */
static enum error
open_both(const char *path, struct detail *detail)
{
	struct store *store = NULL;
	struct detail detail_write = { "" };
	enum error err = store_open(path, STORE_READ, FIXTURE_MAP_BYTES,
	    &store, detail);

	store_close(store);
	ck_assert(err == ERR_NONE || store == NULL);
	store = NULL;
	ck_assert_int_eq(store_open(path, STORE_WRITE, FIXTURE_MAP_BYTES,
	    &store, &detail_write), err);
	store_close(store);
	return err;
}

static void
write_at(const char *file, off_t offset, const void *bytes, size_t len)
{
	int fd = open(file, O_RDWR);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, len, offset), (ssize_t)len);
	close(fd);
}

static void
remove_file(const char *file)
{
	ck_assert_int_eq(unlink(file), 0);
}

static void
empty(const char *file)
{
	ck_assert_int_eq(truncate(file, 0), 0);
}

static void
leave_100_bytes(const char *file)
{
	ck_assert_int_eq(truncate(file, 100), 0);
}

static void
leave_one_page(const char *file)
{
	ck_assert_int_eq(truncate(file, PAGE_BYTES), 0);
}

static void
leave_three_pages(const char *file)
{
	ck_assert_int_eq(truncate(file, 3 * PAGE_BYTES), 0);
}

static void
write_text(const char *file)
{
	char text[3 * PAGE_BYTES];

	memset(text, 'x', sizeof(text));
	write_at(file, 0, text, sizeof(text));
}

static void
break_magic(const char *file)
{
	write_at(file, 16, "\0\0\0\0", 4);
}

static void
break_second_magic(const char *file)
{
	write_at(file, PAGE_BYTES + 16, "\0\0\0\0", 4);
}

static void
make_directory(const char *file)
{
	remove_file(file);
	ck_assert_int_eq(mkdir(file, 0700), 0);
}

static void
make_pipe(const char *file)
{
	remove_file(file);
	ck_assert_int_eq(mkfifo(file, 0600), 0);
}

static const struct {
	void (*damage)(const char *file);
	enum error err;
	const char *words;	/* that detail must have */
} rows[] = {
	{ remove_file,        ERR_STORE,   "apitrail init" },
	{ empty,              ERR_STORE,   "not the data file" },
	{ leave_100_bytes,    ERR_STORE,   "not the data file" },
	{ leave_one_page,     ERR_CORRUPT, "second page" },
	{ leave_three_pages,  ERR_CORRUPT, "cut off" },
	{ write_text,         ERR_STORE,   "not the data file" },
	{ break_magic,        ERR_STORE,   "not the data file" },
	{ break_second_magic, ERR_CORRUPT, "second page" },
	{ make_directory,     ERR_STORE,   "" },
	{ make_pipe,          ERR_STORE,   "regular file" },
};

START_TEST(a_file_that_is_no_whole_store_is_refused_with_its_path)
{
	char *path = fixture_make();
	char *file = data_path(path);
	struct detail detail = { "" };

	rows[_i].damage(file);
	ck_assert_int_eq(open_both(path, &detail), rows[_i].err);
	ck_assert_msg(strstr(detail.text, file) != NULL, "%s", detail.text);
	ck_assert_msg(strstr(detail.text, rows[_i].words) != NULL, "%s",
	    detail.text);
	free(file);
	free(path);
}
END_TEST

START_TEST(a_store_cut_anywhere_within_its_pages_is_found)
{
	char *path = fixture_make();
	char *file = data_path(path);
	struct store *store = fixture_open(path, STORE_WRITE);
	struct store_txn *txn = fixture_write_begin(store);
	uint32_t organization = fixture_organization(txn, "here");
	struct event_draft draft;
	struct store_stat stat;
	MDB_envinfo state;
	struct detail detail = { "" };
	off_t used_bytes;

	fixture_draft(&draft, CATEGORY_QUEUES, 300);
	for (int i = 0; i < 500; i++)
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + i), ERR_NONE);
	fixture_commit(txn);
	txn = fixture_read_begin(store);
	ck_assert_int_eq(store_stat_read(txn, &stat), ERR_NONE);
	store_read_end(txn);
	mdb_env_info(store->env, &state);
	used_bytes = (off_t)(state.me_last_pgno + 1) * PAGE_BYTES;
	store_close(store);

	/* Exactly its pages is enough; a byte less is not. */
	ck_assert_int_eq(truncate(file, used_bytes), 0);
	ck_assert_int_eq(open_both(path, &detail), ERR_NONE);
	ck_assert_int_eq(truncate(file, used_bytes - 1), 0);
	ck_assert_int_eq(open_both(path, &detail), ERR_CORRUPT);
	ck_assert_int_eq(truncate(file, used_bytes / 2), 0);
	ck_assert_int_eq(open_both(path, &detail), ERR_CORRUPT);
	free(file);
	free(path);
}
END_TEST

START_TEST(a_directory_that_is_not_there_is_no_store)
{
	char *path = fixture_path();
	struct detail detail = { "" };

	ck_assert_int_eq(open_both(path, &detail), ERR_STORE);
	ck_assert_ptr_nonnull(strstr(detail.text, "apitrail init"));
	ck_assert_int_eq(open_both("/dev/null", &detail), ERR_STORE);
	free(path);
}
END_TEST

/* Changes the format record through LMDB, sealed as it has to be. */
static void
put_format(const char *path, uint32_t version, size_t body_len)
{
	struct store *store = fixture_open(path, STORE_WRITE);
	struct store_txn *txn = fixture_write_begin(store);
	uint8_t body[32] = { 0 };
	struct field_writer writer = { .bytes = body, .size = sizeof(body) };

	fields_put_bytes(&writer, "apitrail", 8);
	fields_put_u32(&writer, version);
	ck_assert_int_eq(meta_put(txn, META_FORMAT, body, body_len),
	    ERR_NONE);
	fixture_commit(txn);
	store_close(store);
}

START_TEST(a_newer_format_is_refused_by_name)
{
	char *path = fixture_make();
	struct detail detail = { "" };

	/* It may have more fields. */
	put_format(path, FORMAT_VERSION + 1, 20);
	ck_assert_int_eq(open_both(path, &detail), ERR_STORE);
	ck_assert_msg(strstr(detail.text, "format 2") != NULL, "%s",
	    detail.text);
	free(path);
}
END_TEST

START_TEST(a_format_record_that_does_not_decode_is_damage)
{
	char *path = fixture_make();
	struct detail detail = { "" };

	put_format(path, FORMAT_VERSION, 7);
	ck_assert_int_eq(open_both(path, &detail), ERR_CORRUPT);
	free(path);
}
END_TEST

static void
change_raw(const char *path, const char *tree, bool is_removed)
{
	char *file = data_path(path);
	MDB_env *env = NULL;
	MDB_txn *txn = NULL;
	MDB_dbi dbi;

	ck_assert_int_eq(mdb_env_create(&env), 0);
	mdb_env_set_maxdbs(env, TREE_COUNT);
	ck_assert_int_eq(mdb_env_open(env, path, 0, 0600), 0);
	ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
	ck_assert_int_eq(mdb_dbi_open(txn, tree, 0, &dbi), 0);
	ck_assert_int_eq(mdb_drop(txn, dbi, is_removed), 0);
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	free(file);
}

static const struct {
	const char *tree;
	bool is_removed;	/* else emptied */
	enum error err;
} tree_rows[] = {
	{ "meta",   true,  ERR_STORE },		/* not a store of ours */
	{ "meta",   false, ERR_STORE },
	{ "events", true,  ERR_CORRUPT },
	{ "events", false, ERR_NONE },
};

START_TEST(a_tree_that_is_missing_is_found)
{
	char *path = fixture_make();
	struct detail detail = { "" };

	change_raw(path, tree_rows[_i].tree, tree_rows[_i].is_removed);
	ck_assert_int_eq(open_both(path, &detail), tree_rows[_i].err);
	free(path);
}
END_TEST

START_TEST(a_map_setting_smaller_than_the_store_still_reads_and_prunes)
{
	char *path = fixture_make();
	struct store *store = fixture_open(path, STORE_WRITE);
	struct store_txn *txn = fixture_write_begin(store);
	uint32_t organization = fixture_organization(txn, "here");
	struct event_draft draft;
	struct detail detail = { "" };
	struct prune_result result = { 0 };

	fixture_draft(&draft, CATEGORY_QUEUES, 3000);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + i), ERR_NONE);
	fixture_commit(txn);
	store_close(store);

	ck_assert_int_eq(store_open(path, STORE_WRITE, SMALL_MAP_BYTES,
	    &store, &detail), ERR_NONE);
	txn = fixture_read_begin(store);
	store_read_end(txn);
	ck_assert_int_eq(store_write_begin(store, true, &txn), ERR_FULL);
	while (!result.is_done) {
		ck_assert_int_eq(store_write_begin(store, false, &txn),
		    ERR_NONE);
		ck_assert_int_eq(store_event_prune(txn, BASE_MS + 1000, 256,
		    &result), ERR_NONE);
		fixture_commit(txn);
	}
	ck_assert_int_eq(store_write_begin(store, true, &txn), ERR_NONE);
	store_write_abort(txn);
	store_close(store);
	free(path);
}
END_TEST

START_TEST(a_reader_beyond_the_last_slot_is_refused)
{
	struct store *store = fixture_store();
	struct store_txn **txns = calloc(STORE_READERS_MAX, sizeof(*txns));
	struct store_txn *txn = NULL;

	ck_assert_ptr_nonnull(txns);
	for (int i = 0; i < STORE_READERS_MAX; i++)
		txns[i] = fixture_read_begin(store);
	ck_assert_int_eq(store_read_begin(store, &txn), ERR_STORE);
	ck_assert_ptr_null(txn);
	for (int i = 0; i < STORE_READERS_MAX; i++)
		store_read_end(txns[i]);
	store_read_end(fixture_read_begin(store));
	store_close(store);
	free(txns);
}
END_TEST

START_TEST(the_file_always_covers_its_pages)
{
	char *path = fixture_make();
	char *file = data_path(path);
	struct store *store = fixture_open(path, STORE_WRITE);
	struct event_draft draft;
	struct store_txn *txn = fixture_write_begin(store);
	uint32_t organization = fixture_organization(txn, "here");

	fixture_commit(txn);
	fixture_draft(&draft, CATEGORY_QUEUES, 3800);
	for (int n = 0; n < 20; n++) {
		MDB_envinfo state;
		struct stat status;

		txn = fixture_write_begin(store);
		for (int i = 0; i < 300; i++)
			ck_assert_int_eq(store_event_append(txn,
			    organization, &draft, BASE_MS), ERR_NONE);
		fixture_commit(txn);
		mdb_env_info(store->env, &state);
		ck_assert_int_eq(stat(file, &status), 0);
		ck_assert_int_ge(status.st_size,
		    (off_t)(state.me_last_pgno + 1) * PAGE_BYTES);
	}
	store_close(store);
	free(file);
	free(path);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store open");
	TCase *tcase = tcase_create("open");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase,
	    a_file_that_is_no_whole_store_is_refused_with_its_path, 0,
	    COUNT_OF(rows));
	tcase_add_test(tcase,
	    a_store_cut_anywhere_within_its_pages_is_found);
	tcase_add_test(tcase, a_directory_that_is_not_there_is_no_store);
	tcase_add_test(tcase, a_newer_format_is_refused_by_name);
	tcase_add_test(tcase,
	    a_format_record_that_does_not_decode_is_damage);
	tcase_add_loop_test(tcase, a_tree_that_is_missing_is_found, 0,
	    COUNT_OF(tree_rows));
	tcase_add_test(tcase,
	    a_map_setting_smaller_than_the_store_still_reads_and_prunes);
	tcase_add_test(tcase, a_reader_beyond_the_last_slot_is_refused);
	tcase_add_test(tcase, the_file_always_covers_its_pages);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
