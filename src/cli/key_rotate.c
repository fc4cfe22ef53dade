/* key_rotate.c - apitrail key rotate: a new key in the place of an old one. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/new_key.h"
#include "cli/registry.h"
#include "cli/session.h"

static enum error read_overlap(const struct arguments *arguments,
    int64_t *overlap_ms);
static enum error add_new(struct registry *registry, const char *old_id,
    struct listed_key *listed);
static registry_succession take_over;
static enum error end_old(struct registry *registry, const char *id,
    int64_t overlap_ms);
static registry_api_key_change end_sooner;

/*
 * Two changes: until somebody has seen the new key, the old one must go on as
 * it was.  Whoever is cut off between them has two keys, and rotates again.
 */
enum status
run_key_rotate(const struct arguments *arguments)
{
	const char *id = arguments->operands[0];
	struct new_key key = { .listed.key.status = API_KEY_ENABLED };
	int64_t overlap_ms = DAY_MS;
	struct registry *registry = NULL;
	enum error err;

	if (read_overlap(arguments, &overlap_ms) != ERR_NONE)
		return STATUS_USAGE;
	err = registry_open(arguments, &registry);
	if (err == ERR_NONE)
		err = new_key_make(arguments, &key);
	if (err == ERR_NONE)
		err = add_new(registry, id, &key.listed);
	if (err == ERR_NONE)
		err = new_key_show(arguments, registry, &key);
	if (err == ERR_NONE)
		err = end_old(registry, id, overlap_ms);
	new_key_clear(&key);
	registry_close(registry);
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
add_new(struct registry *registry, const char *old_id,
    struct listed_key *listed)
{
	enum error err = registry_add_successor(registry, old_id, take_over,
	    NULL, listed);

	if (err == ERR_NOT_FOUND)
		session_no_api_key(old_id);
	return err;
}

/* A key that is kept out is not let in again under another id. */
static enum error
take_over(const struct api_key *old, struct api_key *key, void *arg)
{
	(void)arg;
	if (old->status != API_KEY_ENABLED) {
		complain("the key is disabled; enable it first, or add "
		    "another");
		return ERR_MEANING;
	}
	memcpy(key->name, old->name, sizeof(key->name));
	key->scopes = old->scopes;
	key->rate_per_minute = old->rate_per_minute;
	return ERR_NONE;
}

static enum error
end_old(struct registry *registry, const char *id, int64_t overlap_ms)
{
	int64_t end_ms = clock_now_ms() + overlap_ms;
	enum error err;

	if (overlap_ms == 0)
		err = registry_remove_api_key(registry, id, NULL);
	else
		err = registry_change_api_key(registry, id, end_sooner,
		    &end_ms, NULL);
	if (err == ERR_NOT_FOUND)
		/* Revoked meanwhile. */
		return ERR_NONE;
	if (err != ERR_NONE)
		complain("the new key is good, but the old one still lives as "
		    "before; apitrail key revoke ends it");
	return err;
}

/* The end is never put off: a key that ends sooner does so.  arg is the
 * moment. */
static enum error
end_sooner(struct api_key *key, void *arg)
{
	const int64_t *end_ms = arg;

	if (key->expires_ms == 0 || key->expires_ms > *end_ms)
		key->expires_ms = *end_ms;
	return ERR_NONE;
}
