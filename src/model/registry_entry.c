/* registry_entry.c - an organization or an API key in the shared bucket. */
#include "model/registry_entry.h"

#include <json-c/json_object.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "model/json_text.h"
#include "model/sodium_ready.h"

enum { SEAL_LEN = 2 * SEAL_BYTES, ENTRY_DEPTH_MAX = 2 };

static const char *const changes[] = {
	[REGISTRY_ADDED]   = "added",
	[REGISTRY_UPDATED] = "updated",
	[REGISTRY_REMOVED] = "removed",
	[REGISTRY_BROUGHT] = "brought",
};

static void add_text(struct buffer *json, const char *name,
    const char *text);
static void add_number(struct buffer *json, const char *name,
    int64_t number);
static void add_api_key(struct buffer *json, const struct api_key *key);
static enum error read_object(struct json_object *object,
    struct registry_entry *entry);
static bool read_organization(struct json_object *object,
    struct registry_entry *entry);
static bool read_api_key(struct json_object *object, struct api_key *key);
static bool get_text(struct json_object *object, const char *name,
    char *text, size_t text_size);
static bool get_number(struct json_object *object, const char *name,
    int64_t max, int64_t *number_out);
static bool get_one_of(struct json_object *object, const char *name,
    const char *const *names, size_t count, size_t *index_out);

void
registry_entry_key(enum registry_kind kind, const char *id,
    char key[REGISTRY_KEY_SIZE])
{
	snprintf(key, REGISTRY_KEY_SIZE, "%s.%s",
	    kind == REGISTRY_ORGANIZATION ? "org" : "key", id);
}

void
registry_name_key(const char *name, char key[REGISTRY_KEY_SIZE])
{
	char digits[2 * ORGANIZATION_NAME_LEN_MAX + 1];

	sodium_bin2hex(digits, sizeof(digits), (const uint8_t *)name,
	    strlen(name));
	snprintf(key, REGISTRY_KEY_SIZE, "name.%s", digits);
}

void
registry_entry_write(const struct cluster_secrets *secrets, const char *key,
    const struct registry_entry *entry, struct buffer *value)
{
	uint8_t seal[SEAL_BYTES];
	char digits[SEAL_LEN + 1];
	struct buffer json;

	buffer_init(&json, REGISTRY_VALUE_BYTES_MAX);
	buffer_add_text(&json, "{");
	add_text(&json, "change", changes[entry->change]);
	add_number(&json, "organization", entry->organization.number);
	add_text(&json, "organization_id", entry->organization.id);
	add_text(&json, "organization_name", entry->organization.name);
	if (entry->kind == REGISTRY_API_KEY) {
		add_api_key(&json, &entry->api_key);
	} else {
		add_text(&json, "status",
		    organization_status_name(entry->organization.status));
		add_number(&json, "created_ms",
		    entry->organization.created_ms);
	}
	/* The comma behind the last member becomes its end. */
	if (json.error == ERR_NONE)
		json.bytes[json.len - 1] = '}';
	seal_make(secrets, key, json.bytes, json.len, seal);
	sodium_bin2hex(digits, sizeof(digits), seal, sizeof(seal));
	buffer_add(value, digits, SEAL_LEN);
	buffer_add_text(value, "\n");
	buffer_add(value, json.bytes, json.len);
	if (json.error != ERR_NONE)
		value->error = json.error;
	buffer_clear(&json);
}

enum error
registry_entry_read(const struct cluster_secrets *secrets, const char *key,
    const char *value, size_t value_len, struct registry_entry *entry)
{
	uint8_t seal[SEAL_BYTES];
	struct json_object *object = NULL;
	const char *json = value + SEAL_LEN + 1;
	enum error err;

	*entry = (struct registry_entry){ .kind = REGISTRY_ORGANIZATION };
	if (value_len < SEAL_LEN + 1 || value_len > REGISTRY_VALUE_BYTES_MAX ||
	    value[SEAL_LEN] != '\n' ||
	    sodium_hex2bin(seal, sizeof(seal), value, SEAL_LEN, NULL, NULL,
	    NULL) != 0 || !seal_is_right(secrets, key, json,
	    value_len - SEAL_LEN - 1, seal))
		return ERR_SYNTAX;
	err = json_text_parse(json, value_len - SEAL_LEN - 1,
	    ENTRY_DEPTH_MAX, &object, NULL);
	if (err == ERR_NONE) {
		entry->kind = strncmp(key, "key.", 4) == 0 ?
		    REGISTRY_API_KEY : REGISTRY_ORGANIZATION;
		err = read_object(object, entry);
	}
	json_object_put(object);
	return err == ERR_NO_MEMORY ? err :
	    err == ERR_NONE	    ? ERR_NONE : ERR_SYNTAX;
}

static void
add_text(struct buffer *json, const char *name, const char *text)
{
	buffer_add_format(json, "\"%s\":", name);
	buffer_add_json_string(json, text, strlen(text));
	buffer_add_text(json, ",");
}

static void
add_number(struct buffer *json, const char *name, int64_t number)
{
	buffer_add_format(json, "\"%s\":", name);
	buffer_add_number(json, number);
	buffer_add_text(json, ",");
}

