/* test_registry_entry.c - organizations and keys as the bucket holds them. */
#include "model/registry_entry.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "suite.h"

#define ID "abcdefghijklmnopqrstu"
#define KEY_ID "zbcdefghijklmnopqrstu"

static const struct pepper pepper = { { 9 } };
static struct cluster_secrets secrets;
static struct buffer value;
static struct registry_entry read_entry;

static void
set_up(void)
{
	cluster_secrets_derive(&pepper, &secrets);
	buffer_init(&value, REGISTRY_VALUE_BYTES_MAX);
}

static void
tear_down(void)
{
	buffer_clear(&value);
}

static struct registry_entry
entry_of(enum registry_kind kind, enum registry_change change)
{
	struct registry_entry entry = {
		.kind = kind,
		.change = change,
		.organization = {
		    .number = UINT32_MAX,
		    .id = ID,
		    .name = "acme",
		    .status = ORGANIZATION_LOCKED,
		    .created_ms = 1657027948150,
		},
	};

	if (kind == REGISTRY_API_KEY)
		entry.api_key = (struct api_key){
			.id = KEY_ID,
			.organization = UINT32_MAX,
			.name = "a \"key\" \xc3\xa4",
			.status = API_KEY_DISABLED,
			.scopes = SCOPE_EVENTS_READ | SCOPE_EVENTS_WRITE,
			.rate_per_minute = API_KEY_RATE_MAX,
			.created_ms = 1,
			.expires_ms = INT64_MAX,
			.digest = { 1, 2, 0xff },
		};
	return entry;
}

static enum error
read_back(const char *key)
{
	return registry_entry_read(&secrets, key, value.bytes, value.len,
	    &read_entry);
}

static const enum registry_change changes[] = {
	REGISTRY_ADDED, REGISTRY_UPDATED, REGISTRY_REMOVED, REGISTRY_BROUGHT
};

START_TEST(an_organization_is_read_as_it_is_written)
{
	struct registry_entry entry = entry_of(REGISTRY_ORGANIZATION,
	    changes[_i]);
	char key[REGISTRY_KEY_SIZE];

	registry_entry_key(REGISTRY_ORGANIZATION, ID, key);
	ck_assert_str_eq(key, "org." ID);
	registry_entry_write(&secrets, key, &entry, &value);
	ck_assert_int_eq(value.error, ERR_NONE);
	ck_assert_int_eq(read_back(key), ERR_NONE);
	ck_assert_int_eq(read_entry.kind, entry.kind);
	ck_assert_int_eq(read_entry.change, entry.change);
	ck_assert_uint_eq(read_entry.organization.number, UINT32_MAX);
	ck_assert_str_eq(read_entry.organization.id, ID);
	ck_assert_str_eq(read_entry.organization.name, "acme");
	ck_assert_int_eq(read_entry.organization.status, ORGANIZATION_LOCKED);
	ck_assert_int_eq(read_entry.organization.created_ms, 1657027948150);
}
END_TEST

START_TEST(an_api_key_is_read_as_it_is_written)
{
	struct registry_entry entry = entry_of(REGISTRY_API_KEY, changes[_i]);
	const struct api_key *api_key = &read_entry.api_key;
	char key[REGISTRY_KEY_SIZE];

	registry_entry_key(REGISTRY_API_KEY, KEY_ID, key);
	ck_assert_str_eq(key, "key." KEY_ID);
	registry_entry_write(&secrets, key, &entry, &value);
	ck_assert_int_eq(read_back(key), ERR_NONE);
	ck_assert_int_eq(read_entry.kind, REGISTRY_API_KEY);
	ck_assert_int_eq(read_entry.change, entry.change);
	ck_assert_str_eq(read_entry.organization.id, ID);
	ck_assert_uint_eq(api_key->organization, UINT32_MAX);
	ck_assert_str_eq(api_key->id, KEY_ID);
	ck_assert_str_eq(api_key->name, entry.api_key.name);
	ck_assert_int_eq(api_key->status, API_KEY_DISABLED);
	ck_assert_uint_eq(api_key->scopes, entry.api_key.scopes);
	ck_assert_uint_eq(api_key->rate_per_minute, API_KEY_RATE_MAX);
	ck_assert_int_eq(api_key->created_ms, 1);
	ck_assert_int_eq(api_key->expires_ms, INT64_MAX);
	ck_assert_mem_eq(api_key->digest, entry.api_key.digest,
	    sizeof(api_key->digest));
}
END_TEST

