/* test_settings.c - settings and who wins. */
#include "base/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "suite.h"

static char conf_path[256];
static char conf_variable[300];

/* Writes the file and makes conf_variable name it. */
static void
write_conf(const char *text)
{
	char *directory = suite_directory();
	FILE *file;

	snprintf(conf_path, sizeof(conf_path), "%s/conf", directory);
	snprintf(conf_variable, sizeof(conf_variable), "APITRAIL_CONF=%s",
	    conf_path);
	free(directory);
	file = fopen(conf_path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static struct settings *
load(const char *variable)
{
	const char *environment[] = { conf_variable, variable, NULL };
	struct settings *settings;
	struct detail detail = { "" };

	ck_assert_msg(settings_new(environment, &settings, &detail) ==
	    ERR_NONE, "%s", detail.text);
	return settings;
}

START_TEST(defaults_hold_when_nothing_is_said)
{
	struct settings *settings;

	write_conf("");
	settings = load(NULL);
	ck_assert_int_eq(settings_number(settings, SETTING_CONNECTIONS), 4096);
	ck_assert_int_eq(settings_number(settings, SETTING_MAP_SIZE),
	    INT64_C(64) << 30);
	ck_assert_int_eq(settings_number(settings, SETTING_RETENTION),
	    86400000);
	ck_assert_int_eq(settings_number(settings, SETTING_LOCKOUT), 10);
	ck_assert_int_ge(settings_number(settings, SETTING_THREADS), 1);
	ck_assert_str_eq(settings_text(settings, SETTING_BASE_URL), "");
	ck_assert_str_eq(settings_text(settings, SETTING_NATS_URL), "");
	ck_assert_int_eq(settings_number(settings, SETTING_NATS_REPLICAS), 3);
	settings_free(settings);
}
END_TEST

START_TEST(option_wins_over_environment_over_file)
{
	struct settings *settings;
	struct detail detail;

	write_conf("# a comment\n\n  APITRAIL_STORE = /file \r\n"
	    "APITRAIL_THREADS=3\nAPITRAIL_RETENTION=1h");
	settings = load("APITRAIL_STORE=/environment");
	ck_assert_str_eq(settings_text(settings, SETTING_STORE),
	    "/environment");
	ck_assert_str_eq(settings_text(settings, SETTING_PEPPER),
	    "/environment/pepper");
	ck_assert_int_eq(settings_number(settings, SETTING_THREADS), 3);
	ck_assert_int_eq(settings_number(settings, SETTING_RETENTION),
	    3600000);
	ck_assert_int_eq(settings_set(settings, SETTING_STORE, "/option",
	    &detail), ERR_NONE);
	ck_assert_str_eq(settings_text(settings, SETTING_STORE), "/option");
	ck_assert_str_eq(settings_text(settings, SETTING_PEPPER),
	    "/option/pepper");
	settings_free(settings);
}
END_TEST

static const struct {
	enum setting setting;
	const char *text;
	enum error err;
} value_rows[] = {
	{ SETTING_STORE, "", ERR_MEANING },
	{ SETTING_PEPPER, "/elsewhere", ERR_NONE },
	{ SETTING_BASE_URL, "https://api.discue.io", ERR_NONE },
	{ SETTING_BASE_URL, "http://[::1]:8080/api", ERR_NONE },
	{ SETTING_BASE_URL, "https://api.discue.io/", ERR_MEANING },
	{ SETTING_BASE_URL, "ftp://api.discue.io", ERR_MEANING },
	{ SETTING_BASE_URL, "https://", ERR_MEANING },
	{ SETTING_BASE_URL, "https://a\"b", ERR_MEANING },
	{ SETTING_PREFIX, "/api", ERR_NONE },
	{ SETTING_PREFIX, "", ERR_NONE },
	{ SETTING_PREFIX, "api", ERR_MEANING },
	{ SETTING_PREFIX, "/api/", ERR_MEANING },
	{ SETTING_THREADS, "1", ERR_NONE },
	{ SETTING_THREADS, "64", ERR_NONE },
	{ SETTING_THREADS, "0", ERR_MEANING },
	{ SETTING_THREADS, "65", ERR_MEANING },
	{ SETTING_THREADS, "-1", ERR_MEANING },
	{ SETTING_CONNECTIONS, "65536", ERR_NONE },
	{ SETTING_CONNECTIONS, "65537", ERR_MEANING },
	{ SETTING_CONNECTIONS, "many", ERR_MEANING },
	{ SETTING_MAP_SIZE, "1M", ERR_NONE },
	{ SETTING_MAP_SIZE, "16T", ERR_NONE },
	{ SETTING_MAP_SIZE, "17T", ERR_MEANING },
	{ SETTING_MAP_SIZE, "1023K", ERR_MEANING },
	{ SETTING_MAP_SIZE, "1048577", ERR_MEANING },
	{ SETTING_RETENTION, "1s", ERR_NONE },
	{ SETTING_RETENTION, "24h", ERR_NONE },
	{ SETTING_RETENTION, "25h", ERR_MEANING },
	{ SETTING_RETENTION, "0s", ERR_MEANING },
	{ SETTING_RETENTION, "24", ERR_MEANING },
	{ SETTING_TIMEOUT, "100ms", ERR_NONE },
	{ SETTING_TIMEOUT, "99ms", ERR_MEANING },
	{ SETTING_TIMEOUT, "11m", ERR_MEANING },
	{ SETTING_LOCKOUT, "off", ERR_NONE },
	{ SETTING_LOCKOUT, "1/1s", ERR_NONE },
	{ SETTING_LOCKOUT, "1000/24h", ERR_NONE },
	{ SETTING_LOCKOUT, "0/60s", ERR_MEANING },
	{ SETTING_LOCKOUT, "1001/60s", ERR_MEANING },
	{ SETTING_LOCKOUT, "10/999ms", ERR_MEANING },
	{ SETTING_LOCKOUT, "10/25h", ERR_MEANING },
	{ SETTING_LOCKOUT, "10", ERR_MEANING },
	{ SETTING_LOCKOUT, "on", ERR_MEANING },
	{ SETTING_LOCKOUT, "", ERR_MEANING },
	{ SETTING_CORS_ORIGIN, "*", ERR_NONE },
	{ SETTING_CORS_ORIGIN, "https://app.example.com:8443", ERR_NONE },
	{ SETTING_CORS_ORIGIN, "https://app.example.com/x", ERR_MEANING },
	{ SETTING_CORS_ORIGIN, "https://a\r\nX: y", ERR_MEANING },
	{ SETTING_LOG, "journald", ERR_NONE },
	{ SETTING_LOG, "file", ERR_MEANING },
	{ SETTING_ACCESS_LOG, "off", ERR_NONE },
	{ SETTING_ACCESS_LOG, "/var/log/x", ERR_NONE },
	{ SETTING_ACCESS_LOG, "on", ERR_MEANING },
	{ SETTING_NATS_URL, "", ERR_NONE },
	{ SETTING_NATS_URL, "nats://localhost", ERR_NONE },
	{ SETTING_NATS_URL, "tls://a.example.com:4222,nats://10.0.0.1:65535",
	    ERR_NONE },
	{ SETTING_NATS_URL, "nats://[::1]:4222,nats://[fe80::1%25eth0]",
	    ERR_NONE },
	{ SETTING_NATS_URL, "nats://user:p%40ss!@h,tls://token@[::1]",
	    ERR_NONE },
	{ SETTING_NATS_URL, "nats://", ERR_MEANING },
	{ SETTING_NATS_URL, "localhost:4222", ERR_MEANING },
	{ SETTING_NATS_URL, "http://localhost", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://a,", ERR_MEANING },
	{ SETTING_NATS_URL, ",nats://a", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://a, nats://b", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://a,b", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://a/", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://a:", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://a:0", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://a:65536", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://a:1x", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://:4222", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://[::1", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://[]:4222", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://[::1]4222", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://@a", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://u@", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://u@v@a", ERR_MEANING },
	{ SETTING_NATS_URL, "nats://u v@a", ERR_MEANING },
	{ SETTING_NATS_CREDS, "/etc/apitrail.creds", ERR_NONE },
	{ SETTING_NATS_CA, "", ERR_NONE },
	{ SETTING_NATS_REPLICAS, "1", ERR_NONE },
	{ SETTING_NATS_REPLICAS, "5", ERR_NONE },
	{ SETTING_NATS_REPLICAS, "0", ERR_MEANING },
	{ SETTING_NATS_REPLICAS, "6", ERR_MEANING },
	{ SETTING_NATS_REPLICAS, "", ERR_MEANING },
};

START_TEST(a_value_is_allowed_or_refused_by_name)
{
	enum setting setting = value_rows[_i].setting;
	struct settings *settings;
	struct detail detail = { "" };

	write_conf("");
	settings = load(NULL);
	ck_assert_int_eq(settings_set(settings, setting, value_rows[_i].text,
	    &detail), value_rows[_i].err);
	if (value_rows[_i].err != ERR_NONE) {
		ck_assert_ptr_nonnull(strstr(detail.text,
		    setting_variable(setting)));
		ck_assert_ptr_nonnull(strstr(detail.text,
		    setting_option(setting)));
		ck_assert_ptr_nonnull(strstr(detail.text, "expected "));
	} else {
		ck_assert_str_eq(settings_text(settings, setting),
		    value_rows[_i].text);
	}
	settings_free(settings);
}
END_TEST

static const struct {
	const char *conf;
	const char *detail;	/* after the file's path */
} conf_rows[] = {
	{ "\nAPITRAIL_THREADS=none\n", ":2: \"none\" is not allowed" },
	{ "APITRAIL_THREAD=2\n", ":1: \"APITRAIL_THREAD\" is no setting" },
	{ "# fine\nthreads\n", ":2: \"threads\": expected NAME=value" },
};

START_TEST(a_bad_line_is_refused_by_its_number)
{
	const char *environment[] = { conf_variable, NULL };
	struct settings *settings;
	struct detail detail = { "" };
	char expected[600];

	write_conf(conf_rows[_i].conf);
	ck_assert_int_eq(settings_new(environment, &settings, &detail),
	    ERR_MEANING);
	ck_assert_ptr_null(settings);
	snprintf(expected, sizeof(expected), "%s%s", conf_path,
	    conf_rows[_i].detail);
	ck_assert_msg(strstr(detail.text, expected) != NULL, "%s",
	    detail.text);
}
END_TEST

START_TEST(a_bad_variable_is_refused_by_its_name)
{
	const char *environment[] = { conf_variable, "APITRAIL_THREADS=x",
	    NULL };
	struct settings *settings;
	struct detail detail = { "" };

	write_conf("");
	ck_assert_int_eq(settings_new(environment, &settings, &detail),
	    ERR_MEANING);
	ck_assert_str_eq(detail.text, "APITRAIL_THREADS from the environment: "
	    "\"x\" is not allowed: expected a whole number from 1 to 64");
}
END_TEST

/* In each the password is "Secret", and what is wrong is something else. */
static const struct {
	const char *conf;
	const char *shown;
} secret_rows[] = {
	{ "APITRAIL_NATS_URL=nats://user:Secret@host/",
	    "\"nats://...@host/\"" },
	{ "APITRAIL_NATS_URL=nats://u:Secret@a,nats://u:Secret@b/",
	    "\"nats://...@b/\"" },
	{ "APITRAIL_NATS_URL=nats://u:Secret,x@a", "\"nats://...@a\"" },
	{ "APITRAIL_NATS_URL=nats://u:Secret@@a", "\"nats://...@a\"" },
	{ "APITRAIL_NATS_URL=nats://u:Secret@//a", "\"nats://...@//a\"" },
	{ "APITRAIL_NATS_URL=u:Secret@nats://a", "\"...@nats://a\"" },
	{ "APITRAIL_NATS_URL=user:Secret@host", "\"...@host\"" },
	{ "APITRAIL_NATS_URL=//u:Secret@host", "\"//...@host\"" },
	{ "APITRAIL_BASE_URL=ftp://u:Secret@host", "\"ftp://...@host\"" },
	{ "APITRAIL_NATS_URL nats://u:Secret@host",
	    "\"APITRAIL_NATS_URL nats://...@host\"" },
	{ "APITRAIL_NATS_URLS=nats://u:Secret@host",
	    "\"APITRAIL_NATS_URLS\" is no setting" },
	{ "APITRAIL_NATS_URL=" "0123456789012345678901234567890123456789"
	    "0123456789012345678901234567890123456789//u:Secret@host",
	    "\"012345678901234567890123456789012345678\"..." },
};

START_TEST(a_password_in_a_bad_value_is_not_told)
{
	const char *environment[] = { conf_variable, NULL };
	struct settings *settings;
	struct detail detail = { "" };

	write_conf(secret_rows[_i].conf);
	ck_assert_int_eq(settings_new(environment, &settings, &detail),
	    ERR_MEANING);
	ck_assert_msg(strstr(detail.text, "Secret") == NULL, "%s",
	    detail.text);
	ck_assert_msg(strstr(detail.text, secret_rows[_i].shown) != NULL,
	    "%s", detail.text);
}
END_TEST

START_TEST(a_named_file_must_be_readable)
{
	const char *environment[] = { conf_variable, NULL };
	struct settings *settings;
	struct detail detail = { "" };

	write_conf("");
	ck_assert_int_eq(remove(conf_path), 0);
	ck_assert_int_eq(settings_new(environment, &settings, &detail),
	    ERR_IO);
	ck_assert_ptr_nonnull(strstr(detail.text, "No such file"));

	snprintf(conf_variable, sizeof(conf_variable), "APITRAIL_CONF=/");
	ck_assert_int_eq(settings_new(environment, &settings, &detail),
	    ERR_IO);
	ck_assert_ptr_nonnull(strstr(detail.text, "directory"));
}
END_TEST

START_TEST(a_huge_file_is_refused)
{
	const char *environment[] = { conf_variable, NULL };
	struct settings *settings;
	struct detail detail = { "" };
	char *text = malloc(100001);

	ck_assert_ptr_nonnull(text);
	memset(text, '#', 100000);
	text[100000] = '\0';
	write_conf(text);
	free(text);
	ck_assert_int_eq(settings_new(environment, &settings, &detail),
	    ERR_MEANING);
	ck_assert_ptr_nonnull(strstr(detail.text, "over 65536 bytes"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("settings");
	TCase *tcase = tcase_create("settings");

	tcase_add_test(tcase, defaults_hold_when_nothing_is_said);
	tcase_add_test(tcase, option_wins_over_environment_over_file);
	tcase_add_loop_test(tcase, a_value_is_allowed_or_refused_by_name, 0,
	    COUNT_OF(value_rows));
	tcase_add_loop_test(tcase, a_bad_line_is_refused_by_its_number, 0,
	    COUNT_OF(conf_rows));
	tcase_add_test(tcase, a_bad_variable_is_refused_by_its_name);
	tcase_add_loop_test(tcase, a_password_in_a_bad_value_is_not_told, 0,
	    COUNT_OF(secret_rows));
	tcase_add_test(tcase, a_named_file_must_be_readable);
	tcase_add_test(tcase, a_huge_file_is_refused);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
