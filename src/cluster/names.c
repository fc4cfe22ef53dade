/* names.c - organizations' names, each of one in a cluster. */
#include "cluster/names.h"

#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "cluster/cluster.h"
#include "model/registry_entry.h"
#include "stream/bucket.h"

enum {
	ATTEMPTS_MAX = 3,
	VALUE_BYTES_MAX = 64
};

static enum error read_name(struct cluster *cluster, const char *name,
    char owner[EVENT_ID_LEN + 1], struct bucket_place *place_out);
static enum error put_name(struct cluster *cluster, const char *name,
    const char *id, const struct bucket_place *place);
static enum error is_used(struct cluster *cluster, const char *name,
    const char *id, bool *is_used_out);

enum error
names_take(struct cluster *cluster, const char *name, const char *id)
{
	enum error err = ERR_EXISTS;

	/* Whose answer was lost finds the name taken, by itself. */
	for (int i = 0; i < ATTEMPTS_MAX && err == ERR_EXISTS; i++) {
		char owner[EVENT_ID_LEN + 1];
		struct bucket_place place;
		bool is_theirs = false;

		err = read_name(cluster, name, owner, &place);
		if (err == ERR_NONE && strcmp(owner, id) == 0)
			return ERR_NONE;
		if (err == ERR_NONE && owner[0] != '\0')
			err = is_used(cluster, name, owner,
			    &is_theirs);
		if (is_theirs)
			return ERR_EXISTS;
		if (err == ERR_NONE)
			err = put_name(cluster, name, id, &place);
	}
	return err;
}

/* Best effort: a name that stays belongs to nobody, see above; one that
 * somebody else took meanwhile stays theirs. */
void
names_free(struct cluster *cluster, const char *name, const char *id)
{
	char owner[EVENT_ID_LEN + 1];
	struct bucket_place place;

	if (read_name(cluster, name, owner, &place) == ERR_NONE &&
	    strcmp(owner, id) == 0)
		(void)put_name(cluster, name, "", &place);
}

/* The owner is "" when the name has none. */
static enum error
read_name(struct cluster *cluster, const char *name,
    char owner[EVENT_ID_LEN + 1], struct bucket_place *place)
{
	char key[REGISTRY_KEY_SIZE];
	struct buffer value;
	enum error err;

	owner[0] = '\0';
	registry_name_key(name, key);
	buffer_init(&value, VALUE_BYTES_MAX);
	err = bucket_get(cluster_bucket(cluster), key, &value, place);
	if (err == ERR_NONE && value.len == EVENT_ID_LEN) {
		memcpy(owner, value.bytes, EVENT_ID_LEN);
		owner[EVENT_ID_LEN] = '\0';
	}
	buffer_clear(&value);
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

static enum error
put_name(struct cluster *cluster, const char *name, const char *id,
    const struct bucket_place *place)
{
	char key[REGISTRY_KEY_SIZE];
	uint64_t revision;

	registry_name_key(name, key);
	return bucket_put(cluster_bucket(cluster), key, id, strlen(id),
	    place->revision, &revision);
}

/* An owner that has another name by now, or is gone, has left it. */
static enum error
is_used(struct cluster *cluster, const char *name, const char *id,
    bool *is_used_out)
{
	struct registry_entry entry;
	char key[REGISTRY_KEY_SIZE];
	struct bucket_place place;
	struct buffer value;
	enum error err;

	registry_entry_key(REGISTRY_ORGANIZATION, id, key);
	buffer_init(&value, REGISTRY_VALUE_BYTES_MAX);
	err = bucket_get(cluster_bucket(cluster), key, &value, &place);
	*is_used_out = err == ERR_NONE &&
	    registry_entry_read(cluster_secrets(cluster), key, value.bytes,
	    value.len, &entry) == ERR_NONE &&
	    entry.change != REGISTRY_REMOVED &&
	    strcmp(entry.organization.name, name) == 0;
	buffer_clear(&value);
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}
