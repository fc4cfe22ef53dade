/* check.c - read every record of the store and name what is bad. */
#include "store/check.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/log_digest.h"
#include "store/api_key_record.h"
#include "store/check_part.h"
#include "store/fields.h"
#include "store/leaf_page.h"
#include "store/lmdb_error.h"
#include "store/log_digests.h"
#include "store/membership.h"
#include "store/meta.h"
#include "store/organization_record.h"
#include "store/producers.h"
#include "store/sealed.h"
#include "store/tails.h"

enum { FAULT_TEXT_SIZE = 512, STAMP_BODY_BYTES = 8 + 4 };

/* Returns what is wrong with a record whose checksum is right, or NULL. */
typedef const char *check_record(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len);

static enum error walk(struct check *check, enum tree tree,
    check_record *check_one);
static const char *check_meta(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len);
static bool is_named(const MDB_val *key, const char *name);
static const char *check_organization(struct check *check,
    const MDB_val *key, const uint8_t *body, size_t body_len);
static const char *check_organization_name(struct check *check,
    const MDB_val *key, const uint8_t *body, size_t body_len);
static const char *check_stamp(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len);
static const char *check_api_key(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len);
static const char *check_api_key_id(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len);
static const char *check_api_key_order(struct check *check,
    const MDB_val *key, const uint8_t *body, size_t body_len);
static bool read_number(const void *bytes, size_t len, uint32_t *number_out);
static bool peek_organization(struct check *check, uint32_t number,
    struct organization *organization_out);
static bool peek_api_key(struct check *check, const uint8_t *digest,
    size_t digest_len, struct api_key *key_out);
static bool points_to(struct check *check, enum tree tree, const void *key,
    size_t key_len, const void *body, size_t body_len);

static const struct {
	enum tree tree;
	check_record *check_one;
} rows[] = {
	{ TREE_META,                  check_meta },
	{ TREE_ORGANIZATIONS,         check_organization },
	{ TREE_ORGANIZATION_NAMES,    check_organization_name },
	{ TREE_ORGANIZATION_STAMPS,   check_stamp },
	{ TREE_API_KEYS,              check_api_key },
	{ TREE_API_KEY_IDS,           check_api_key_id },
	{ TREE_ORGANIZATION_API_KEYS, check_api_key_order },
	{ TREE_IDEMPOTENCY,           check_idempotency },
	{ TREE_IDEMPOTENCY_TIMES,     check_idempotency_time },
};

enum error
store_check(struct store_txn *txn, store_check_report *report,
    store_check_progress *progress, void *arg,
    struct check_result *result_out)
{
	struct check check = {
		.txn = txn,
		.report = report,
		.progress = progress,
		.arg = arg,
		.result = result_out,
	};
	enum error err = ERR_NONE;

	*result_out = (struct check_result){ 0 };
	if (txn->is_write)
		err = tails_flush(txn);
	/* First: LMDB may give up at a page that is damaged. */
	if (err == ERR_NONE)
		err = check_pages(&check);
	for (size_t i = 0; i < COUNT_OF(rows) && err == ERR_NONE; i++)
		err = walk(&check, rows[i].tree, rows[i].check_one);
	if (err == ERR_NONE)
		err = check_events(&check);
	return err;
}

void
check_fault(struct check *check, enum tree tree, const MDB_val *key,
    const char *fault)
{
	char key_text[KEY_TEXT_SIZE];
	char text[FAULT_TEXT_SIZE];

	sealed_key_text(tree, key->mv_data, key->mv_size, key_text);
	snprintf(text, sizeof(text), "%s %s: %s", tree_name(tree), key_text,
	    fault);
	check->result->faults++;
	check->report(text, check->arg);
}

void
check_count(struct check *check, enum tree tree, uint64_t read)
{
	struct store_txn *txn = check->txn;
	char text[FAULT_TEXT_SIZE];
	MDB_stat stat;

	if (mdb_stat(txn->mdb, txn->store->trees[tree], &stat) !=
	    MDB_SUCCESS || stat.ms_entries == read)
		return;
	snprintf(text, sizeof(text), "%s: it holds %zu records, but %" PRIu64
	    " can be reached: its pages are damaged", tree_name(tree),
	    stat.ms_entries, read);
	check->result->faults++;
	check->report(text, check->arg);
}

