/* join.c - a store becomes one of a cluster's. */
#include "cluster/join.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"
#include "cluster/numbers.h"
#include "model/registry_entry.h"
#include "store/api_keys.h"
#include "store/membership.h"
#include "store/organizations.h"
#include "store/store.h"
#include "stream/bucket.h"
#include "stream/layout.h"

/* The bucket's own entries. */
#define PEPPER_KEY "pepper"
/* Until when a machine has to begin as a backup: milliseconds, or 0. */
#define BASE_KEY "base"

enum { SMALL_BYTES_MAX = 64 };

struct seeding {
	struct store_txn *txn;
	struct bucket *bucket;
	const struct cluster_secrets *secrets;
	struct organization organization;
	uint32_t last_number;
	enum error err;
};

static enum error check_pepper(struct bucket *bucket,
    const struct cluster_secrets *secrets, struct detail *detail);
static enum error begin(struct store *store, struct bucket *bucket,
    const struct layout *layout, const struct cluster_secrets *secrets,
    struct membership *membership, struct detail *detail);
static enum error check_base(struct bucket *bucket,
    const struct store_stat *stat, bool *is_first_out,
    struct detail *detail);
static enum error seed(struct store *store, struct bucket *bucket,
    const struct cluster_secrets *secrets, const struct store_stat *stat,
    struct detail *detail);
static store_organization_visit seed_organization;
static store_api_key_visit seed_api_key;
static void put_entry(struct seeding *seeding, const char *key,
    const struct registry_entry *entry);
static enum error put_text(struct bucket *bucket, const char *key,
    const char *text);
static enum error get_text(struct bucket *bucket, const char *key,
    char text[SMALL_BYTES_MAX]);
static enum error away(struct detail *detail, enum error err);

enum error
join(struct store *store, struct bucket *bucket, const struct layout *layout,
    const struct cluster_secrets *secrets, struct membership *membership,
    struct detail *detail)
{
	struct store_txn *txn = NULL;
	enum error err = check_pepper(bucket, secrets, detail);

	if (err != ERR_NONE)
		return err;
	err = store_read_begin(store, &txn);
	if (err == ERR_NONE)
		err = store_membership_get(txn, membership);
	store_read_end(txn);
	if (err == ERR_NOT_FOUND)
		return begin(store, bucket, layout, secrets, membership,
		    detail);
	return err == ERR_NONE ? err :
	    detail_set(detail, err, "the store cannot be read");
}

static enum error
check_pepper(struct bucket *bucket, const struct cluster_secrets *secrets,
    struct detail *detail)
{
	char text[SMALL_BYTES_MAX];
	enum error err = put_text(bucket, PEPPER_KEY, secrets->fingerprint);

	if (err == ERR_EXISTS)
		err = get_text(bucket, PEPPER_KEY, text);
	else if (err == ERR_NONE)
		return err;
	if (err != ERR_NONE)
		return away(detail, err);
	if (strcmp(text, secrets->fingerprint) == 0)
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING, "APITRAIL_PEPPER: this machine "
	    "has another pepper than the cluster: copy the file of one of its "
	    "machines");
}

static enum error
begin(struct store *store, struct bucket *bucket,
    const struct layout *layout, const struct cluster_secrets *secrets,
    struct membership *membership, struct detail *detail)
{
	struct store_txn *txn = NULL;
	struct store_stat stat;
	bool is_first = false;
	enum error err = store_read_begin(store, &txn);

	if (err == ERR_NONE)
		err = store_stat_read(txn, &stat);
	store_read_end(txn);
	if (err != ERR_NONE)
		return detail_set(detail, err, "the store cannot be read");
	err = check_base(bucket, &stat, &is_first, detail);
	if (err == ERR_NONE && is_first)
		err = seed(store, bucket, secrets, &stat, detail);
	if (err != ERR_NONE)
		return err;
	*membership = (struct membership){
		.stream_created_ns = layout->stream_created_ns,
		.bucket_created_ns = layout->bucket_created_ns,
	};
	err = store_write_begin(store, false, &txn);
	if (err == ERR_NONE) {
		err = store_membership_put(txn, membership);
		if (err == ERR_NONE)
			err = store_write_commit(txn);
		else
			store_write_abort(txn);
	}
	return err == ERR_NONE ? err :
	    detail_set(detail, err, "the store cannot be written");
}

