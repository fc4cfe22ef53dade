/* api_key.h - API keys: at_ + 40 random characters + 6 of checksum.
 *
 * The clear text is a secret: it is shown once, wiped after use, and only its
 * keyed digest is stored.
 *
 * The checksum lets a scanner or a client tell a key from a typo without a
 * look-up: the first 8 bytes of the unkeyed 32-byte BLAKE2b hash of the 43
 * characters before it, as a big-endian number modulo 62^6, written in six
 * digits of 0-9A-Za-z, the highest first.
 */
#ifndef MODEL_API_KEY_H
#define MODEL_API_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/limits.h"

enum {
	API_KEY_RANDOM_LEN = 40,
	API_KEY_CHECKSUM_LEN = 6,
	API_KEY_LEN = 3 + API_KEY_RANDOM_LEN + API_KEY_CHECKSUM_LEN,
	API_KEY_PREFIX_LEN = 7,		/* "at_" and four characters */
	API_KEY_LAST_LEN = 4,
	API_KEY_DIGEST_BYTES = 32,
	PEPPER_BYTES = 32
};

/* The numbers are stored: never change one. */
enum api_key_status { API_KEY_ENABLED, API_KEY_DISABLED };

/* Bits; the numbers are stored. */
enum scope {
	SCOPE_EVENTS_READ = 1,
	SCOPE_EVENTS_WRITE = 2	/* includes read */
};

struct api_key {
	char id[EVENT_ID_LEN + 1];
	uint32_t organization;		/* its number */
	uint8_t digest[API_KEY_DIGEST_BYTES];
	char prefix[API_KEY_PREFIX_LEN + 1];
	char last[API_KEY_LAST_LEN + 1];
	char name[API_KEY_NAME_BYTES_MAX + 1];
	enum api_key_status status;
	unsigned int scopes;		/* of enum scope */
	uint32_t rate_per_minute;	/* 0 is no bound */
	int64_t created_ms;
	int64_t expires_ms;		/* 0 is never */
	int64_t last_used_ms;		/* 0 is never, as far as is stored */
};

struct pepper {
	uint8_t bytes[PEPPER_BYTES];
};

/* Makes a new clear key; the caller wipes it. */
void api_key_make(char clear[API_KEY_LEN + 1]);

/* Whether text has a key's shape: its length, its mark, its letters. */
bool api_key_has_shape(const char *text, size_t text_len);

/* Whether its checksum is right as well. */
bool api_key_is_well_formed(const char *text, size_t text_len);

/* BLAKE2b of the clear key, keyed with the pepper. */
void api_key_digest(const struct pepper *pepper, const char *clear,
    size_t clear_len, uint8_t digest[API_KEY_DIGEST_BYTES]);

/* Fills prefix, last and digest of key from the clear text. */
void api_key_describe(struct api_key *key, const struct pepper *pepper,
    const char clear[API_KEY_LEN + 1]);

/* 1 to 256 bytes of UTF-8 without control characters; ERR_MEANING. */
enum error api_key_name_check(const char *name, struct detail *detail);

/* Whether it is enabled and not expired at now_ms. */
bool api_key_is_usable(const struct api_key *key, int64_t now_ms);

/* Whether the scopes cover wanted: write includes read. */
bool scopes_cover(unsigned int scopes, enum scope wanted);

/*
 * Adds what "events:read" or "events:write" names to *scopes, nothing for
 * "none".  ERR_MEANING with what is allowed, and *scopes as it was.
 */
enum error scopes_parse(const char *text, unsigned int *scopes,
    struct detail *detail);

enum { SCOPES_TEXT_SIZE = 64 };

/* "none", "events:read", or "events:read,events:write". */
void scopes_format(unsigned int scopes, char text[SCOPES_TEXT_SIZE]);

const char *api_key_status_name(enum api_key_status status);

/*
 * The pepper's file holds 64 hexadecimal digits and a newline.  ERR_MEANING
 * when it does not.
 */
enum error pepper_parse(const char *text, size_t text_len,
    struct pepper *pepper_out, struct detail *detail);
enum { PEPPER_TEXT_LEN = 2 * PEPPER_BYTES + 1 };
void pepper_format(const struct pepper *pepper,
    char text[PEPPER_TEXT_LEN + 1]);
void pepper_make(struct pepper *pepper_out);

#endif
