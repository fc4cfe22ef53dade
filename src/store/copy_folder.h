/* copy_folder.h - what a backup and a restore do alike: a store's files, made
 * again in a folder aside, and verified there. */
#ifndef STORE_COPY_FOLDER_H
#define STORE_COPY_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/check.h"
#include "store/copy.h"

struct aside;
struct store;

/* The pepper's name in a backup, whatever it is called in the store. */
#define BACKUP_PEPPER "pepper"

/* What is told meanwhile; arg is handed over. */
struct copy_watch {
	store_copy_progress *copied;
	store_check_progress *checked;
	void *arg;
};

/* What the copy holds. */
struct copy_result {
	uint64_t bytes;
	struct check_result checked;	/* no faults */
};

/* Writes source's records into the folder's data file.  detail names path
 * and cause, here and below.  ERR_IO; what store_copy returns. */
enum error copy_folder_records(struct aside *aside, struct store *source,
    const struct copy_watch *watch, struct copy_result *result_out,
    struct detail *detail);

/* The pepper at path becomes a file of that name.  ERR_STORE: it cannot be
 * read.  ERR_IO. */
enum error copy_folder_pepper(struct aside *aside, const char *path,
    const char *name, struct detail *detail);

/* Opens the copy and reads all of it.  ERR_CORRUPT: there are faults, which
 * are those of the store at source_path. */
enum error copy_folder_verify(struct aside *aside, const char *source_path,
    const struct copy_watch *watch, struct copy_result *result,
    struct detail *detail);

/* Whether the pepper, which need not be there, lies in the store's
 * directory itself; a link to elsewhere does not. */
bool copy_folder_owns_pepper(const char *path, const char *pepper_path);

#endif
