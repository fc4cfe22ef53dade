/* organizations.c - organizations in the store. */
#include "store/organizations.h"

#include <endian.h>
#include <string.h>

#include "model/random_id.h"
#include "store/fields.h"
#include "store/lmdb_error.h"
#include "store/meta.h"
#include "store/organization_record.h"
#include "store/sealed.h"
#include "store/txn.h"

static enum error rename_to(struct store_txn *txn, const char *old,
    const char *name, uint32_t number);
static bool is_allowed(const struct organization *organization);
static enum error take_number(struct store_txn *txn, uint32_t *number_out);
static enum error pass_number(struct store_txn *txn, uint32_t number);
static enum error read_last_number(struct store_txn *txn,
    uint32_t *number_out);
static enum error write_last_number(struct store_txn *txn, uint32_t number);
static enum error check_name_is_free(struct store_txn *txn,
    const char *name);
static enum error put_record(struct store_txn *txn,
    const struct organization *organization);
static enum error put_name(struct store_txn *txn, const char *name,
    uint32_t number);
static enum error visit_named(struct store_txn *txn, const MDB_val *key,
    const MDB_val *value, struct organization *organization);

enum error
store_organization_add(struct store_txn *txn,
    struct organization *organization, int64_t now_ms)
{
	enum error err = check_name_is_free(txn, organization->name);

	if (err == ERR_NONE)
		err = take_number(txn, &organization->number);
	if (err != ERR_NONE)
		return err;

	random_id(organization->id);
	organization->created_ms = now_ms;
	err = put_record(txn, organization);
	if (err == ERR_NONE)
		err = put_name(txn, organization->name, organization->number);
	return err;
}

enum error
store_organization_find(struct store_txn *txn, const char *name,
    struct organization *organization_out)
{
	struct field_reader reader = { 0 };
	uint32_t number;
	size_t name_len = strlen(name);
	enum error err;

	*organization_out = (struct organization){ 0 };
	/* LMDB refuses an empty key and one that is too long. */
	if (name_len == 0 || name_len > ORGANIZATION_NAME_LEN_MAX)
		return ERR_NOT_FOUND;
	err = sealed_get(txn, TREE_ORGANIZATION_NAMES, name, name_len,
	    &reader.bytes, &reader.len);
	if (err != ERR_NONE)
		return err;
	number = fields_get_u32(&reader);
	if (!fields_are_read(&reader))
		return sealed_log_corrupt(txn, TREE_ORGANIZATION_NAMES, name,
		    name_len, "it does not decode");

	err = store_organization_get(txn, number, organization_out);
	if (err == ERR_NOT_FOUND ||
	    (err == ERR_NONE && strcmp(organization_out->name, name) != 0)) {
		*organization_out = (struct organization){ 0 };
		return sealed_log_corrupt(txn, TREE_ORGANIZATION_NAMES, name,
		    name_len, "no organization of that name has its number");
	}
	return err;
}

enum error
store_organization_get(struct store_txn *txn, uint32_t number,
    struct organization *organization_out)
{
	uint32_t key = htobe32(number);
	const uint8_t *body;
	size_t body_len;
	enum error err;

	*organization_out = (struct organization){ 0 };
	err = sealed_get(txn, TREE_ORGANIZATIONS, &key, sizeof(key), &body,
	    &body_len);
	if (err != ERR_NONE)
		return err;
	if (!organization_record_read(number, body, body_len,
	    organization_out))
		return sealed_log_corrupt(txn, TREE_ORGANIZATIONS, &key,
		    sizeof(key), "it does not decode");
	return ERR_NONE;
}

enum error
store_organization_put(struct store_txn *txn,
    const struct organization *organization)
{
	struct organization old;
	struct organization changed;
	enum error err;

	err = store_organization_get(txn, organization->number, &old);
	if (err != ERR_NONE)
		return err;
	changed = old;
	changed.status = organization->status;
	if (strcmp(old.name, organization->name) != 0) {
		memcpy(changed.name, organization->name,
		    sizeof(changed.name));
		err = rename_to(txn, old.name, changed.name, changed.number);
		if (err != ERR_NONE)
			return err;
	}
	return put_record(txn, &changed);
}

enum error
store_organization_put_whole(struct store_txn *txn,
    const struct organization *organization)
{
	const char *name = organization->name;
	uint32_t number = organization->number;
	struct organization old;
	enum error err;

	if (!is_allowed(organization))
		return ERR_MEANING;
	err = store_organization_get(txn, number, &old);
	if (err == ERR_NOT_FOUND) {
		if (organization->status == ORGANIZATION_REMOVING)
			return pass_number(txn, number);
		err = rename_to(txn, NULL, name, number);
	} else if (err == ERR_NONE && strcmp(old.name, name) != 0) {
		err = rename_to(txn, old.name, name, number);
	}
	if (err == ERR_NONE)
		err = put_record(txn, organization);
	if (err == ERR_NONE)
		err = pass_number(txn, number);
	return err;
}

