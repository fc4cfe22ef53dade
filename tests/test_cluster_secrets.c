/* test_cluster_secrets.c - what machines make of their pepper. */
#include "model/cluster_secrets.h"

#include <string.h>

#include "base/text.h"
#include "model/api_key.h"
#include "suite.h"

static const struct pepper pepper = { { 7 } };
static const struct pepper other = { { 8 } };

START_TEST(each_secret_is_another)
{
	struct cluster_secrets secrets;
	struct cluster_secrets again;

	cluster_secrets_derive(&pepper, &secrets);
	cluster_secrets_derive(&pepper, &again);
	ck_assert_mem_eq(&secrets, &again, sizeof(secrets));
	ck_assert_mem_ne(secrets.seal, secrets.ids, sizeof(secrets.ids));
	ck_assert_mem_ne(secrets.seal, secrets.tokens, sizeof(secrets.ids));
	ck_assert_mem_ne(secrets.ids, secrets.tokens, sizeof(secrets.ids));
	ck_assert_uint_eq(strlen(secrets.fingerprint), FINGERPRINT_LEN);
	cluster_secrets_derive(&other, &again);
	ck_assert_mem_ne(secrets.seal, again.seal, sizeof(again.seal));
	ck_assert_str_ne(secrets.fingerprint, again.fingerprint);
}
END_TEST

static const struct {
	const char *place;
	const char *bytes;
} others[] = {
	{ "place", "byteS" },
	{ "place", "bytes " },
	{ "place", "" },
	{ "placf", "bytes" },
	{ "placeb", "ytes" }, /* the same in a row */
	{ "plac", "ebytes" },
	{ "", "placebytes" },
};

START_TEST(a_seal_is_for_these_bytes_at_this_place)
{
	struct cluster_secrets secrets;
	uint8_t seal[SEAL_BYTES];

	cluster_secrets_derive(&pepper, &secrets);
	seal_make(&secrets, "place", "bytes", 5, seal);
	ck_assert_int_eq(seal_is_right(&secrets, "place", "bytes", 5, seal),
	    true);
	ck_assert_int_eq(seal_is_right(&secrets, others[_i].place,
			     others[_i].bytes, strlen(others[_i].bytes), seal),
	    false);
	cluster_secrets_derive(&other, &secrets);
	ck_assert_int_eq(seal_is_right(&secrets, "place", "bytes", 5, seal),
	    false);
}
END_TEST

START_TEST(a_token_stands_for_one_key_and_fits_a_subject)
{
	struct cluster_secrets secrets;
	char one[CLUSTER_TOKEN_LEN + 1];
	char two[CLUSTER_TOKEN_LEN + 1];

	cluster_secrets_derive(&pepper, &secrets);
	cluster_token_make(&secrets, "a.*>b", one);
	cluster_token_make(&secrets, "a.*>b", two);
	ck_assert_str_eq(one, two);
	ck_assert_uint_eq(strspn(one, "0123456789abcdef"), CLUSTER_TOKEN_LEN);
	cluster_token_make(&secrets, "a.*>B", two);
	ck_assert_str_ne(one, two);
	cluster_secrets_derive(&other, &secrets);
	cluster_token_make(&secrets, "a.*>b", two);
	ck_assert_str_ne(one, two);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cluster_secrets");
	TCase *tests = tcase_create("cluster_secrets");

	tcase_add_test(tests, each_secret_is_another);
	tcase_add_loop_test(tests, a_seal_is_for_these_bytes_at_this_place, 0,
	    COUNT_OF(others));
	tcase_add_test(tests, a_token_stands_for_one_key_and_fits_a_subject);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
