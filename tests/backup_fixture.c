/* backup_fixture.c - stores to be backed up, restored and recognised. */
#include "backup_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/api_key.h"
#include "store/api_keys.h"
#include "store/backup.h"
#include "store/events.h"
#include "store/gate.h"
#include "store/organizations.h"
#include "store/pepper_file.h"
#include "store/restore.h"
#include "store_fixture.h"
#include "suite.h"

enum { NAMES_SIZE = 512, PATHS_MAX = 256, PATH_SIZE = 512 };

/* The key that every store knows by its own pepper. */
static const char clear_key[API_KEY_LEN + 1] =
    "at_0000000000000000000000000000000000000000000000";

static const struct copy_watch no_watch;

/* Kept where a look for leaks finds them; nobody reads them, which must not
 * be a reason to leave them out. */
static char *volatile kept[PATHS_MAX];
static size_t kept_count;

char *
backup_path(const char *folder, const char *name)
{
	char *path = NULL;

	ck_assert_uint_lt(kept_count, PATHS_MAX);
	ck_assert_int_gt(asprintf(&path, "%s/%s", folder, name), 0);
	kept[kept_count++] = path;
	return path;
}

/* The same in memory of the caller's, for what is done again and again. */
static void
join(char text[PATH_SIZE], const char *folder, const char *name)
{
	ck_assert_int_lt(snprintf(text, PATH_SIZE, "%s/%s", folder, name),
	    PATH_SIZE);
}

static void
read_pepper(const char *path, struct pepper *pepper)
{
	struct detail detail = { "" };
	char pepper_path[PATH_SIZE];

	join(pepper_path, path, "pepper");
	ck_assert_msg(pepper_file_read(pepper_path, pepper, &detail) ==
	    ERR_NONE, "%s", detail.text);
}

static void
add_key(struct store_txn *txn, const char *path, uint32_t organization)
{
	struct api_key key = { .organization = organization };
	struct pepper pepper;

	snprintf(key.name, sizeof(key.name), "key");
	snprintf(key.prefix, sizeof(key.prefix), "at_0000");
	snprintf(key.last, sizeof(key.last), "0000");
	read_pepper(path, &pepper);
	api_key_digest(&pepper, clear_key, API_KEY_LEN, key.digest);
	ck_assert_int_eq(store_api_key_add(txn, &key, BASE_MS), ERR_NONE);
}

void
backup_make_store(const char *path, const char *name, int events)
{
	struct detail detail = { "" };
	char pepper_path[PATH_SIZE];
	struct event_draft draft;
	struct store_txn *txn;
	struct store *store;
	uint32_t organization;
	bool is_made;

	join(pepper_path, path, "pepper");
	ck_assert_msg(store_init(path, pepper_path, FIXTURE_MAP_BYTES,
	    &is_made, &detail) == ERR_NONE, "%s", detail.text);
	store = fixture_open(path, STORE_WRITE);
	txn = fixture_write_begin(store);
	organization = fixture_organization(txn, name);
	add_key(txn, path, organization);
	fixture_draft(&draft, CATEGORY_QUEUES, 300);
	for (int i = 0; i < events; i++)
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + i), ERR_NONE);
	fixture_commit(txn);
	store_close(store);
}

void
backup_read_txn(struct store_txn *txn, const struct pepper *pepper,
    char name[BACKUP_NAME_SIZE])
{
	uint8_t digest[API_KEY_DIGEST_BYTES];
	struct organization organization;
	struct api_key key;

	api_key_digest(pepper, clear_key, API_KEY_LEN, digest);
	ck_assert_int_eq(store_api_key_find(txn, digest, &key), ERR_NONE);
	ck_assert_int_eq(store_organization_get(txn, key.organization,
	    &organization), ERR_NONE);
	snprintf(name, BACKUP_NAME_SIZE, "%.7s", organization.name);
}

void
backup_read_store(const char *path, char name[BACKUP_NAME_SIZE])
{
	struct store *store = fixture_open(path, STORE_READ);
	struct store_txn *txn = fixture_read_begin(store);
	struct pepper pepper;

	read_pepper(path, &pepper);
	backup_read_txn(txn, &pepper, name);
	store_read_end(txn);
	store_close(store);
}

void
backup_expect_store(const char *path, const char *name)
{
	char found[BACKUP_NAME_SIZE];

	backup_read_store(path, found);
	ck_assert_str_eq(found, name);
}

enum error
backup_run(const char *path, const char *target, struct copy_result *result,
    struct detail *detail)
{
	char pepper_path[PATH_SIZE];
	struct backup *backup;
	enum error err;

	join(pepper_path, path, "pepper");
	err = backup_begin(path, pepper_path, target, &backup, detail);
	if (err != ERR_NONE)
		return err;
	err = backup_fill(backup, FIXTURE_MAP_BYTES, &no_watch, result,
	    detail);
	if (err == ERR_NONE)
		return backup_commit(backup, detail);
	backup_abort(backup);
	return err;
}

enum error
backup_run_restore(const char *from, const char *path,
    struct copy_result *result, struct detail *detail)
{
	char pepper_path[PATH_SIZE];
	struct restore *restore;
	enum error err;

	join(pepper_path, path, "pepper");
	err = restore_begin(from, path, pepper_path, true, &restore, detail);
	if (err != ERR_NONE)
		return err;
	err = restore_fill(restore, FIXTURE_MAP_BYTES, &no_watch, result,
	    detail);
	if (err == ERR_NONE)
		return restore_commit(restore, detail);
	restore_abort(restore);
	return err;
}

void
backup_must(const char *path, const char *target)
{
	struct detail detail = { "" };
	struct copy_result result;

	ck_assert_msg(backup_run(path, target, &result, &detail) == ERR_NONE,
	    "%s", detail.text);
}

void
backup_must_restore(const char *from, const char *path)
{
	struct detail detail = { "" };
	struct copy_result result;

	ck_assert_msg(backup_run_restore(from, path, &result, &detail) ==
	    ERR_NONE, "%s", detail.text);
}

static int
is_told(const struct dirent *entry)
{
	static const char *const passed_over[] = {
		".", "..", "lock.mdb", "counters", "wake",
	};

	for (size_t i = 0; i < sizeof(passed_over) / sizeof(passed_over[0]);
	    i++)
		if (strcmp(entry->d_name, passed_over[i]) == 0)
			return 0;
	return 1;
}

void
backup_expect_names(const char *directory, const char *names)
{
	struct dirent **entries = NULL;
	char found[NAMES_SIZE] = "";
	int count = scandir(directory, &entries, is_told, alphasort);

	ck_assert_int_ge(count, 0);
	for (int i = 0; i < count; i++) {
		snprintf(found + strlen(found), NAMES_SIZE - strlen(found),
		    "%s%s", i == 0 ? "" : " ", entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	ck_assert_str_eq(found, names);
}

void
backup_cut_off(const char *copy, const char *path, int step_count)
{
	const char *ready = backup_path(path, RESTORE_READY);
	const char *lock = backup_path(path, "lock.mdb");

	ck_assert_int_eq(rename(copy, ready), 0);
	if (step_count > 0 && unlink(lock) != 0)
		ck_assert_int_eq(errno, ENOENT);
	if (step_count > 1)
		ck_assert_int_eq(rename(backup_path(ready, "pepper"),
		    backup_path(path, "pepper")), 0);
	if (step_count > 2)
		ck_assert_int_eq(rename(backup_path(ready, "data.mdb"),
		    backup_path(path, "data.mdb")), 0);
}
