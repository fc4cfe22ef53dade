/* key_rotate.c - apitrail key rotate: a new key in the place of an old one. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/new_key.h"
#include "cli/session.h"
#include "record/changes.h"
#include "store/api_keys.h"
#include "store/organizations.h"
#include "store/store.h"

static enum error read_overlap(const struct arguments *arguments,
    int64_t *overlap_ms);
static enum error put_new(struct store *store,
    const struct arguments *arguments, struct listed_key *listed);
static enum error take_over(struct store_txn *txn, const char *id,
    struct listed_key *listed);
static enum error end_old(struct store *store, const char *id,
    int64_t overlap_ms);
static enum error change_old(struct store_txn *txn, const char *id,
    int64_t overlap_ms, int64_t now_ms);

/*
 * Two transactions: until somebody has seen the new key, the old one must go
 * on as it was.  Whoever is cut off between them has two keys, and rotates
 * again.
 */
enum status
run_key_rotate(const struct arguments *arguments)
{
	const char *id = arguments->operands[0];
	struct new_key key = { .listed.key.status = API_KEY_ENABLED };
	int64_t overlap_ms = DAY_MS;
	struct store *store = NULL;
	enum error err;

	if (read_overlap(arguments, &overlap_ms) != ERR_NONE)
		return STATUS_USAGE;
	err = session_open(arguments, STORE_WRITE, &store);
	if (err == ERR_NONE)
		err = new_key_make(arguments, &key);
	if (err == ERR_NONE)
		err = put_new(store, arguments, &key.listed);
	if (err == ERR_NONE)
		err = new_key_show(arguments, store, &key);
	if (err == ERR_NONE)
		err = end_old(store, id, overlap_ms);
	new_key_clear(&key);
	store_close(store);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
read_overlap(const struct arguments *arguments, int64_t *overlap_ms)
{
	const char *text = arguments_text(arguments, OPTION_OVERLAP, 0);
	int64_t end_ms;

	if (text == NULL)
		return ERR_NONE;
	if (strcmp(text, "0") == 0) {
		*overlap_ms = 0;
		return ERR_NONE;
	}
	if (text_parse_duration(text, overlap_ms) == ERR_NONE &&
	    *overlap_ms >= 0 && !__builtin_add_overflow(clock_now_ms(),
	    *overlap_ms, &end_ms))
		return ERR_NONE;
	arguments_complain(arguments, "--overlap: expected a duration such as "
	    "24h (units ms, s, m, h, d), or 0, got %s",
	    quote(text, strlen(text)).text);
	return ERR_MEANING;
}

static enum error
put_new(struct store *store, const struct arguments *arguments,
    struct listed_key *listed)
{
	struct store_txn *txn = NULL;
	enum error err = session_begin(store, STORE_WRITE, &txn);

	if (err == ERR_NONE)
		err = take_over(txn, arguments->operands[0], listed);
	if (err == ERR_NONE)
		err = session_change(change_api_key_add(txn, &listed->key,
		    clock_now_ms()));
	return session_end(txn, STORE_WRITE, err);
}

/* A key that is kept out is not let in again under another id. */
static enum error
take_over(struct store_txn *txn, const char *id, struct listed_key *listed)
{
	struct organization organization;
	struct api_key old;
	enum error err = session_api_key(txn, id, &old);

	if (err == ERR_NONE && old.status != API_KEY_ENABLED) {
		complain("the key is disabled; enable it first, or add "
		    "another");
		err = ERR_MEANING;
	}
	if (err != ERR_NONE)
		return err;
	err = session_change(store_organization_get(txn, old.organization,
	    &organization));
	if (err != ERR_NONE)
		return err;
	memcpy(listed->organization, organization.name,
	    sizeof(listed->organization));
	listed->key.organization = old.organization;
	memcpy(listed->key.name, old.name, sizeof(listed->key.name));
	listed->key.scopes = old.scopes;
	listed->key.rate_per_minute = old.rate_per_minute;
	return ERR_NONE;
}

static enum error
end_old(struct store *store, const char *id, int64_t overlap_ms)
{
	struct store_txn *txn = NULL;
	enum error err = session_begin(store, STORE_WRITE, &txn);

	if (err == ERR_NONE)
		err = session_change(change_old(txn, id, overlap_ms,
		    clock_now_ms()));
	err = session_end(txn, STORE_WRITE, err);
	if (err != ERR_NONE)
		complain("the new key is good, but the old one still lives as "
		    "before; apitrail key revoke ends it");
	return err;
}

/* The end is never put off: a key that ends sooner does so. */
static enum error
change_old(struct store_txn *txn, const char *id, int64_t overlap_ms,
    int64_t now_ms)
{
	struct api_key old;
	enum error err = store_api_key_get(txn, id, &old);

	if (err == ERR_NOT_FOUND)
		/* Revoked meanwhile. */
		return ERR_NONE;
	if (err != ERR_NONE)
		return err;
	if (overlap_ms == 0)
		return change_api_key_remove(txn, id, now_ms);
	if (old.expires_ms != 0 && old.expires_ms <= now_ms + overlap_ms)
		return ERR_NONE;
	old.expires_ms = now_ms + overlap_ms;
	return change_api_key_put(txn, &old, now_ms);
}
