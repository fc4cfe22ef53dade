/* test_store_permissions.c - who may open a store, and who is told why not. */
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store_fixture.h"
#include "suite.h"

enum { SOME_USER = 4321 };

static char *
join(const char *path, const char *name)
{
	char *joined = NULL;

	ck_assert_int_gt(asprintf(&joined, "%s/%s", path, name), 0);
	return joined;
}

struct permission {
	const char *path;
	enum store_access access;
	enum error err;
};

static void
open_as_another(void *arg)
{
	const struct permission *permission = arg;
	struct store *store = NULL;
	struct detail detail = { "" };
	enum error err;

	if (setgroups(0, NULL) != 0 || setgid(SOME_USER) != 0 ||
	    setuid(SOME_USER) != 0)
		_exit(1);
	err = store_open(permission->path, permission->access,
	    FIXTURE_MAP_BYTES, &store, &detail);
	if (err == permission->err && (err == ERR_NONE ||
	    strstr(detail.text, permission->path) != NULL))
		_exit(0);
	fprintf(stderr, "got %d: %s\n", err, detail.text);
	_exit(2);
}

static const struct {
	mode_t data_mode;
	mode_t lock_mode;
	enum store_access access;
	enum error err;
} rows[] = {
	{ 0640, 0660, STORE_READ,  ERR_NONE },	/* as the group may */
	{ 0640, 0660, STORE_WRITE, ERR_STORE },
	{ 0600, 0660, STORE_READ,  ERR_STORE },
	{ 0640, 0640, STORE_READ,  ERR_STORE },	/* readers lock as well */
};

START_TEST(a_store_without_permission_is_refused_with_its_path)
{
	char *path = fixture_make();
	char *file = join(path, "data.mdb");
	char *lock = join(path, "lock.mdb");
	struct permission permission = {
		path, rows[_i].access, rows[_i].err,
	};

	if (geteuid() == 0) {
		/* The directory's parent lets everybody through. */
		*strrchr(path, '/') = '\0';
		ck_assert_int_eq(chmod(path, 0755), 0);
		path[strlen(path)] = '/';
		ck_assert_int_eq(chown(path, 0, SOME_USER), 0);
		ck_assert_int_eq(chmod(path, 02770), 0);
		ck_assert_int_eq(chown(file, 0, SOME_USER), 0);
		ck_assert_int_eq(chown(lock, 0, SOME_USER), 0);
		ck_assert_int_eq(chmod(file, rows[_i].data_mode),
		    0);
		ck_assert_int_eq(chmod(lock, rows[_i].lock_mode),
		    0);
		ck_assert_int_eq(fixture_run_child(open_as_another,
		    &permission), 0);
	}
	free(lock);
	free(file);
	free(path);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store permissions");
	TCase *tcase = tcase_create("permissions");

	tcase_add_loop_test(tcase,
	    a_store_without_permission_is_refused_with_its_path, 0,
	    COUNT_OF(rows));
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
