/* store_fixture.h - stores, organizations and events for the store's tests. */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "model/event.h"
#include "model/organization.h"
#include "store/events.h"
#include "store/store.h"
#include "store/txn.h"

/* A moment from which tests count; any would do. */
#define BASE_MS INT64_C(1657027948150)

enum { FIXTURE_MAP_BYTES = 64 << 20 };

/* A path in a fresh directory, where nothing is yet. */
char *fixture_path(void);
/* Makes a store there and returns its path. */
char *fixture_make(void);
struct store *fixture_open(const char *path, enum store_access access);
/* Made and opened to write. */
struct store *fixture_store(void);

struct store_txn *fixture_write_begin(struct store *store);
struct store_txn *fixture_read_begin(struct store *store);
void fixture_commit(struct store_txn *txn);

uint32_t fixture_organization(struct store_txn *txn, const char *name);
/* Of what check finds, which has to be that records do not decode. */
uint64_t fixture_count_faults(struct store_txn *txn);

/* The type of events of this category. */
const char *fixture_type(enum category category);
/* A draft to be recorded; padding makes it so many bytes longer. */
void fixture_draft(struct event_draft *draft, enum category category,
    size_t padding);
/* A draft to be imported, with its place. */
void fixture_import_draft(struct event_draft *draft, enum category category,
    const struct cursor *place, size_t padding);
/* An id that sorts as its number. */
/* Imports it at the place that it is stamped with. */
enum error fixture_put_import(struct store_txn *txn, uint32_t organization,
    struct event_draft *draft, enum import_outcome *outcome_out);

struct cursor fixture_place(int64_t stored_at_ms, unsigned int number);

/* How a scan begins: how many events it visits, and the first one's moment. */
struct fixture_page {
	unsigned int limit;
	unsigned int count;
	int64_t first_ms;
};

/* Visits limit of them at most; returns what store_event_scan does. */
enum error fixture_read_page(struct store_txn *txn,
    const struct event_range *range, unsigned int limit,
    struct fixture_page *page_out);

/* Pseudo-random numbers, the same on every run: 0 to below. */
uint32_t fixture_random(uint64_t *state, uint32_t below);

/* A record as it lies in the store, copied out. */
struct fixture_record {
	MDB_val key;
	MDB_val value;
	uint8_t key_bytes[64];
	uint8_t value_bytes[8192];
};

/* op is MDB_FIRST or MDB_LAST. */
void fixture_read_record(struct store_txn *txn, enum tree tree,
    MDB_cursor_op op, struct fixture_record *record);
/* As it is, sealed or not. */
void fixture_write_record(struct store_txn *txn, enum tree tree,
    struct fixture_record *record);
void fixture_remove_record(struct store_txn *txn, enum tree tree,
    struct fixture_record *record);

/* Runs a child with the function, which ends by exit or a failed assertion.
 * Returns its wait status. */
int fixture_run_child(void (*child)(void *arg), void *arg);

#endif
