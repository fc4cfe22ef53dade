/* group_fixture.h - a group over a store, and what it answered. */
#ifndef TESTS_GROUP_FIXTURE_H
#define TESTS_GROUP_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "record/group.h"
#include "record_fixture.h"

enum { ASKS_MAX = 64 };

/* What a request was answered. */
struct answer {
	uint64_t sequence;
	enum message_outcome outcome;
	size_t place_count;
	struct cursor *places;		/* RECORD_EVENTS_MAX */
};

struct group_fixture {
	struct record_fixture fixture;
	struct api_key acme_key;
	struct api_key other_key;
	struct group *group;
	struct group_result result;
	struct buffer messages[ASKS_MAX];
	size_t message_count;
	struct answer answers[ASKS_MAX];
	size_t answer_count;
};

void group_fixture_open(struct group_fixture *test, int64_t map_bytes);
void group_fixture_close(struct group_fixture *test);

/* The store is closed and opened between. */
void group_fixture_damage(struct group_fixture *test, const char *text);
void group_fixture_reopen(struct group_fixture *test);

/* Adds a request, unless the group is full; it has a key of its organization,
 * unless ask says which one. */
bool group_fixture_add(struct group_fixture *test,
    const struct record_ask *ask);

/* Commits; each was answered once, in order, to its own asker. */
void group_fixture_commit(struct group_fixture *test);
group_answer group_fixture_note;
/* The same, without trying. */
void group_fixture_refuse_full(struct group_fixture *test);

/* One request alone, and what came of it. */
enum message_outcome group_fixture_ask(struct group_fixture *test,
    const struct record_ask *ask);

/* The events of an organization. */
size_t group_fixture_count(struct group_fixture *test,
    uint32_t organization);

#endif
