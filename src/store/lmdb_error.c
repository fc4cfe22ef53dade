/* lmdb_error.c - what an error of LMDB means to us. */
#include "store/lmdb_error.h"

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>

#include "base/log.h"
#include "base/text.h"

/* Whatever is not here is ERR_STORE. */
static const struct {
	int code;
	enum error err;
} rows[] = {
	{ MDB_SUCCESS,        ERR_NONE },
	{ MDB_NOTFOUND,       ERR_NOT_FOUND },
	{ MDB_KEYEXIST,       ERR_EXISTS },
	{ MDB_PAGE_NOTFOUND,  ERR_CORRUPT },
	{ MDB_CORRUPTED,      ERR_CORRUPT },
	{ MDB_MAP_FULL,       ERR_FULL },
	{ MDB_TXN_FULL,       ERR_FULL },
	{ ENOSPC,             ERR_FULL },
	{ EDQUOT,             ERR_FULL },
	{ EFBIG,              ERR_FULL },
	{ ENOMEM,             ERR_NO_MEMORY },
	{ EIO,                ERR_IO },
};

enum error
lmdb_error(int code)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].code == code)
			return rows[i].err;
	return ERR_STORE;
}

enum error
lmdb_failed(int code, const char *call, const char *path)
{
	enum error err = lmdb_error(code);
	char number[16];

	if (err == ERR_NONE || err == ERR_NOT_FOUND || err == ERR_EXISTS)
		return err;
	snprintf(number, sizeof(number), "%d", code);
	log_fact(LEVEL_ERROR, err == ERR_FULL ?
	    "the store has no room left" : "the store failed",
	    "store", path, "call", call, "cause", mdb_strerror(code),
	    "number", number, NULL);
	return err;
}
