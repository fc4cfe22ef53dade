/* listing.h - organizations and keys as tables and as JSON. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/api_key.h"
#include "model/organization.h"

struct arguments;

/* A key, and the name of whose it is. */
struct listed_key {
	struct api_key key;
	char organization[ORGANIZATION_NAME_LEN_MAX + 1];
};

/*
 * Prints a table, or with --json an array; is_one prints the first alone,
 * as an object.  Errors are complained of here.
 */
enum error listing_organizations(const struct arguments *arguments,
    const struct organization *organizations, size_t count, bool is_one);
enum error listing_keys(const struct arguments *arguments,
    const struct listed_key *keys, size_t count, bool is_one);

/* Prints one key with its clear text, which leaves no copy in memory. */
enum error listing_new_key(const struct listed_key *key, const char *clear);

#endif