void
check_page(struct check *check, enum tree tree, const MDB_val *key,
    const MDB_val *value, const uint8_t **page)
{
	const size_t page_bytes = check->txn->store->page_bytes;
	const uint8_t *found = leaf_page_of(key->mv_data, page_bytes);

	/* What a write transaction has changed lies elsewhere. */
	if (check->txn->is_write || *page == found)
		return;
	*page = found;
	if (!leaf_page_is_whole(key, value, page_bytes))
		check_fault(check, tree, key, "its page is damaged");
}

bool
check_peek(struct check *check, enum tree tree, const void *key,
    size_t key_len, const uint8_t **body_out, size_t *body_len_out)
{
	MDB_val key_val = { key_len, (void *)(uintptr_t)key };
	MDB_val value;

	if (mdb_get(check->txn->mdb, check->txn->store->trees[tree],
	    &key_val, &value) != MDB_SUCCESS ||
	    !sealed_is_whole(tree, &key_val, &value))
		return false;
	*body_out = (const uint8_t *)value.mv_data + SEAL_BYTES;
	*body_len_out = value.mv_size - SEAL_BYTES;
	return true;
}

bool
check_has_organization(struct check *check, uint32_t number)
{
	struct organization organization;

	return peek_organization(check, number, &organization);
}

