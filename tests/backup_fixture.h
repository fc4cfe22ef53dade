/* backup_fixture.h - stores to be backed up, restored and recognised. */
#ifndef TESTS_BACKUP_FIXTURE_H
#define TESTS_BACKUP_FIXTURE_H

#include "base/error.h"
#include "store/copy_folder.h"

struct pepper;
struct store_txn;

/* A path in a folder; it stays until the process ends. */
char *backup_path(const char *folder, const char *name);

/* Makes a store with an organization of that name, events, and a key that its
 * pepper knows. */
void backup_make_store(const char *path, const char *name, int events);

enum { BACKUP_NAME_SIZE = 8 };

/* The name of the organization whose key the pepper knows.  Fails when
 * pepper and records are not of one store. */
void backup_read_txn(struct store_txn *txn, const struct pepper *pepper,
    char name[BACKUP_NAME_SIZE]);
void backup_read_store(const char *path, char name[BACKUP_NAME_SIZE]);
void backup_expect_store(const char *path, const char *name);

/* Each in one go; the error of the first step that fails. */
enum error backup_run(const char *path, const char *target,
    struct copy_result *result_out, struct detail *detail);
enum error backup_run_restore(const char *from, const char *path,
    struct copy_result *result_out, struct detail *detail);
/* They must succeed. */
void backup_must(const char *path, const char *target);
void backup_must_restore(const char *from, const char *path);

/* Leaves what a restore of the backup leaves that is killed after so many of
 * its last steps, 0 to 3; the backup itself is used up. */
void backup_cut_off(const char *copy, const char *path, int step_count);

/* The names in a directory, sorted, with blanks between; lock.mdb, counters
 * and wake are passed over, as they come and go. */
void backup_expect_names(const char *directory, const char *names);

#endif