/* old is NULL for one that has no name yet. */
static enum error
rename_to(struct store_txn *txn, const char *old, const char *name,
    uint32_t number)
{
	enum error err = check_name_is_free(txn, name);

	if (err == ERR_NONE && old != NULL)
		err = sealed_remove(txn, TREE_ORGANIZATION_NAMES, old,
		    strlen(old));
	if (err == ERR_NONE)
		err = put_name(txn, name, number);
	return err;
}

/* What is written can be read again. */
static bool
is_allowed(const struct organization *organization)
{
	uint8_t body[ORGANIZATION_RECORD_BYTES_MAX];
	struct organization read;

	return organization->number != 0 && organization_record_read(
	    organization->number, body,
	    organization_record_write(organization, body), &read);
}

enum error
store_organization_scan(struct store_txn *txn,
    store_organization_visit *visit, void *arg)
{
	struct organization organization;
	MDB_cursor *cursor = NULL;
	MDB_val key;
	MDB_val value;
	enum error err = ERR_NONE;
	int code = mdb_cursor_open(txn->mdb,
	    txn->store->trees[TREE_ORGANIZATION_NAMES], &cursor);

	if (code == MDB_SUCCESS)
		code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
	while (code == MDB_SUCCESS) {
		err = visit_named(txn, &key, &value, &organization);
		if (err != ERR_NONE || !visit(&organization, arg))
			break;
		code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	if (err == ERR_NONE && code != MDB_NOTFOUND)
		err = lmdb_failed(code, "mdb_cursor_get", txn->store->path);
	return err;
}

static enum error
take_number(struct store_txn *txn, uint32_t *number_out)
{
	uint32_t last;
	enum error err = read_last_number(txn, &last);

	*number_out = 0;
	if (err == ERR_NONE && last == UINT32_MAX)
		err = ERR_FULL;
	if (err != ERR_NONE)
		return err;
	*number_out = last + 1;
	return write_last_number(txn, *number_out);
}

static enum error
pass_number(struct store_txn *txn, uint32_t number)
{
	uint32_t last;
	enum error err = read_last_number(txn, &last);

	if (err != ERR_NONE || last >= number)
		return err;
	return write_last_number(txn, number);
}

/* 0 when none was given yet. */
static enum error
read_last_number(struct store_txn *txn, uint32_t *number_out)
{
	struct field_reader reader;
	enum error err = meta_get(txn, META_ORGANIZATION, &reader);

	*number_out = 0;
	if (err != ERR_NONE)
		return err == ERR_NOT_FOUND ? ERR_NONE : err;
	*number_out = fields_get_u32(&reader);
	return fields_are_read(&reader) ? ERR_NONE :
	    meta_log_corrupt(txn, META_ORGANIZATION);
}

static enum error
write_last_number(struct store_txn *txn, uint32_t number)
{
	uint8_t body[sizeof(number)];
	struct field_writer writer = { .bytes = body, .size = sizeof(body) };

	fields_put_u32(&writer, number);
	return meta_put(txn, META_ORGANIZATION, body, writer.len);
}

static enum error
check_name_is_free(struct store_txn *txn, const char *name)
{
	const uint8_t *body;
	size_t body_len;
	enum error err = sealed_get(txn, TREE_ORGANIZATION_NAMES, name,
	    strlen(name), &body, &body_len);

	if (err == ERR_NONE)
		return ERR_EXISTS;
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

static enum error
put_record(struct store_txn *txn, const struct organization *organization)
{
	uint8_t body[ORGANIZATION_RECORD_BYTES_MAX];
	uint32_t key = htobe32(organization->number);
	size_t body_len = organization_record_write(organization, body);

	return sealed_put(txn, TREE_ORGANIZATIONS, &key, sizeof(key), body,
	    body_len);
}

static enum error
put_name(struct store_txn *txn, const char *name, uint32_t number)
{
	uint8_t body[sizeof(number)];
	struct field_writer writer = { .bytes = body, .size = sizeof(body) };

	fields_put_u32(&writer, number);
	return sealed_put(txn, TREE_ORGANIZATION_NAMES, name, strlen(name),
	    body, writer.len);
}

/* The name is looked up again, which checks index and record alike. */
static enum error
visit_named(struct store_txn *txn, const MDB_val *key, const MDB_val *value,
    struct organization *organization)
{
	char name[ORGANIZATION_NAME_LEN_MAX + 1] = "";

	(void)value;
	if (key->mv_size >= sizeof(name))
		return sealed_log_corrupt(txn, TREE_ORGANIZATION_NAMES,
		    key->mv_data, key->mv_size, "its name is too long");
	memcpy(name, key->mv_data, key->mv_size);
	return store_organization_find(txn, name, organization);
}
