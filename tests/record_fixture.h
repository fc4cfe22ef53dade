/* record_fixture.h - a store with organizations, and requests for it. */
#ifndef TESTS_RECORD_FIXTURE_H
#define TESTS_RECORD_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "model/api_key.h"
#include "model/organization.h"
#include "record/message.h"

struct store;
struct store_txn;

enum { FIXTURE_MAP_BYTES = 16 * 1024 * 1024 };

struct record_fixture {
	char *directory;
	struct store *store;
	struct organization acme;
	struct organization other;
};

/* An open store of that size, with both organizations. */
void record_fixture_open(struct record_fixture *fixture, int64_t map_bytes);
void record_fixture_close(struct record_fixture *fixture);

struct store_txn *record_fixture_write(struct record_fixture *fixture);
/* Commits, which must succeed. */
void record_fixture_commit(struct store_txn *txn);

/* Adds an enabled key that may write, and tells of it in no event; what is
 * not 0 in key stays. */
void record_fixture_add_key(struct record_fixture *fixture,
    const struct organization *organization, struct api_key *key);

/* The events of the organization, and those of a type. */
size_t record_fixture_count(struct record_fixture *fixture,
    uint32_t organization);
size_t record_fixture_count_type(struct record_fixture *fixture,
    uint32_t organization, const char *type);

/* Changes the blocks that hold the text, which must be there, behind the
 * back of the store, which is closed and opened again. */
void record_fixture_damage(struct record_fixture *fixture, const char *text);

/* What a request is made of; NULL and 0 are what any has. */
struct record_ask {
	uint32_t organization;
	const char *api_key_id;
	const char *key;	/* for idempotency */
	const char *body;	/* what its digest is of */
	const char *type;	/* of its events */
	size_t event_count;
};

/* Writes it; the buffer is initialised here, and the caller clears it. */
void record_fixture_message(struct buffer *message,
    const struct record_ask *ask);

#endif
