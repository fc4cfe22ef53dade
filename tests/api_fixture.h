/* api_fixture.h - a store with organizations and keys, and a service. */
#ifndef TESTS_API_FIXTURE_H
#define TESTS_API_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/answer.h"
#include "model/api_key.h"
#include "model/cursor.h"
#include "model/organization.h"

enum fixture_organization {
	ACME,
	OTHER,
	LOCKED,
	UNPAID,
	ORGANIZATION_COUNT
};

enum fixture_key {
	KEY_NONE,			/* no field at all */
	KEY_READER,			/* of ACME; reads events */
	KEY_WRITER,			/* writes them, so reads too */
	KEY_SCOPELESS,
	KEY_DISABLED,
	KEY_EXPIRED,
	KEY_UNKNOWN,			/* well-formed, but not stored */
	KEY_OTHER,			/* of OTHER; reads */
	KEY_OTHER_WRITER,
	KEY_RATED,			/* of ACME; writes, 3 a minute */
	KEY_RATED_SCOPELESS,		/* the same rate */
	KEY_LOCKED,
	KEY_LOCKED_SCOPELESS,
	KEY_UNPAID,
	KEY_UNPAID_SCOPELESS,
	KEY_COUNT
};

struct fixture {
	char *directory;
	struct settings *settings;
	struct service *service;
	struct response response;
	struct store *store;		/* while it is written */
	struct organization organizations[ORGANIZATION_COUNT];
	char keys[KEY_COUNT][API_KEY_LEN + 1];
};

/* variables are added to the environment of the settings; NULL ends them. */
void fixture_open(struct fixture *fixture, const char *const *variables);
void fixture_close(struct fixture *fixture);

/* The service is away in between: a store is open once in a process. */
struct store_txn *fixture_write_begin(struct fixture *fixture);
void fixture_write_end(struct fixture *fixture, struct store_txn *txn);

/* Records an event of that type, and fills place_out, unless it is NULL. */
void fixture_append(struct fixture *fixture, struct store_txn *txn,
    enum fixture_organization organization, const char *type,
    int64_t now_ms, struct cursor *place_out);

/* Puts an event of that place as it is. */
void fixture_import(struct fixture *fixture, struct store_txn *txn,
    enum fixture_organization organization, const struct cursor *place);

struct repeats;

enum { ASK_PARAMS_MAX = 8 };

/* What is NULL gets what a good request for events has. */
struct ask {
	const char *method;
	const char *path;
	const char *query;
	const char *accept;
	enum fixture_key key;
	const char *params[ASK_PARAMS_MAX];	/* first of all */
	/* NULL: no body, and no type of it. */
	const char *body;
	size_t body_len;			/* 0: up to its NUL */
	const char *body_type;			/* NULL: application/json */
	bool is_cut;				/* it was longer */
	bool may_wait;
	bool are_waiters_full;
	struct repeats *repeats;		/* to keep it in */
};

/* Answers into fixture->response; the body gets a NUL behind its end. */
void fixture_ask(struct fixture *fixture, const struct ask *ask);

/* Whether lines of the access log have one with both, in this order. */
bool fixture_has_line(const char *lines, const char *first,
    const char *then);

/* The body, and a field's value, until the next call; NULL: no field. */
const char *fixture_body(struct fixture *fixture);
const char *fixture_field(const struct fixture *fixture, const char *name);

/* An id of each event, in the order in which they came. */
struct fixture_ids {
	char (*ids)[EVENT_ID_LEN + 1];
	size_t count;
	size_t size;
};

void fixture_ids_clear(struct fixture_ids *ids);
bool fixture_ids_are_equal(const struct fixture_ids *a,
    const struct fixture_ids *b);

/* Adds the ids of the events in the body, of whatever type it is. */
void fixture_take_ids(struct fixture *fixture, struct fixture_ids *ids);

enum { FIXTURE_QUERY_SIZE = 512 };

/* The query of the next page by the Link field; false when there is none. */
bool fixture_next_query(const struct fixture *fixture,
    char query[FIXTURE_QUERY_SIZE]);

/* Follows next from the page that query asks for to the last. */
void fixture_walk(struct fixture *fixture, enum fixture_key key,
    const char *query, struct fixture_ids *ids);

#endif
