/* test_links.c - the addresses that answers give. */
#include "api/links.h"

#include "api/exchange.h"
#include "api/list_events_query.h"
#include "api/request.h"
#include "base/buffer.h"
#include "base/text.h"
#include "suite.h"

#define LETTERS_50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LETTERS_250 LETTERS_50 LETTERS_50 LETTERS_50 LETTERS_50 LETTERS_50

static const struct {
	const char *base_url;
	const char *prefix;
	const char *server_name;
	const char *port;
	const char *host;
	bool is_https;
	bool is_versioned;
	const char *address;
} rows[] = {
	/* The setting is the whole beginning, whatever the request says. */
	{ "https://api.discue.io", "/api", "x", "81", "y", false, true,
	    "https://api.discue.io/events" },
	{ "", "", "api.example", "80", "other", false, true,
	    "http://api.example/v1/events" },
	{ "", "", "api.example", "80", "", false, false,
	    "http://api.example/events" },
	{ "", "/api", "api.example", "80", "", false, true,
	    "http://api.example/api/v1/events" },
	{ "", "", "api.example", "443", "", true, true,
	    "https://api.example/v1/events" },
	{ "", "", "api.example", "80", "", true, true,
	    "https://api.example:80/v1/events" },
	{ "", "", "127.0.0.1", "8080", "", false, true,
	    "http://127.0.0.1:8080/v1/events" },
	/* A port that is none is left out. */
	{ "", "", "a", "", "", false, false, "http://a/events" },
	{ "", "", "a", "0", "", false, false, "http://a/events" },
	{ "", "", "a", "65536", "", false, false, "http://a/events" },
	{ "", "", "a", "-1", "", false, false, "http://a/events" },
	{ "", "", "a", "8080/evil", "", false, false, "http://a/events" },
	/* IPv6 literals, as servers with and without brackets say them. */
	{ "", "", "::1", "8080", "", false, false,
	    "http://[::1]:8080/events" },
	{ "", "", "[2001:db8::1]", "80", "", false, false,
	    "http://[2001:db8::1]/events" },
	{ "", "", "[::1", "80", "", false, false,
	    "http://localhost/events" },
	/* No name: the Host field, with its own port when it has one. */
	{ "", "", "", "80", "api.example", false, false,
	    "http://api.example/events" },
	{ "", "", "_", "8080", "api.example", false, false,
	    "http://api.example:8080/events" },
	{ "", "", "_", "8080", "api.example:9090", false, false,
	    "http://api.example:9090/events" },
	{ "", "", "_", "8080", "api.example:80", false, false,
	    "http://api.example/events" },
	{ "", "", "*.example", "80", "api.example", false, false,
	    "http://api.example/events" },
	{ "", "", "~^(.+)$", "80", "[::1]:81", false, false,
	    "http://[::1]:81/events" },
	/* A Host field that is none. */
	{ "", "", "_", "80", "", false, false, "http://localhost/events" },
	{ "", "", "_", "80", "_", false, false, "http://localhost/events" },
	{ "", "", "_", "80", "evil/path", false, false,
	    "http://localhost/events" },
	{ "", "", "_", "80", "user@evil", false, false,
	    "http://localhost/events" },
	{ "", "", "_", "80", "evil\"}", false, false,
	    "http://localhost/events" },
	{ "", "", "_", "80", "evil\r\nLink: x", false, false,
	    "http://localhost/events" },
	{ "", "", "_", "80", "evil>", false, false,
	    "http://localhost/events" },
	{ "", "", "_", "80", "evil:80@x", false, false,
	    "http://localhost/events" },
	{ "", "", "_", "80", "evil:", false, false,
	    "http://localhost/events" },
	{ "", "", "_", "80", "evil:123456", false, false,
	    "http://localhost/events" },
	{ "", "", "_", "80", "[::1]x", false, false,
	    "http://localhost/events" },
	{ "", "", "_", "80", "[", false, false, "http://localhost/events" },
	{ "", "", "_", "80", "[]", false, false, "http://localhost/events" },
	{ "", "", "_", "80", "[::1%25eth0]", false, false,
	    "http://localhost/events" },
	{ "", "", "_", "80", "\xc3\xa4", false, false,
	    "http://localhost/events" },
	{ "", "", "_", "80", LETTERS_250 "aaa", false, false,
	    "http://" LETTERS_250 "aaa/events" },
	{ "", "", "_", "80", LETTERS_250 "aaaa", false, false,
	    "http://localhost/events" },
};

START_TEST(an_address_is_safe_and_ours)
{
	struct service service = {
		.base_url = rows[_i].base_url,
		.prefix = rows[_i].prefix,
	};
	const struct request request = {
		.host = rows[_i].host,
		.server_name = rows[_i].server_name,
		.server_port = rows[_i].port,
		.is_https = rows[_i].is_https,
	};
	const struct exchange exchange = {
		.service = &service,
		.request = &request,
		.is_versioned = rows[_i].is_versioned,
	};
	struct list_events_query query;
	struct links_base base;
	struct buffer buffer;

	ck_assert_int_eq(list_events_query_read("", &query, NULL), ERR_NONE);
	buffer_init(&buffer, 0);
	links_base_read(&exchange, &base);
	links_add_events(&buffer, &base, &query, NULL);
	buffer_add(&buffer, "", 1);
	ck_assert_str_eq(buffer.bytes, rows[_i].address);
	buffer_clear(&buffer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("links");
	TCase *tests = tcase_create("base");

	tcase_add_loop_test(tests, an_address_is_safe_and_ours, 0,
	    COUNT_OF(rows));
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
