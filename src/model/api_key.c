/* api_key.c - API keys: at_ + 40 random characters + 6 of checksum. */
#include "model/api_key.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "model/name.h"
#include "model/sodium_ready.h"

static const char mark[] = "at_";
static const char base62[] = TEXT_DIGITS TEXT_UPPER TEXT_LOWER;

enum {
	MARK_LEN = sizeof(mark) - 1,
	BASE = sizeof(base62) - 1,
	CHECKED_LEN = MARK_LEN + API_KEY_RANDOM_LEN,
	CHECKSUM_HASH_BYTES = crypto_generichash_BYTES,
	CHECKSUM_NUMBER_BYTES = 8,
	/* More than BLAKE2b uses of the stack, where it leaves its input. */
	HASH_STACK_BYTES = 4096
};
static_assert(API_KEY_LEN == CHECKED_LEN + API_KEY_CHECKSUM_LEN,
    "the key's parts");
static_assert(PEPPER_BYTES >= crypto_generichash_KEYBYTES_MIN &&
    PEPPER_BYTES <= crypto_generichash_KEYBYTES_MAX, "a BLAKE2b key");
static_assert(API_KEY_DIGEST_BYTES <= crypto_generichash_BYTES_MAX,
    "a BLAKE2b digest");

static const char *const status_names[] = {
	[API_KEY_ENABLED] = "enabled",
	[API_KEY_DISABLED] = "disabled",
};

static const struct {
	enum scope scope;
	const char *name;
} scope_names[] = {
	{ SCOPE_EVENTS_READ, "events:read" },
	{ SCOPE_EVENTS_WRITE, "events:write" },
};

/* What a key without any scope is said to have. */
#define NO_SCOPE "none"

/* Of the first CHECKED_LEN characters of a key; no final NUL. */
static void make_checksum(const char *clear,
    char checksum[API_KEY_CHECKSUM_LEN]);

void
api_key_make(char clear[API_KEY_LEN + 1])
{
	sodium_ready();
	memcpy(clear, mark, MARK_LEN);
	for (size_t i = MARK_LEN; i < CHECKED_LEN; i++)
		clear[i] = base62[randombytes_uniform(BASE)];
	make_checksum(clear, clear + CHECKED_LEN);
	clear[API_KEY_LEN] = '\0';
}

bool
api_key_has_shape(const char *text, size_t text_len)
{
	return text_len == API_KEY_LEN && memcmp(text, mark, MARK_LEN) == 0 &&
	    text_is_of(text + MARK_LEN, text_len - MARK_LEN, CLASS_ALNUM);
}

bool
api_key_is_well_formed(const char *text, size_t text_len)
{
	char checksum[API_KEY_CHECKSUM_LEN];
	bool is_right;

	if (!api_key_has_shape(text, text_len))
		return false;
	make_checksum(text, checksum);
	is_right = memcmp(text + CHECKED_LEN, checksum,
	    sizeof(checksum)) == 0;
	explicit_bzero(checksum, sizeof(checksum));
	return is_right;
}

static void
make_checksum(const char *clear, char checksum[API_KEY_CHECKSUM_LEN])
{
	uint8_t hash[CHECKSUM_HASH_BYTES];
	uint64_t number = 0;

	sodium_ready();
	crypto_generichash(hash, sizeof(hash), (const uint8_t *)clear,
	    CHECKED_LEN, NULL, 0);
	for (size_t i = 0; i < CHECKSUM_NUMBER_BYTES; i++)
		number = number << 8 | hash[i];
	for (size_t i = API_KEY_CHECKSUM_LEN; i > 0; i--) {
		checksum[i - 1] = base62[number % BASE];
		number /= BASE;
	}
	explicit_bzero(hash, sizeof(hash));
	sodium_stackzero(HASH_STACK_BYTES);
}

void
api_key_digest(const struct pepper *pepper, const char *clear,
    size_t clear_len, uint8_t digest[API_KEY_DIGEST_BYTES])
{
	sodium_ready();
	crypto_generichash(digest, API_KEY_DIGEST_BYTES,
	    (const uint8_t *)clear, clear_len, pepper->bytes, PEPPER_BYTES);
	sodium_stackzero(HASH_STACK_BYTES);
}

