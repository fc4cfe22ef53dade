/* request.c - fuzz: the request that a web server's params tell.
 *
 * Params are NAME=value texts, each ended by a NUL, and an empty one ends
 * them; what is behind it is the body.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/exchange.h"
#include "api/links.h"
#include "api/list_events_query.h"
#include "api/method.h"
#include "api/request.h"
#include "api/route.h"
#include "base/buffer.h"
#include "fuzz.h"
#include "model/limits.h"

const char fuzz_target[] = "request";

enum { PARAMS_MAX = 64, BYTES_MAX = 64 * 1024 };

static const struct {
	const char *name;
	size_t offset;		/* of its text in a request */
} texts[] = {
	{ "REQUEST_METHOD", offsetof(struct request, method) },
	{ "SCRIPT_NAME", offsetof(struct request, script_name) },
	{ "PATH_INFO", offsetof(struct request, path_info) },
	{ "QUERY_STRING", offsetof(struct request, query) },
	{ "HTTP_X_API_KEY", offsetof(struct request, key) },
	{ "HTTP_X_REQUEST_ID", offsetof(struct request, request_id) },
	{ "HTTP_IDEMPOTENCY_KEY", offsetof(struct request, idempotency_key) },
	{ "HTTP_LAST_EVENT_ID", offsetof(struct request, last_event_id) },
	{ "CONTENT_TYPE", offsetof(struct request, content_type) },
	{ "HTTP_CONTENT_ENCODING", offsetof(struct request,
	    content_encoding) },
	{ "CONTENT_LENGTH", offsetof(struct request, content_length) },
	{ "HTTP_HOST", offsetof(struct request, host) },
	{ "SERVER_NAME", offsetof(struct request, server_name) },
	{ "SERVER_PORT", offsetof(struct request, server_port) },
	{ "REMOTE_ADDR", offsetof(struct request, remote_address) },
};

static const char *params[PARAMS_MAX + 1];

static size_t split(const char *bytes, size_t len);
static const char *find(const char *name, size_t number);
static void check_texts(const struct request *request);
static void check_counts(const struct request *request);
static void check_body(const struct request *request, size_t body_len);
static void check_id(const struct request *request);
static void check_route(const struct request *request);
static void check_links(const struct exchange *exchange);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct request request;
	char *copy;
	size_t used;

	if (len > BYTES_MAX)
		return 0;
	/* In memory of its own, whose end a sanitizer sees. */
	copy = malloc(len + 1);
	if (copy == NULL)
		return 0;
	if (len > 0)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	used = split(copy, len);
	request_read(params, &request);
	request_set_body(&request, copy + used, len - used, false);
	check_texts(&request);
	check_counts(&request);
	check_body(&request, len - used);
	check_id(&request);
	check_route(&request);
	free(copy);
	return 0;
}

/* Returns where the body begins. */
static size_t
split(const char *bytes, size_t len)
{
	size_t count = 0;
	size_t used = 0;

	while (used < len && bytes[used] != '\0' && count < PARAMS_MAX) {
		params[count++] = bytes + used;
		used += strlen(bytes + used) + 1;
	}
	params[count] = NULL;
	return used < len ? used + 1 : len;
}

/* The value of the param that comes so many behind the first of the name, or
 * NULL. */
static const char *
find(const char *name, size_t number)
{
	size_t name_len = strlen(name);

	for (size_t i = 0; params[i] != NULL; i++)
		if (strncmp(params[i], name, name_len) == 0 &&
		    params[i][name_len] == '=' && number-- == 0)
			return params[i] + name_len + 1;
	return NULL;
}

static void
check_texts(const struct request *request)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *wanted = find(texts[i].name, 0);
		const char *got;

		memcpy(&got, (const char *)request + texts[i].offset,
		    sizeof(got));
		if (wanted == NULL)
			FUZZ_EXPECT(got[0] == '\0');
		else
			FUZZ_EXPECT(got == wanted);
		FUZZ_EXPECT(request_reads(texts[i].name,
		    strlen(texts[i].name)));
	}
}

