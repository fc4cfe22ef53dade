/* new_key.h - make an API key, and show it this once. */
#ifndef CLI_NEW_KEY_H
#define CLI_NEW_KEY_H

#include "base/error.h"
#include "cli/listing.h"

struct arguments;
struct registry;

/* A key of which this process knows the clear text. */
struct new_key {
	struct listed_key listed;
	char clear[API_KEY_LEN + 1];
};

/*
 * Makes clear text and digest; the rest of the key is the caller's.  Always
 * wiped by new_key_clear.  Complained of here: the pepper cannot be read.
 */
enum error new_key_make(const struct arguments *arguments,
    struct new_key *key);
void new_key_clear(struct new_key *key);

/*
 * Prints the key alone, so that a shell can take it, or with --json all of
 * it.  When that fails, nobody has seen the key: it is revoked again, and the
 * error returned.
 */
enum error new_key_show(const struct arguments *arguments,
    struct registry *registry, struct new_key *key);

#endif
