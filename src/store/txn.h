/* txn.h - transactions, as this folder shares them. */
#ifndef STORE_TXN_H
#define STORE_TXN_H

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/category.h"
#include "store/environment.h"
#include "store/proven.h"
#include "store/stamps.h"
#include "store/store.h"
#include "store/sweep.h"
#include "store/tally.h"

struct store_txn {
	struct store *store;
	MDB_txn *mdb;
	/* On the events' tree, one a category, opened when first used. */
	MDB_cursor *cursors[CATEGORY_COUNT];
	bool is_renewed[CATEGORY_COUNT];
	bool is_write;

	/* Of a read transaction only: what was found last in each category, and
	 * its page, which block_proofs.c looked at. */
	const uint8_t *last_keys[CATEGORY_COUNT];
	const uint8_t *whole_pages[CATEGORY_COUNT];
	/* Kept, as they count for a state of the store. */
	struct proven proven;

	/* Of a write transaction only. */
	bool is_intake;
	uint64_t pinned_pages;	/* that readers hold back */
	uint64_t replaced_pages;	/* of blocks written anew */
	struct stamps stamps;
	struct sweep sweep;
	struct tally tally;
};

/* The cursor kept for this category. */
enum error txn_cursor(struct store_txn *txn, enum category category,
    MDB_cursor **cursor_out);

/* Of a read transaction that is not open. */
void txn_free(struct store_txn *txn);

/*
 * Like store_read_begin, but says in *is_outgrown_out that another process
 * grew the map, which is not logged: every transaction of this process has to
 * end before txn_follow_growth.
 */
enum error txn_read_begin(struct store *store, struct store_txn **txn_out,
    bool *is_outgrown_out);
enum error txn_follow_growth(struct store *store);

#endif