static void
check_counts(const struct request *request)
{
	unsigned int key_count = 0;
	unsigned int idempotency_key_count = 0;
	bool is_https = false;

	while (find("HTTP_X_API_KEY", key_count) != NULL)
		key_count++;
	while (find("HTTP_IDEMPOTENCY_KEY", idempotency_key_count) != NULL)
		idempotency_key_count++;
	FUZZ_EXPECT(request->key_count == key_count &&
	    request->idempotency_key_count == idempotency_key_count);
	for (unsigned int i = 0; i < REQUEST_ACCEPTS_MAX; i++) {
		const char *field = find("HTTP_ACCEPT", i);

		FUZZ_EXPECT((i < request->accept_count) == (field != NULL));
		FUZZ_EXPECT(field == NULL || request->accepts[i] == field);
	}
	for (size_t i = 0; params[i] != NULL; i++) {
		const char *value = strchr(params[i], '=');

		if (strncmp(params[i], "HTTPS=", 6) == 0)
			is_https |= strcasecmp(value, "=off") != 0 &&
			    strcmp(value, "=0") != 0 && value[1] != '\0';
		if (strncmp(params[i], "REQUEST_SCHEME=", 15) == 0)
			is_https |= strcasecmp(value, "=https") == 0;
	}
	FUZZ_EXPECT(request->is_https == is_https);
	FUZZ_EXPECT(!request->may_wait && !request->is_overload &&
	    request->repeats == NULL);
}

static void
check_body(const struct request *request, size_t body_len)
{
	const char *text = request->content_length;
	double announced = strtod(text, NULL);

	FUZZ_EXPECT(request->body_len == body_len);
	if (text[0] == '\0')
		FUZZ_EXPECT(request->body_state == BODY_WHOLE);
	else if (text[strspn(text, "0123456789")] != '\0')
		FUZZ_EXPECT(request->body_state == BODY_UNMEASURED);
	else if (announced > 1024 * 1024)
		FUZZ_EXPECT(request->body_state == BODY_TOO_LARGE);
	else if (announced > (double)body_len)
		FUZZ_EXPECT(request->body_state == BODY_SHORT);
	else if (announced < (double)body_len)
		FUZZ_EXPECT(request->body_state == BODY_LONG);
	else
		FUZZ_EXPECT(request->body_state == BODY_WHOLE);
}

static void
check_id(const struct request *request)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strlen(request->request_id);
	char id[REQUEST_ID_LEN_MAX + 1];

	/* One that is made is random, and takes its time. */
	if (len == 0)
		return;
	request_choose_id(request, id);
	FUZZ_EXPECT(id[0] != '\0' && id[strspn(id, allowed)] == '\0');
	if (len <= 64 && strspn(request->request_id, allowed) == len)
		FUZZ_EXPECT(strcmp(id, request->request_id) == 0);
	else
		FUZZ_EXPECT(strlen(id) == EVENT_ID_LEN);
}

static void
check_route(const struct request *request)
{
	static struct service service = {
		.base_url = "",
		.prefix = "",
		.cors_origin = "",
	};
	static struct exchange exchange;
	enum error err;

	exchange.service = &service;
	exchange.request = request;
	exchange.route = NULL;
	exchange.allowed = 0;
	exchange.is_versioned = false;
	if (method_parse(request->method, &exchange.method) != ERR_NONE)
		return;
	FUZZ_EXPECT(strcmp(method_name(exchange.method),
	    request->method) == 0);
	err = route_find(&exchange);
	FUZZ_EXPECT(err == ERR_NONE || err == ERR_NOT_FOUND ||
	    err == ERR_METHOD);
	FUZZ_EXPECT((err == ERR_NOT_FOUND) == (exchange.allowed == 0));
	/* No other path than those that it may end in. */
	FUZZ_EXPECT(exchange.route == NULL || (err == ERR_NONE &&
	    (exchange.route->methods & METHOD_BIT(exchange.method)) != 0 &&
	    strlen(request->script_name) + strlen(request->path_info) <=
	    strlen("/v1/") + strlen(exchange.route->path)));
	check_links(&exchange);
}

/* Whatever hosts and ports say, nothing in a link needs to be quoted. */
static void
check_links(const struct exchange *exchange)
{
	static const struct list_events_query query;
	static struct buffer link;
	struct links_base base;
	struct links_texts room;
	size_t link_len;

	buffer_reset(&link);
	links_base_read(exchange, &base);
	links_add_events(&link, &base, &query, NULL);
	link_len = link.len;
	FUZZ_EXPECT(link.error == ERR_NONE && link_len >
	    strlen("http:///events") && link_len < HOST_LEN_MAX + 64);
	FUZZ_EXPECT(memcmp(link.bytes, "http", 4) == 0);
	for (size_t i = 0; i < link_len; i++)
		FUZZ_EXPECT(memchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz0123456789._-:/[]",
		    link.bytes[i], 69) != NULL);

	/* Kept beyond the request, it is the same. */
	links_base_keep(&base, &room);
	links_add_events(&link, &base, &query, NULL);
	FUZZ_EXPECT(link.len == 2 * link_len && memcmp(link.bytes,
	    link.bytes + link_len, link_len) == 0);
}
