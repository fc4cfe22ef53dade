/* repeats.c - the same request again, at the same moment of the store. */
#include "api/repeats.h"

#include <stdlib.h>
#include <string.h>

#include "api/request.h"
#include "api/response.h"
#include "model/tag.h"

/* The pages, and beside them their marks, which are looked through. */
struct repeats {
	uint8_t seed[TAG_SEED_BYTES];
	struct mark asked;		/* of the last request */
	uint64_t use_count;
	struct mark marks[REPEATS_KEPT_MAX];
	uint64_t used_at[REPEATS_KEPT_MAX];	/* 0: there is none */
	struct repeat kept[REPEATS_KEPT_MAX];
	/* Of requests that came once; the oldest is overwritten. */
	size_t seen_next;
	struct mark seen[REPEATS_SEEN_MAX];
};

static size_t find(const struct repeats *repeats);
static bool may_keep(const struct exchange *exchange);
static bool was_seen(struct repeats *repeats);
static size_t least_used(const struct repeats *repeats);
static void fill(struct repeat *repeat, const struct exchange *exchange,
    const struct store_moment *moment);
static bool is_same(const struct mark *a, const struct mark *b);

enum error
repeats_new(struct repeats **repeats_out)
{
	struct repeats *repeats = calloc(1, sizeof(*repeats));

	*repeats_out = repeats;
	if (repeats == NULL)
		return ERR_NO_MEMORY;
	tag_seed_make(repeats->seed);
	for (size_t i = 0; i < REPEATS_KEPT_MAX; i++) {
		buffer_init(&repeats->kept[i].fields, HEAD_BYTES_MAX);
		buffer_init(&repeats->kept[i].body, REPEAT_BODY_BYTES_MAX);
	}
	return ERR_NONE;
}

void
repeats_free(struct repeats *repeats)
{
	if (repeats == NULL)
		return;
	for (size_t i = 0; i < REPEATS_KEPT_MAX; i++) {
		buffer_clear(&repeats->kept[i].fields);
		buffer_clear(&repeats->kept[i].body);
	}
	explicit_bzero(repeats, sizeof(*repeats));
	free(repeats);
}

const struct repeat *
repeats_find(struct repeats *repeats, const void *params, size_t params_len)
{
	size_t i;

	repeats->asked = mark_make(repeats->seed, params, params_len);
	i = find(repeats);
	if (i == REPEATS_KEPT_MAX)
		return NULL;
	repeats->used_at[i] = ++repeats->use_count;
	return &repeats->kept[i];
}

bool
repeat_holds(const struct repeat *repeat, const struct exchange *exchange)
{
	const struct exchange *kept = &repeat->exchange;

	/* The clock may have been set back. */
	return exchange->oldest_ms >= kept->oldest_ms &&
	    exchange->oldest_ms <= kept->same_until_ms &&
	    (kept->key_expires_ms == 0 ||
	    exchange->now_ms < kept->key_expires_ms) &&
	    live_store_is_at(exchange->service->live, &repeat->moment);
}

void
repeats_keep(struct repeats *repeats, const struct exchange *exchange,
    const struct store_moment *moment)
{
	size_t i = find(repeats);

	if (i < REPEATS_KEPT_MAX)
		/* Whatever it is filled with, it is another answer. */
		repeats->used_at[i] = 0;
	if (!may_keep(exchange) ||
	    (i == REPEATS_KEPT_MAX && !was_seen(repeats)))
		return;
	if (i == REPEATS_KEPT_MAX)
		i = least_used(repeats);
	fill(&repeats->kept[i], exchange, moment);
	if (repeats->kept[i].fields.error != ERR_NONE ||
	    repeats->kept[i].body.error != ERR_NONE) {
		repeats->used_at[i] = 0;
		return;
	}
	repeats->marks[i] = repeats->asked;
	repeats->used_at[i] = ++repeats->use_count;
}

/* REPEATS_KEPT_MAX when it is not kept. */
static size_t
find(const struct repeats *repeats)
{
	for (size_t i = 0; i < REPEATS_KEPT_MAX; i++)
		if (repeats->used_at[i] != 0 &&
		    is_same(&repeats->marks[i], &repeats->asked))
			return i;
	return REPEATS_KEPT_MAX;
}

static bool
may_keep(const struct exchange *exchange)
{
	return exchange->same_until_ms != INT64_MIN &&
	    exchange->method == METHOD_GET &&
	    exchange->response->status == 200 &&
	    exchange->response->need == NEED_NOTHING &&
	    exchange->response->head.error == ERR_NONE &&
	    exchange->response->body.len <= REPEAT_BODY_BYTES_MAX &&
	    strlen(exchange->request->remote_address) < REPEAT_ADDRESS_SIZE;
}

/* Random pages come once: remembering them is cheap, a copy would not be. */
static bool
was_seen(struct repeats *repeats)
{
	for (size_t i = 0; i < REPEATS_SEEN_MAX; i++)
		if (is_same(&repeats->seen[i], &repeats->asked))
			return true;
	repeats->seen[repeats->seen_next] = repeats->asked;
	repeats->seen_next = (repeats->seen_next + 1) % REPEATS_SEEN_MAX;
	return false;
}

static size_t
least_used(const struct repeats *repeats)
{
	size_t least = 0;

	for (size_t i = 1; i < REPEATS_KEPT_MAX; i++)
		if (repeats->used_at[i] < repeats->used_at[least])
			least = i;
	return least;
}

static void
fill(struct repeat *repeat, const struct exchange *exchange,
    const struct store_moment *moment)
{
	const struct request *request = exchange->request;
	const struct response *response = exchange->response;
	size_t fields_at = exchange->own_fields_at;

	repeat->moment = *moment;
	repeat->exchange = *exchange;
	repeat->exchange.request = NULL;
	repeat->exchange.response = NULL;
	repeat->exchange.txn = NULL;
	repeat->exchange.pepper = NULL;
	memset(repeat->remote_address, '\0', REPEAT_ADDRESS_SIZE);
	memcpy(repeat->remote_address, request->remote_address,
	    strlen(request->remote_address));
	repeat->has_own_id = strcmp(request->request_id,
	    exchange->request_id) == 0;
	buffer_reset(&repeat->fields);
	buffer_add(&repeat->fields, response->head.bytes + fields_at,
	    response->head.len - fields_at);
	buffer_reset(&repeat->body);
	buffer_add(&repeat->body, response->body.bytes, response->body.len);
}

static bool
is_same(const struct mark *a, const struct mark *b)
{
	return a->words[0] == b->words[0] && a->words[1] == b->words[1];
}
