/* init_fixture.c - stores to be made, and what was made to be looked at. */
#include "init_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/api_key.h"
#include "store/pepper_file.h"
#include "store/store.h"
#include "store_fixture.h"
#include "suite.h"

char *
init_fixture_join(const char *path, const char *name)
{
	char *joined = NULL;

	ck_assert_int_gt(asprintf(&joined, "%s/%s", path, name), 0);
	return joined;
}

enum error
init_fixture_make(const char *path, bool *is_made, struct detail *detail)
{
	char *pepper = init_fixture_join(path, "pepper");
	enum error err = store_init(path, pepper, FIXTURE_MAP_BYTES, is_made,
	    detail);

	free(pepper);
	return err;
}

void
init_fixture_check_file(const char *path, const char *name, mode_t mode,
    uid_t user)
{
	char *file = init_fixture_join(path, name);
	struct stat status;

	ck_assert_msg(lstat(file, &status) == 0, "%s: %s", file,
	    strerror(errno));
	ck_assert_msg((status.st_mode & 07777) == mode, "%s: mode %o", file,
	    status.st_mode);
	ck_assert_uint_eq(status.st_uid, user);
	free(file);
}

size_t
init_fixture_read_pepper(const char *path, char *text, size_t size)
{
	char *file = init_fixture_join(path, "pepper");
	int fd = open(file, O_RDONLY);
	ssize_t len;

	ck_assert_int_ge(fd, 0);
	len = read(fd, text, size);
	ck_assert_int_ge(len, 0);
	close(fd);
	free(file);
	return (size_t)len;
}

void
init_fixture_check_whole(const char *path)
{
	struct store *store = fixture_open(path, STORE_WRITE);
	struct store_txn *txn = fixture_write_begin(store);
	struct pepper pepper;
	char *file = init_fixture_join(path, "pepper");
	char *aside = init_fixture_join(path, ".making");

	fixture_organization(txn, "first");
	store_write_abort(txn);
	store_close(store);
	ck_assert_int_eq(pepper_file_read(file, &pepper, NULL), ERR_NONE);
	ck_assert_int_ne(access(aside, F_OK), 0);
	free(file);
	free(aside);
}