static enum error
walk(struct check *check, enum tree tree, check_record *check_one)
{
	struct store_txn *txn = check->txn;
	MDB_cursor *cursor = NULL;
	const uint8_t *page = NULL;
	uint64_t read = 0;
	MDB_val key;
	MDB_val value;
	int code = mdb_cursor_open(txn->mdb, txn->store->trees[tree],
	    &cursor);

	if (code == MDB_SUCCESS)
		code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
	while (code == MDB_SUCCESS) {
		const char *fault = "its checksum is wrong";

		check_page(check, tree, &key, &value, &page);
		if (sealed_is_whole(tree, &key, &value))
			fault = check_one(check, &key,
			    (const uint8_t *)value.mv_data + SEAL_BYTES,
			    value.mv_size - SEAL_BYTES);
		if (fault != NULL)
			check_fault(check, tree, &key, fault);
		read++;
		code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	if (code == MDB_NOTFOUND)
		check_count(check, tree, read);
	return code == MDB_NOTFOUND ? ERR_NONE :
	    lmdb_failed(code, "mdb_cursor_get", txn->store->path);
}

/* The format was read when the store was opened; most others are numbers. */
static const char *
check_meta(struct check *check, const MDB_val *key, const uint8_t *body,
    size_t body_len)
{
	struct membership membership;
	struct producer_window window;
	struct log_digest digest;
	bool is_good = body_len >= sizeof(uint32_t);

	(void)check;
	if (is_named(key, META_CLUSTER))
		is_good = membership_read(body, body_len, &membership);
	else if (is_named(key, META_LOG_DIGEST))
		is_good = log_digest_read(body, body_len, &digest);
	else if (store_producer_is_key(key->mv_data, key->mv_size))
		is_good = producer_window_read(body, body_len, &window);
	return is_good ? NULL : "it does not decode";
}

static bool
is_named(const MDB_val *key, const char *name)
{
	return key->mv_size == strlen(name) &&
	    memcmp(key->mv_data, name, key->mv_size) == 0;
}

static const char *
check_organization(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len)
{
	struct organization organization;
	uint32_t number;
	uint32_t big;

	check->result->organizations++;
	if (!read_number(key->mv_data, key->mv_size, &number) ||
	    !organization_record_read(number, body, body_len, &organization))
		return "it does not decode";
	big = htobe32(number);
	if (!points_to(check, TREE_ORGANIZATION_NAMES, organization.name,
	    strlen(organization.name), &big, sizeof(big)))
		return "its name is not in organization_names";
	return NULL;
}

static const char *
check_organization_name(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len)
{
	struct organization organization;
	uint32_t number;

	if (!read_number(body, body_len, &number))
		return "it does not decode";
	if (!peek_organization(check, number, &organization) ||
	    strlen(organization.name) != key->mv_size ||
	    memcmp(organization.name, key->mv_data, key->mv_size) != 0)
		return "the organization that it names has another name, or "
		    "is not there";
	return NULL;
}

static const char *
check_stamp(struct check *check, const MDB_val *key, const uint8_t *body,
    size_t body_len)
{
	uint32_t number;

	(void)body;
	if (!read_number(key->mv_data, key->mv_size, &number) ||
	    body_len != STAMP_BODY_BYTES)
		return "it does not decode";
	return check_has_organization(check, number) ? NULL :
	    "there is no organization of that number";
}

static const char *
check_api_key(struct check *check, const MDB_val *key, const uint8_t *body,
    size_t body_len)
{
	uint8_t order[API_KEY_ORDER_BYTES];
	struct api_key api_key;

	check->result->api_keys++;
	if (key->mv_size != API_KEY_DIGEST_BYTES ||
	    !api_key_record_read(key->mv_data, body, body_len, &api_key))
		return "it does not decode";
	if (!check_has_organization(check, api_key.organization))
		return "there is no organization of its number";
	if (!points_to(check, TREE_API_KEY_IDS, api_key.id, EVENT_ID_LEN,
	    api_key.digest, API_KEY_DIGEST_BYTES))
		return "its id is not in api_key_ids";
	api_key_order_write(&api_key, order);
	if (!points_to(check, TREE_ORGANIZATION_API_KEYS, order,
	    sizeof(order), api_key.digest, API_KEY_DIGEST_BYTES))
		return "it is not in organization_api_keys";
	return NULL;
}

static const char *
check_api_key_id(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len)
{
	struct api_key api_key;

	if (!peek_api_key(check, body, body_len, &api_key) ||
	    key->mv_size != EVENT_ID_LEN ||
	    memcmp(api_key.id, key->mv_data, EVENT_ID_LEN) != 0)
		return "the API key that it names has another id, or is gone";
	return NULL;
}

static const char *
check_api_key_order(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len)
{
	uint8_t order[API_KEY_ORDER_BYTES];
	struct api_key api_key;

	if (peek_api_key(check, body, body_len, &api_key)) {
		api_key_order_write(&api_key, order);
		if (key->mv_size == sizeof(order) &&
		    memcmp(order, key->mv_data, sizeof(order)) == 0)
			return NULL;
	}
	return "the API key that it names has another place, or is gone";
}

static bool
read_number(const void *bytes, size_t len, uint32_t *number_out)
{
	struct field_reader reader = { .bytes = bytes, .len = len };

	*number_out = fields_get_u32(&reader);
	return fields_are_read(&reader);
}

static bool
peek_organization(struct check *check, uint32_t number,
    struct organization *organization_out)
{
	uint32_t key = htobe32(number);
	const uint8_t *body;
	size_t body_len;

	return check_peek(check, TREE_ORGANIZATIONS, &key, sizeof(key), &body,
	    &body_len) && organization_record_read(number, body, body_len,
	    organization_out);
}

static bool
peek_api_key(struct check *check, const uint8_t *digest, size_t digest_len,
    struct api_key *key_out)
{
	const uint8_t *body;
	size_t body_len;

	return digest_len == API_KEY_DIGEST_BYTES &&
	    check_peek(check, TREE_API_KEYS, digest, digest_len, &body,
	    &body_len) && api_key_record_read(digest, body, body_len,
	    key_out);
}

static bool
points_to(struct check *check, enum tree tree, const void *key,
    size_t key_len, const void *body, size_t body_len)
{
	const uint8_t *found;
	size_t found_len;

	return check_peek(check, tree, key, key_len, &found, &found_len) &&
	    found_len == body_len && memcmp(found, body, body_len) == 0;
}
