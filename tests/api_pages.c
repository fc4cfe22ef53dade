/* api_pages.c - what the tests of pages and exports look for in answers. */
#include "api_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

void
fixture_ids_clear(struct fixture_ids *ids)
{
	free(ids->ids);
	*ids = (struct fixture_ids){ 0 };
}

bool
fixture_ids_are_equal(const struct fixture_ids *a,
    const struct fixture_ids *b)
{
	return a->count == b->count && (a->count == 0 ||
	    memcmp(a->ids, b->ids, a->count * sizeof(a->ids[0])) == 0);
}

static void
add_id(struct fixture_ids *ids, const char *text)
{
	if (ids->count == ids->size) {
		ids->size = ids->size == 0 ? 1024 : 2 * ids->size;
		ids->ids = realloc(ids->ids,
		    ids->size * sizeof(ids->ids[0]));
		ck_assert_ptr_nonnull(ids->ids);
	}
	memcpy(ids->ids[ids->count], text, EVENT_ID_LEN);
	ids->ids[ids->count][EVENT_ID_LEN] = '\0';
	ck_assert(event_id_is_valid(ids->ids[ids->count], EVENT_ID_LEN));
	ids->count++;
}

/* An event begins so; a client's or a queue's id has no type behind it. */
static void
take_json(const char *text, struct fixture_ids *ids)
{
	static const char begin[] = "{\"id\":\"";
	static const char behind[] = "\",\"type\":\"";

	while ((text = strstr(text, begin)) != NULL) {
		text += strlen(begin);
		if (strlen(text) > EVENT_ID_LEN &&
		    strncmp(text + EVENT_ID_LEN, behind,
		    strlen(behind)) == 0)
			add_id(ids, text);
	}
}

/* Cells have no line's end in these tests. */
static void
take_csv(const char *text, struct fixture_ids *ids)
{
	if (strncmp(text, "id,type,", strlen("id,type,")) == 0)
		text = strchr(text, '\n') + 1;
	for (; *text != '\0'; text = strchr(text, '\n') + 1)
		add_id(ids, text);
}

void
fixture_take_ids(struct fixture *fixture, struct fixture_ids *ids)
{
	const char *type = fixture_field(fixture, "Content-Type");

	ck_assert_ptr_nonnull(type);
	if (strncmp(type, "text/csv", strlen("text/csv")) == 0)
		take_csv(fixture_body(fixture), ids);
	else
		take_json(fixture_body(fixture), ids);
}

bool
fixture_next_query(const struct fixture *fixture,
    char query[FIXTURE_QUERY_SIZE])
{
	const char *link = fixture_field(fixture, "Link");
	const char *mark;
	const char *end;

	if (link == NULL)
		return false;
	mark = strchr(link, '?');
	end = strstr(link, ">; rel=\"next\"");
	ck_assert_int_eq(link[0], '<');
	ck_assert_ptr_nonnull(mark);
	ck_assert_ptr_nonnull(end);
	ck_assert_int_lt(end - mark, FIXTURE_QUERY_SIZE);
	snprintf(query, FIXTURE_QUERY_SIZE, "%.*s", (int)(end - mark - 1),
	    mark + 1);
	return true;
}

void
fixture_walk(struct fixture *fixture, enum fixture_key key,
    const char *query, struct fixture_ids *ids)
{
	char next[FIXTURE_QUERY_SIZE];
	bool has_next = true;

	snprintf(next, sizeof(next), "%s", query);
	while (has_next) {
		struct ask ask = { .key = key, .query = next };
		size_t count = ids->count;

		fixture_ask(fixture, &ask);
		ck_assert_uint_eq(fixture->response.status, 200);
		fixture_take_ids(fixture, ids);
		has_next = fixture_next_query(fixture, next);
		/* A page that has one behind it is not empty. */
		ck_assert(!has_next || ids->count > count);
	}
}
