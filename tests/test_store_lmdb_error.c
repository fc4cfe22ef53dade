/* test_store_lmdb_error.c - what an error of LMDB means to us. */
#include "store/lmdb_error.h"

#include <errno.h>
#include <lmdb.h>

#include "base/text.h"
#include "suite.h"

static const struct {
	int code;
	enum error err;
} rows[] = {
	{ MDB_SUCCESS,          ERR_NONE },
	{ MDB_NOTFOUND,         ERR_NOT_FOUND },
	{ MDB_KEYEXIST,         ERR_EXISTS },
	{ MDB_PAGE_NOTFOUND,    ERR_CORRUPT },
	{ MDB_CORRUPTED,        ERR_CORRUPT },
	{ MDB_MAP_FULL,         ERR_FULL },
	{ MDB_TXN_FULL,         ERR_FULL },
	{ ENOSPC,               ERR_FULL },
	{ EDQUOT,               ERR_FULL },
	{ EFBIG,                ERR_FULL },
	{ ENOMEM,               ERR_NO_MEMORY },
	{ EIO,                  ERR_IO },
	{ MDB_PANIC,            ERR_STORE },
	{ MDB_VERSION_MISMATCH, ERR_STORE },
	{ MDB_INVALID,          ERR_STORE },
	{ MDB_READERS_FULL,     ERR_STORE },
	{ MDB_MAP_RESIZED,      ERR_STORE },
	{ MDB_BAD_TXN,          ERR_STORE },
	{ EACCES,               ERR_STORE },
	{ 12345,                ERR_STORE },	/* not known at all */
};

START_TEST(every_code_has_an_error)
{
	ck_assert_int_eq(lmdb_error(rows[_i].code), rows[_i].err);
	ck_assert_int_eq(lmdb_failed(rows[_i].code, "a call", "/a/path"),
	    rows[_i].err);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store lmdb error");
	TCase *tcase = tcase_create("lmdb error");

	tcase_add_loop_test(tcase, every_code_has_an_error, 0,
	    COUNT_OF(rows));
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
