/* test_cgi_environment.c - the variables of a CGI program. */
#include "cli/cgi_environment.h"

#include <string.h>

#include "base/text.h"
#include "suite.h"

static const char *
value_of(const struct cgi_environment *environment, const char *name)
{
	size_t name_len = strlen(name);

	for (size_t i = 0; i < environment->count; i++)
		if (strncmp(environment->variables[i], name, name_len) == 0 &&
		    environment->variables[i][name_len] == '=')
			return environment->variables[i] + name_len + 1;
	return NULL;
}

START_TEST(what_means_something_to_cgi_is_not_inherited)
{
	static const char *const inherited[] = {
		"PATH=/bin", "HTTP_PROXY=http://evil", "HTTPS=on",
		"HTTPSOME=kept", "REQUEST_METHOD=PUT", "LISTEN_FDS=1",
		"QUERY_STRING=a", "SERVER_NAME=b", "CONTENT_LENGTH=5", NULL
	};
	static struct cgi_environment environment;

	cgi_environment_init(&environment, inherited);
	ck_assert_int_eq(environment.error, ERR_NONE);
	ck_assert_uint_eq(environment.count, 2);
	ck_assert_str_eq(environment.variables[0], "PATH=/bin");
	ck_assert_str_eq(environment.variables[1], "HTTPSOME=kept");
	ck_assert_ptr_null(environment.variables[2]);
	cgi_environment_clear(&environment);
}
END_TEST

START_TEST(a_variable_is_set_once)
{
	static const char *const inherited[] = { "A=1", NULL };
	static struct cgi_environment environment;

	cgi_environment_init(&environment, inherited);
	cgi_environment_set(&environment, "A", "");
	ck_assert_uint_eq(environment.count, 1);
	ck_assert(!cgi_environment_has(&environment, "A"));
	cgi_environment_set(&environment, "A", "2");
	cgi_environment_set(&environment, "AB", "3");
	ck_assert(cgi_environment_has(&environment, "A"));
	ck_assert_str_eq(value_of(&environment, "A"), "2");
	ck_assert_str_eq(value_of(&environment, "AB"), "3");
	cgi_environment_clear(&environment);
}
END_TEST

static const struct {
	const char *field;
	const char *variable;
} fields[] = {
	{ "Accept", "HTTP_ACCEPT" },
	{ "x-request-id", "HTTP_X_REQUEST_ID" },
	{ "Content-Type", "CONTENT_TYPE" },
	{ "content-length", "CONTENT_LENGTH" },
};

START_TEST(a_field_becomes_a_variable)
{
	static const char *const inherited[] = { NULL };
	static struct cgi_environment environment;
	const char *field = fields[_i].field;

	cgi_environment_init(&environment, inherited);
	cgi_environment_add_field(&environment, field, strlen(field), "a");
	cgi_environment_add_field(&environment, field, strlen(field), "b");
	ck_assert_str_eq(value_of(&environment, fields[_i].variable),
	    "a, b");
	cgi_environment_clear(&environment);
}
END_TEST

static const struct {
	const char *field;
	bool is_key;
} keys[] = {
	{ "X-API-KEY", true },
	{ "x-api-key", true },
	{ "X_API_KEY", true },
	{ "X-API-KEYS", false },
	{ "X-API", false },
};

START_TEST(the_field_of_the_key_is_known_in_every_spelling)
{
	const char *field = keys[_i].field;

	ck_assert_int_eq(cgi_environment_is_key(field, strlen(field)),
	    keys[_i].is_key);
}
END_TEST

START_TEST(too_many_variables_are_an_error)
{
	static const char *inherited[CGI_VARIABLES_MAX + 2];
	static struct cgi_environment environment;

	for (size_t i = 0; i < CGI_VARIABLES_MAX + 1; i++)
		inherited[i] = "A=1";
	cgi_environment_init(&environment, inherited);
	ck_assert_int_eq(environment.error, ERR_TOO_LARGE);
	ck_assert_uint_eq(environment.count, CGI_VARIABLES_MAX);
	cgi_environment_clear(&environment);
}
END_TEST

START_TEST(a_field_name_that_is_too_long_is_an_error)
{
	static const char *const inherited[] = { NULL };
	static struct cgi_environment environment;
	char field[1000];

	memset(field, 'a', sizeof(field));
	cgi_environment_init(&environment, inherited);
	cgi_environment_add_field(&environment, field, sizeof(field), "a");
	ck_assert_int_eq(environment.error, ERR_TOO_LARGE);
	cgi_environment_clear(&environment);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cgi_environment");
	TCase *all = tcase_create("all");

	tcase_add_test(all, what_means_something_to_cgi_is_not_inherited);
	tcase_add_test(all, a_variable_is_set_once);
	tcase_add_loop_test(all, a_field_becomes_a_variable, 0,
	    COUNT_OF(fields));
	tcase_add_loop_test(all,
	    the_field_of_the_key_is_known_in_every_spelling, 0,
	    COUNT_OF(keys));
	tcase_add_test(all, too_many_variables_are_an_error);
	tcase_add_test(all, a_field_name_that_is_too_long_is_an_error);
	suite_add_tcase(suite, all);
	return suite_run(suite);
}
