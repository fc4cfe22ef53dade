/* registry_entry.h - an organization or an API key in the shared bucket.
 *
 * A value is the hexadecimal digits of its seal, for the entry's key, a
 * newline, and a JSON object.  A revoked key and a removed organization stay
 * as entries that say so: whoever was away has to learn of it.
 */
#ifndef MODEL_REGISTRY_ENTRY_H
#define MODEL_REGISTRY_ENTRY_H

#include <stddef.h>

#include "base/error.h"
#include "model/api_key.h"
#include "model/cluster_secrets.h"
#include "model/organization.h"

struct buffer;

enum {
	REGISTRY_KEY_SIZE = 4 + 2 * ORGANIZATION_NAME_LEN_MAX + 8,
	REGISTRY_VALUE_BYTES_MAX = 8 * 1024
};

enum registry_kind { REGISTRY_ORGANIZATION, REGISTRY_API_KEY };

/* What its last revision did. */
enum registry_change {
	REGISTRY_ADDED,
	REGISTRY_UPDATED,
	REGISTRY_REMOVED,
	REGISTRY_BROUGHT	/* by the first machine, with its event */
};

struct registry_entry {
	enum registry_kind kind;
	enum registry_change change;
	/* Of a key's organization: number, id and name. */
	struct organization organization;
	struct api_key api_key;		/* of a key */
};

/* The bucket's key of the entry: "org." or "key." and the id. */
void registry_entry_key(enum registry_kind kind, const char *id,
    char key[REGISTRY_KEY_SIZE]);
/* That of the entry which holds an organization's name: "name." and its
 * bytes in hexadecimal, as a name may begin or end with a dot. */
void registry_name_key(const char *name, char key[REGISTRY_KEY_SIZE]);

/* Adds the value to an empty buffer. */
void registry_entry_write(const struct cluster_secrets *secrets,
    const char *key, const struct registry_entry *entry,
    struct buffer *value);

/* ERR_SYNTAX: it is none, or another's.  ERR_NO_MEMORY. */
enum error registry_entry_read(const struct cluster_secrets *secrets,
    const char *key, const char *value, size_t value_len,
    struct registry_entry *entry_out);

#endif
