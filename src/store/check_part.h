/* check_part.h - what the parts of a check share. */
#ifndef STORE_CHECK_PART_H
#define STORE_CHECK_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/check.h"
#include "store/txn.h"

struct check {
	struct store_txn *txn;
	store_check_report *report;
	store_check_progress *progress;	/* may be NULL */
	void *arg;
	struct check_result *result;
};

/* Counts and reports it: the tree, the record's key and what is wrong. */
void check_fault(struct check *check, enum tree tree, const MDB_val *key,
    const char *fault);

/* Reports a tree of which not all records, or some twice, could be read: its
 * pages are damaged, and those have no checksums. */
void check_count(struct check *check, enum tree tree, uint64_t read);

/* Reports the page that a record lies in when it is damaged, once: *page is the
 * one before, or NULL, and becomes this one. */
void check_page(struct check *check, enum tree tree, const MDB_val *key,
    const MDB_val *value, const uint8_t **page);

/* A record's body; false, without a word, when it is missing or damaged. */
bool check_peek(struct check *check, enum tree tree, const void *key,
    size_t key_len, const uint8_t **body_out, size_t *body_len_out);
bool check_has_organization(struct check *check, uint32_t number);

/* What is wrong with such a record, or NULL. */
const char *check_idempotency(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len);
const char *check_idempotency_time(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len);

/*
 * Reports what is wrong with LMDB's own pages: those of a read transaction, as
 * long as writers are not so quick that its meta page is gone.  ERR_STORE,
 * ERR_NO_MEMORY.
 */
enum error check_pages(struct check *check);

/* ERR_STORE and the like only when LMDB cannot go on, ERR_NO_MEMORY. */
enum error check_events(struct check *check);

#endif