START_TEST(what_was_changed_cut_or_moved_is_none)
{
	struct registry_entry entry = entry_of(REGISTRY_API_KEY,
	    REGISTRY_ADDED);

	registry_entry_write(&secrets, "key." KEY_ID, &entry, &value);
	for (size_t i = 0; i < value.len; i++) {
		value.bytes[i] ^= 1;
		ck_assert_int_eq(read_back("key." KEY_ID), ERR_SYNTAX);
		value.bytes[i] ^= 1;
	}
	ck_assert_int_eq(read_back("key." ID), ERR_SYNTAX);
	ck_assert_int_eq(read_back("org." KEY_ID), ERR_SYNTAX);
	while (value.len > 0) {
		value.len--;
		ck_assert_int_eq(read_back("key." KEY_ID), ERR_SYNTAX);
	}
}
END_TEST

/* Sealed rightly, as by a machine of another version. */
static const char *const misfits[] = {
	"",
	"null",
	"[]",
	"{}",
	"{\"change\":1}",
	"{\"change\":\"renamed\",\"organization\":1,\"organization_id\":\"" ID
	"\",\"organization_name\":\"a\",\"status\":\"active\","
	"\"created_ms\":1}",
	"{\"change\":\"added\",\"organization\":0,\"organization_id\":\"" ID
	"\",\"organization_name\":\"a\",\"status\":\"active\","
	"\"created_ms\":1}",
	"{\"change\":\"added\",\"organization\":1,\"organization_id\":\"i\","
	"\"organization_name\":\"a\",\"status\":\"active\","
	"\"created_ms\":1}",
	"{\"change\":\"added\",\"organization\":1,\"organization_id\":\"" ID
	"\",\"organization_name\":\"a b\",\"status\":\"active\","
	"\"created_ms\":1}",
	"{\"change\":\"added\",\"organization\":1,\"organization_id\":\"" ID
	"\",\"organization_name\":\"a\",\"status\":\"gone\","
	"\"created_ms\":1}",
	"{\"change\":\"added\",\"organization\":1,\"organization_id\":\"" ID
	"\",\"organization_name\":\"a\",\"status\":\"active\","
	"\"created_ms\":-1}",
};

START_TEST(what_has_not_all_members_is_none)
{
	const char *json = misfits[_i];
	uint8_t seal[SEAL_BYTES];
	char digits[2 * SEAL_BYTES + 1];

	seal_make(&secrets, "org." ID, json, strlen(json), seal);
	sodium_bin2hex(digits, sizeof(digits), seal, sizeof(seal));
	buffer_add_format(&value, "%s\n%s", digits, json);
	ck_assert_int_eq(read_back("org." ID), ERR_SYNTAX);
}
END_TEST

START_TEST(a_name_is_a_key_that_the_bucket_takes)
{
	char key[REGISTRY_KEY_SIZE];
	char name[ORGANIZATION_NAME_LEN_MAX + 1];

	registry_name_key(".a.", key);
	ck_assert_str_eq(key, "name.2e612e");
	memset(name, 'z', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	registry_name_key(name, key);
	ck_assert_uint_eq(strlen(key), 5 + 2 * ORGANIZATION_NAME_LEN_MAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("registry_entry");
	TCase *tests = tcase_create("registry_entry");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, an_organization_is_read_as_it_is_written,
	    0, COUNT_OF(changes));
	tcase_add_loop_test(tests, an_api_key_is_read_as_it_is_written, 0,
	    COUNT_OF(changes));
	tcase_add_test(tests, what_was_changed_cut_or_moved_is_none);
	tcase_add_loop_test(tests, what_has_not_all_members_is_none, 0,
	    COUNT_OF(misfits));
	tcase_add_test(tests, a_name_is_a_key_that_the_bucket_takes);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
