/* tails.h - the last blocks of ranges, kept in memory while a write
 * transaction adds to them, so that each is written once.
 */
#ifndef STORE_TAILS_H
#define STORE_TAILS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/block.h"

struct store;
struct store_txn;
struct tails;

/* The last block of one organization's category. */
struct tail {
	uint32_t organization;	/* 0: this slot holds none */
	enum category category;
	bool is_changed;
	struct block_draft block;	/* empty when the range is */
};

enum { TAILS_MAX = 64 };

/*
 * Finds it in memory or reads it from the store; what had its slot before is
 * written.  Good until the next call.  ERR_CORRUPT, ERR_STORE, ERR_FULL,
 * ERR_NO_MEMORY.
 */
enum error tails_find(struct store_txn *txn, uint32_t organization,
    enum category category, struct tail **tail_out);

/* Adds an event that comes after all of the range; a full block is written
 * and a new one begun.  ERR_CORRUPT when it comes before: the stamps are not
 * those of these events. */
enum error tails_add(struct store_txn *txn, struct tail *tail,
    const struct block_event *event);

/* Writes it and forgets it, before its blocks are changed in the tree. */
enum error tails_drop(struct store_txn *txn, struct tail *tail);

/* Writes those that changed; they stay in memory. */
enum error tails_flush(struct store_txn *txn);
/* When the transaction ends, or the tree is changed. */
void tails_forget(struct store *store);
void tails_free(struct tails *tails);

#endif
