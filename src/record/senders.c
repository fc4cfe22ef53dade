/* senders.c - whose API keys may record, each looked up once a transaction. */
#include "record/senders.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "model/api_key.h"
#include "model/organization.h"
#include "store/api_keys.h"
#include "store/organizations.h"

static uint16_t *find_slot(struct senders *senders,
    const struct message_request *request);
static size_t first_slot(const struct message_request *request);
static bool is_same(const struct message_request *a,
    const struct message_request *b);
static enum error look_up(struct store_txn *txn,
    const struct message_request *request, int64_t now_ms,
    enum message_outcome *outcome_out);

static_assert(GROUP_REQUESTS_MAX < UINT16_MAX, "a slot holds any row");

void
senders_init(struct senders *senders)
{
	senders->count = 0;
	memset(senders->slots, 0, sizeof(senders->slots));
}

enum error
senders_check(struct senders *senders, struct store_txn *txn,
    const struct message_request *request, int64_t now_ms,
    enum message_outcome *outcome_out)
{
	uint16_t *slot = find_slot(senders, request);
	enum error err;

	if (*slot != 0) {
		*outcome_out = senders->rows[*slot - 1].outcome;
		return ERR_NONE;
	}
	err = look_up(txn, request, now_ms, outcome_out);
	if (err != ERR_NONE)
		return err;
	assert(senders->count < GROUP_REQUESTS_MAX);
	senders->rows[senders->count++] = (struct sender){
		.request = request,
		.outcome = *outcome_out,
	};
	*slot = (uint16_t)senders->count;
	return ERR_NONE;
}

/* That of the request's sender, or the free one where it belongs. */
static uint16_t *
find_slot(struct senders *senders, const struct message_request *request)
{
	size_t i = first_slot(request);

	while (senders->slots[i] != 0 && !is_same(request,
	    senders->rows[senders->slots[i] - 1].request))
		i = (i + 1) % SENDERS_SLOTS;
	return &senders->slots[i];
}

/* FNV-1a; ids are random, and nobody chooses one. */
static size_t
first_slot(const struct message_request *request)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < EVENT_ID_LEN; i++)
		hash = (hash ^ (uint8_t)request->api_key_id[i]) * 16777619U;
	return hash % SENDERS_SLOTS;
}

static bool
is_same(const struct message_request *a, const struct message_request *b)
{
	return a->organization == b->organization &&
	    memcmp(a->api_key_id, b->api_key_id, EVENT_ID_LEN) == 0;
}

static enum error
look_up(struct store_txn *txn, const struct message_request *request,
    int64_t now_ms, enum message_outcome *outcome_out)
{
	struct organization organization;
	struct api_key key = { .organization = 0 };
	enum error err = store_organization_get(txn, request->organization,
	    &organization);

	/* What is being removed may lack some of its keys' records. */
	if (err == ERR_NONE && organization.status == ORGANIZATION_REMOVING)
		err = ERR_NOT_FOUND;
	if (err == ERR_NONE)
		err = store_api_key_get(txn, request->api_key_id, &key);
	if (err == ERR_CORRUPT) {
		*outcome_out = MESSAGE_FAILED;
		return ERR_NONE;
	}
	if (err != ERR_NONE && err != ERR_NOT_FOUND)
		return err;
	*outcome_out = err == ERR_NONE &&
	    key.organization == request->organization &&
	    api_key_is_usable(&key, now_ms) &&
	    scopes_cover(key.scopes, SCOPE_EVENTS_WRITE) ?
	    MESSAGE_RECORDED : MESSAGE_GONE;
	return ERR_NONE;
}