static enum error
check_base(struct bucket *bucket, const struct store_stat *stat,
    bool *is_first_out, struct detail *detail)
{
	char text[SMALL_BYTES_MAX];
	int64_t until_ms = 0;
	enum error err = get_text(bucket, BASE_KEY, text);

	*is_first_out = err == ERR_NOT_FOUND;
	if (err == ERR_NOT_FOUND)
		return ERR_NONE;
	if (err != ERR_NONE)
		return away(detail, err);
	(void)text_parse_int64(text, strlen(text), &until_ms);
	if (stat->organizations > 0)
		return detail_set(detail, ERR_MEANING, "the store has "
		    "organizations that are not the cluster's: begin with an "
		    "empty one, or restore the backup of a machine of it");
	if (clock_now_ms() >= until_ms)
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING, "the cluster's first machine "
	    "brought events along that are not in the log: until they are "
	    "past, restore the backup of a machine of it here first");
}

/* Written over when it was cut off: what is there already is the same. */
static enum error
seed(struct store *store, struct bucket *bucket,
    const struct cluster_secrets *secrets, const struct store_stat *stat,
    struct detail *detail)
{
	struct seeding seeding = { .bucket = bucket, .secrets = secrets };
	char text[SMALL_BYTES_MAX];
	enum error err = store_read_begin(store, &seeding.txn);

	if (err == ERR_NONE)
		err = store_organization_scan(seeding.txn,
		    seed_organization, &seeding);
	store_read_end(seeding.txn);
	if (err == ERR_NONE)
		err = seeding.err;
	if (err == ERR_NONE)
		err = numbers_raise(bucket, seeding.last_number);
	snprintf(text, sizeof(text), "%" PRId64, stat->events == 0 ? 0 :
	    clock_now_ms() + DAY_MS);
	if (err == ERR_NONE)
		err = put_text(bucket, BASE_KEY, text);
	/* Another machine was faster: it is the first. */
	if (err == ERR_EXISTS && stat->organizations == 0)
		err = ERR_NONE;
	return err == ERR_NONE ? err : away(detail, err);
}

static bool
seed_organization(const struct organization *organization, void *arg)
{
	struct seeding *seeding = arg;
	struct registry_entry entry = {
		.kind = REGISTRY_ORGANIZATION,
		.change = REGISTRY_BROUGHT,
		.organization = *organization,
	};
	char key[REGISTRY_KEY_SIZE];

	if (organization->number > seeding->last_number)
		seeding->last_number = organization->number;
	if (organization->status == ORGANIZATION_REMOVING)
		return true;
	seeding->organization = *organization;
	registry_name_key(organization->name, key);
	seeding->err = put_text(seeding->bucket, key, organization->id);
	if (seeding->err == ERR_EXISTS)
		seeding->err = ERR_NONE;
	registry_entry_key(REGISTRY_ORGANIZATION, organization->id, key);
	put_entry(seeding, key, &entry);
	if (seeding->err == ERR_NONE)
		seeding->err = store_api_key_scan(seeding->txn,
		    organization->number, seed_api_key, seeding);
	return seeding->err == ERR_NONE;
}

static bool
seed_api_key(const struct api_key *api_key, void *arg)
{
	struct seeding *seeding = arg;
	struct registry_entry entry = {
		.kind = REGISTRY_API_KEY,
		.change = REGISTRY_BROUGHT,
		.organization = seeding->organization,
		.api_key = *api_key,
	};
	char key[REGISTRY_KEY_SIZE];

	registry_entry_key(REGISTRY_API_KEY, api_key->id, key);
	put_entry(seeding, key, &entry);
	return seeding->err == ERR_NONE;
}

static void
put_entry(struct seeding *seeding, const char *key,
    const struct registry_entry *entry)
{
	struct buffer value;
	uint64_t revision;

	if (seeding->err != ERR_NONE)
		return;
	buffer_init(&value, REGISTRY_VALUE_BYTES_MAX);
	registry_entry_write(seeding->secrets, key, entry, &value);
	seeding->err = value.error;
	if (seeding->err == ERR_NONE)
		seeding->err = bucket_put(seeding->bucket, key, value.bytes,
		    value.len, 0, &revision);
	if (seeding->err == ERR_EXISTS)
		seeding->err = ERR_NONE;
	buffer_clear(&value);
}

/* Only where nothing is: ERR_EXISTS. */
static enum error
put_text(struct bucket *bucket, const char *key, const char *text)
{
	uint64_t revision;

	return bucket_put(bucket, key, text, strlen(text), 0, &revision);
}

static enum error
get_text(struct bucket *bucket, const char *key, char text[SMALL_BYTES_MAX])
{
	struct buffer value;
	struct bucket_place place;
	enum error err;

	text[0] = '\0';
	buffer_init(&value, SMALL_BYTES_MAX - 1);
	err = bucket_get(bucket, key, &value, &place);
	if (err == ERR_NONE && value.len > 0) {
		memcpy(text, value.bytes, value.len);
		text[value.len] = '\0';
	}
	buffer_clear(&value);
	return err;
}

static enum error
away(struct detail *detail, enum error err)
{
	return detail_set(detail, err, "the bucket " BUCKET_NAME " of NATS "
	    "gives no answer");
}
