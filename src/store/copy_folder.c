/* copy_folder.c - what a backup and a restore do alike. */
#include "store/copy_folder.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/api_key.h"
#include "store/aside.h"
#include "store/pepper_file.h"
#include "store/store.h"
#include "store/store_file.h"

enum { FAULT_SIZE = 256 };

/* What store_check hands to the two functions below. */
struct verification {
	const struct copy_watch *watch;
	char first_fault[FAULT_SIZE];
};

static store_check_report note_fault;
static store_check_progress pass_on;

enum error
copy_folder_records(struct aside *aside, struct store *source,
    const struct copy_watch *watch, struct copy_result *result,
    struct detail *detail)
{
	struct detail cause = { "" };
	enum error finished;
	enum error err;
	int fd;

	*result = (struct copy_result){ 0 };
	err = aside_make_file(aside, DATA_FILE, DATA_FILE_MODE, &fd, detail);
	if (err != ERR_NONE)
		return err;
	err = store_copy(source, fd, watch->copied, watch->arg,
	    &result->bytes, &cause);
	if (err != ERR_NONE)
		detail_set(detail, err, "%s/" DATA_FILE ": the copy failed: "
		    "%s", aside->path, cause.text);
	finished = aside_finish_file(aside, DATA_FILE, fd,
	    err == ERR_NONE ? detail : NULL);
	return err == ERR_NONE ? finished : err;
}

enum error
copy_folder_pepper(struct aside *aside, const char *path, const char *name,
    struct detail *detail)
{
	char text[PEPPER_TEXT_LEN + 1];
	struct pepper pepper;
	enum error finished;
	enum error err;
	int fd;

	err = pepper_file_read(path, &pepper, detail);
	if (err == ERR_NONE)
		err = aside_make_file(aside, name, PEPPER_FILE_MODE, &fd,
		    detail);
	if (err != ERR_NONE)
		goto out;
	pepper_format(&pepper, text);
	if (write(fd, text, PEPPER_TEXT_LEN) != PEPPER_TEXT_LEN)
		err = detail_set(detail, ERR_IO, "%s/%s: cannot write it: %s",
		    aside->path, name, strerror(errno));
	explicit_bzero(text, sizeof(text));
	finished = aside_finish_file(aside, name, fd,
	    err == ERR_NONE ? detail : NULL);
	if (err == ERR_NONE)
		err = finished;
out:
	explicit_bzero(&pepper, sizeof(pepper));
	return err;
}

enum error
copy_folder_verify(struct aside *aside, const char *source_path,
    const struct copy_watch *watch, struct copy_result *result,
    struct detail *detail)
{
	struct verification verification = { .watch = watch };
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	enum error err;

	err = store_open_copy(aside->path, 0, &store, detail);
	if (err != ERR_NONE)
		return err;
	err = store_read_begin(store, &txn);
	if (err == ERR_NONE)
		err = store_check(txn, note_fault, pass_on, &verification,
		    &result->checked);
	store_read_end(txn);
	store_close(store);

	if (err != ERR_NONE)
		detail_set(detail, err, "%s: the copy cannot be read",
		    aside->path);
	else if (result->checked.faults > 0)
		err = detail_set(detail, ERR_CORRUPT, "%s: %" PRIu64
		    " faults, such as: %s", source_path,
		    result->checked.faults, verification.first_fault);
	return err;
}

static void
note_fault(const char *fault, void *arg)
{
	struct verification *verification = arg;

	if (verification->first_fault[0] == '\0')
		snprintf(verification->first_fault, FAULT_SIZE, "%s", fault);
}

static void
pass_on(uint64_t done, uint64_t all, void *arg)
{
	const struct verification *verification = arg;

	if (verification->watch->checked != NULL)
		verification->watch->checked(done, all,
		    verification->watch->arg);
}

bool
copy_folder_owns_pepper(const char *path, const char *pepper_path)
{
	const char *slash = strrchr(pepper_path, '/');
	char parent[PATH_MAX] = ".";
	struct stat pepper;
	struct stat holder;
	struct stat store;

	if (slash != NULL && snprintf(parent, sizeof(parent), "%.*s",
	    (int)(slash - pepper_path) + 1, pepper_path) >=
	    (int)sizeof(parent))
		return false;
	if (lstat(pepper_path, &pepper) == 0 && S_ISLNK(pepper.st_mode))
		return false;
	return stat(parent, &holder) == 0 && stat(path, &store) == 0 &&
	    holder.st_dev == store.st_dev && holder.st_ino == store.st_ino;
}
