/* lmdb_error.h - what an error of LMDB means to us. */
#ifndef STORE_LMDB_ERROR_H
#define STORE_LMDB_ERROR_H

#include "base/error.h"

/* Nothing is logged: ERR_NONE, ERR_NOT_FOUND, ERR_EXISTS and so on. */
enum error lmdb_error(int code);

/*
 * The same, and logs what is a machine's failure: the call that failed, the
 * store's path, LMDB's words and number.
 */
enum error lmdb_failed(int code, const char *call, const char *path);

#endif