static void
add_api_key(struct buffer *json, const struct api_key *key)
{
	char digits[2 * API_KEY_DIGEST_BYTES + 1];

	sodium_bin2hex(digits, sizeof(digits), key->digest,
	    sizeof(key->digest));
	add_text(json, "id", key->id);
	add_text(json, "digest", digits);
	add_text(json, "prefix", key->prefix);
	add_text(json, "last", key->last);
	add_text(json, "name", key->name);
	add_text(json, "status", api_key_status_name(key->status));
	add_number(json, "scopes", key->scopes);
	add_number(json, "rate_per_minute", key->rate_per_minute);
	add_number(json, "created_ms", key->created_ms);
	add_number(json, "expires_ms", key->expires_ms);
}

static enum error
read_object(struct json_object *object, struct registry_entry *entry)
{
	size_t change;
	bool is_good = json_object_is_type(object, json_type_object) &&
	    get_one_of(object, "change", changes, COUNT_OF(changes),
	    &change) && read_organization(object, entry);

	if (is_good && entry->kind == REGISTRY_API_KEY) {
		is_good = read_api_key(object, &entry->api_key);
		entry->api_key.organization = entry->organization.number;
	}
	if (!is_good)
		return ERR_SYNTAX;
	entry->change = (enum registry_change)change;
	return ERR_NONE;
}

static bool
read_organization(struct json_object *object, struct registry_entry *entry)
{
	struct organization *organization = &entry->organization;
	int64_t number;
	const char *statuses[ORGANIZATION_REMOVING + 1];
	size_t status;

	if (!get_number(object, "organization", UINT32_MAX, &number) ||
	    number == 0 || !get_text(object, "organization_id",
	    organization->id, sizeof(organization->id)) ||
	    strlen(organization->id) != EVENT_ID_LEN ||
	    !get_text(object, "organization_name", organization->name,
	    sizeof(organization->name)) ||
	    organization_name_check(organization->name, NULL) != ERR_NONE)
		return false;
	organization->number = (uint32_t)number;
	if (entry->kind == REGISTRY_API_KEY)
		return true;
	for (size_t i = 0; i < COUNT_OF(statuses); i++)
		statuses[i] = organization_status_name(
		    (enum organization_status)i);
	if (!get_one_of(object, "status", statuses, COUNT_OF(statuses),
	    &status) || !get_number(object, "created_ms", INT64_MAX,
	    &organization->created_ms))
		return false;
	organization->status = (enum organization_status)status;
	return true;
}

static bool
read_api_key(struct json_object *object, struct api_key *key)
{
	const char *statuses[] = {
		[API_KEY_ENABLED] = api_key_status_name(API_KEY_ENABLED),
		[API_KEY_DISABLED] = api_key_status_name(API_KEY_DISABLED),
	};
	char digits[2 * API_KEY_DIGEST_BYTES + 1];
	int64_t scopes;
	int64_t rate;
	size_t status;

	if (!get_text(object, "id", key->id, sizeof(key->id)) ||
	    strlen(key->id) != EVENT_ID_LEN ||
	    !get_text(object, "digest", digits, sizeof(digits)) ||
	    strlen(digits) != sizeof(digits) - 1 ||
	    sodium_hex2bin(key->digest, sizeof(key->digest), digits,
	    strlen(digits), NULL, NULL, NULL) != 0 ||
	    !get_text(object, "prefix", key->prefix, sizeof(key->prefix)) ||
	    !get_text(object, "last", key->last, sizeof(key->last)) ||
	    !get_text(object, "name", key->name, sizeof(key->name)) ||
	    api_key_name_check(key->name, NULL) != ERR_NONE ||
	    !get_one_of(object, "status", statuses, COUNT_OF(statuses),
	    &status) ||
	    !get_number(object, "scopes",
	    SCOPE_EVENTS_READ | SCOPE_EVENTS_WRITE, &scopes) ||
	    !get_number(object, "rate_per_minute", API_KEY_RATE_MAX, &rate) ||
	    !get_number(object, "created_ms", INT64_MAX, &key->created_ms) ||
	    !get_number(object, "expires_ms", INT64_MAX, &key->expires_ms))
		return false;
	key->status = (enum api_key_status)status;
	key->scopes = (unsigned int)scopes;
	key->rate_per_minute = (uint32_t)rate;
	return true;
}

static bool
get_text(struct json_object *object, const char *name, char *text,
    size_t text_size)
{
	struct json_object *value = NULL;
	size_t len;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return false;
	len = (size_t)json_object_get_string_len(value);
	if (len >= text_size || strlen(json_object_get_string(value)) != len)
		return false;
	memcpy(text, json_object_get_string(value), len + 1);
	return true;
}

static bool
get_number(struct json_object *object, const char *name, int64_t max,
    int64_t *number_out)
{
	struct json_object *value = NULL;

	*number_out = 0;
	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, json_type_int))
		return false;
	*number_out = json_object_get_int64(value);
	return *number_out >= 0 && *number_out <= max;
}

static bool
get_one_of(struct json_object *object, const char *name,
    const char *const *names, size_t count, size_t *index_out)
{
	char text[32];

	*index_out = 0;
	if (!get_text(object, name, text, sizeof(text)))
		return false;
	while (*index_out < count && strcmp(text, names[*index_out]) != 0)
		(*index_out)++;
	return *index_out < count;
}