void
api_key_describe(struct api_key *key, const struct pepper *pepper,
    const char clear[API_KEY_LEN + 1])
{
	memcpy(key->prefix, clear, API_KEY_PREFIX_LEN);
	key->prefix[API_KEY_PREFIX_LEN] = '\0';
	memcpy(key->last, clear + API_KEY_LEN - API_KEY_LAST_LEN,
	    API_KEY_LAST_LEN);
	key->last[API_KEY_LAST_LEN] = '\0';
	api_key_digest(pepper, clear, API_KEY_LEN, key->digest);
}

enum error
api_key_name_check(const char *name, struct detail *detail)
{
	size_t name_len = strlen(name);

	if (name_is_valid(name, name_len, API_KEY_NAME_BYTES_MAX))
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING,
	    "key name: expected 1 to %d bytes of UTF-8 without control "
	    "characters, got %s", API_KEY_NAME_BYTES_MAX,
	    quote(name, name_len).text);
}

bool
api_key_is_usable(const struct api_key *key, int64_t now_ms)
{
	return key->status == API_KEY_ENABLED &&
	    (key->expires_ms == 0 || now_ms < key->expires_ms);
}

bool
scopes_cover(unsigned int scopes, enum scope wanted)
{
	if ((scopes & SCOPE_EVENTS_WRITE) != 0)
		scopes |= SCOPE_EVENTS_READ;
	return (scopes & wanted) != 0;
}

enum error
scopes_parse(const char *text, unsigned int *scopes, struct detail *detail)
{
	for (size_t i = 0; i < COUNT_OF(scope_names); i++) {
		if (strcmp(text, scope_names[i].name) != 0)
			continue;
		*scopes |= scope_names[i].scope;
		return ERR_NONE;
	}
	if (strcmp(text, NO_SCOPE) == 0)
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING,
	    "scope: expected events:read, events:write or " NO_SCOPE
	    ", got %s",
	    quote(text, strlen(text)).text);
}

void
scopes_format(unsigned int scopes, char text[SCOPES_TEXT_SIZE])
{
	size_t len = 0;

	if (scopes == 0) {
		memcpy(text, NO_SCOPE, sizeof(NO_SCOPE));
		return;
	}
	for (size_t i = 0; i < COUNT_OF(scope_names); i++) {
		size_t name_len = strlen(scope_names[i].name);

		if ((scopes & scope_names[i].scope) == 0)
			continue;
		if (len > 0)
			text[len++] = ',';
		assert(len + name_len < SCOPES_TEXT_SIZE);
		memcpy(text + len, scope_names[i].name, name_len);
		len += name_len;
	}
	text[len] = '\0';
}

const char *
api_key_status_name(enum api_key_status status)
{
	return status_names[status];
}

enum error
pepper_parse(const char *text, size_t text_len, struct pepper *pepper_out,
    struct detail *detail)
{
	if (text_len == PEPPER_TEXT_LEN && text[text_len - 1] == '\n' &&
	    sodium_hex2bin(pepper_out->bytes, PEPPER_BYTES, text,
	    text_len - 1, NULL, NULL, NULL) == 0)
		return ERR_NONE;

	/* What is there may be near to the secret: it is not quoted. */
	explicit_bzero(pepper_out, sizeof(*pepper_out));
	return detail_set(detail, ERR_MEANING,
	    "pepper: expected %d hexadecimal digits and a newline",
	    2 * PEPPER_BYTES);
}

void
pepper_format(const struct pepper *pepper, char text[PEPPER_TEXT_LEN + 1])
{
	sodium_bin2hex(text, PEPPER_TEXT_LEN, pepper->bytes, PEPPER_BYTES);
	text[PEPPER_TEXT_LEN - 1] = '\n';
	text[PEPPER_TEXT_LEN] = '\0';
}

void
pepper_make(struct pepper *pepper_out)
{
	sodium_ready();
	randombytes_buf(pepper_out->bytes, PEPPER_BYTES);
}
