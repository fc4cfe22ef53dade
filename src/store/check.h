/* check.h - read every record of the store and name what is bad. */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct store_txn;

struct check_result {
	uint64_t events;
	uint64_t blocks;
	uint64_t organizations;
	uint64_t api_keys;
	uint64_t faults;
};

/* One fault in words, for the operator: which record, what is wrong. */
typedef void store_check_report(const char *fault, void *arg);
/* Now and then, for a progress bar: blocks read of all. */
typedef void store_check_progress(uint64_t done, uint64_t all, void *arg);

/*
 * LMDB's pages and free pages, checksums, decoding, order within and between
 * blocks, each event's JSON and type, indexes that agree with their records,
 * keys of organizations that exist.  ERR_NONE also with faults; ERR_STORE when
 * LMDB cannot go on, ERR_NO_MEMORY.
 * progress may be NULL.
 */
enum error store_check(struct store_txn *txn, store_check_report *report,
    store_check_progress *progress, void *arg,
    struct check_result *result_out);

#endif
