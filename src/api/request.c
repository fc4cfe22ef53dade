/* request.c - one HTTP request, as CGI/1.1 params tell it. */
#include "api/request.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "model/limits.h"
#include "model/random_id.h"

#define PARAM(name, member) \
	{ name, sizeof(name) - 1, offsetof(struct request, member) }

/* Where the text of each param goes; the shortest names come first. */
static const struct {
	const char *name;
	size_t name_len;
	size_t offset;
} texts[] = {
	PARAM("HTTP_HOST", host),
	PARAM("PATH_INFO", path_info),
	PARAM("REMOTE_ADDR", remote_address),
	PARAM("SCRIPT_NAME", script_name),
	PARAM("SERVER_NAME", server_name),
	PARAM("SERVER_PORT", server_port),
	PARAM("CONTENT_TYPE", content_type),
	PARAM("QUERY_STRING", query),
	PARAM("CONTENT_LENGTH", content_length),
	PARAM("HTTP_X_API_KEY", key),
	PARAM("REQUEST_METHOD", method),
	PARAM("HTTP_X_REQUEST_ID", request_id),
	PARAM("HTTP_LAST_EVENT_ID", last_event_id),
	PARAM("HTTP_IDEMPOTENCY_KEY", idempotency_key),
	PARAM("HTTP_CONTENT_ENCODING", content_encoding),
};
static_assert(COUNT_OF(texts) <= 32, "one bit each of what was seen");

static size_t find_row(const char *name, size_t name_len);
static void read_text(struct request *request, unsigned int *seen,
    const char *name, size_t name_len, const char *value);
static const char **text_of(struct request *request, size_t row);
static bool says_https(const char *name, size_t name_len, const char *value);
static bool name_is(const char *name, size_t name_len, const char *wanted);
static enum body_state measure_body(const char *content_length,
    size_t body_len, bool is_cut);

bool
request_reads(const char *name, size_t name_len)
{
	return find_row(name, name_len) < COUNT_OF(texts) ||
	    name_is(name, name_len, "HTTP_ACCEPT") ||
	    name_is(name, name_len, "HTTPS") ||
	    name_is(name, name_len, "REQUEST_SCHEME");
}

void
request_read(const char *const *params, struct request *request_out)
{
	unsigned int seen = 0;

	*request_out = (struct request){ 0 };
	for (size_t row = 0; row < COUNT_OF(texts); row++)
		*text_of(request_out, row) = "";

	for (; params != NULL && *params != NULL; params++) {
		const char *equals = strchr(*params, '=');
		size_t name_len;

		if (equals == NULL)
			continue;
		name_len = (size_t)(equals - *params);
		read_text(request_out, &seen, *params, name_len, equals + 1);
		if (name_is(*params, name_len, "HTTP_X_API_KEY"))
			request_out->key_count++;
		if (name_is(*params, name_len, "HTTP_IDEMPOTENCY_KEY"))
			request_out->idempotency_key_count++;
		if (name_is(*params, name_len, "HTTP_ACCEPT") &&
		    request_out->accept_count < REQUEST_ACCEPTS_MAX)
			request_out->accepts[request_out->accept_count++] =
			    equals + 1;
		if (says_https(*params, name_len, equals + 1))
			request_out->is_https = true;
	}
	request_set_body(request_out, "", 0, false);
}

static void
read_text(struct request *request, unsigned int *seen, const char *name,
    size_t name_len, const char *value)
{
	size_t row = find_row(name, name_len);

	if (row == COUNT_OF(texts))
		return;
	if ((*seen & (1U << row)) == 0)
		*text_of(request, row) = value;
	*seen |= 1U << row;
}

/* COUNT_OF(texts) when it is in none. */
static size_t
find_row(const char *name, size_t name_len)
{
	size_t row = 0;

	while (row < COUNT_OF(texts) && texts[row].name_len < name_len)
		row++;
	for (; row < COUNT_OF(texts) && texts[row].name_len == name_len; row++)
		if (memcmp(texts[row].name, name, name_len) == 0)
			return row;
	return COUNT_OF(texts);
}

static const char **
text_of(struct request *request, size_t row)
{
	void *text = (char *)request + texts[row].offset;

	return (const char **)text;
}

static bool
name_is(const char *name, size_t name_len, const char *wanted)
{
	return strlen(wanted) == name_len &&
	    memcmp(name, wanted, name_len) == 0;
}

/* Servers say it in one of two ways, some in both. */
static bool
says_https(const char *name, size_t name_len, const char *value)
{
	if (name_is(name, name_len, "HTTPS"))
		return value[0] != '\0' && strcasecmp(value, "off") != 0 &&
		    strcmp(value, "0") != 0;
	return name_is(name, name_len, "REQUEST_SCHEME") &&
	    strcasecmp(value, "https") == 0;
}

void
request_set_body(struct request *request, const char *body, size_t body_len,
    bool is_cut)
{
	request->body = body == NULL ? "" : body;
	request->body_len = body_len;
	request->body_state = measure_body(request->content_length, body_len,
	    is_cut);
}

static enum body_state
measure_body(const char *content_length, size_t body_len, bool is_cut)
{
	size_t text_len = strlen(content_length);
	int64_t announced = (int64_t)body_len;

	if (is_cut || body_len > BODY_BYTES_MAX)
		return BODY_TOO_LARGE;
	if (text_len > 0) {
		if (!text_is_of(content_length, text_len, CLASS_DIGIT))
			return BODY_UNMEASURED;
		if (text_parse_int64(content_length, text_len, &announced) !=
		    ERR_NONE || announced > BODY_BYTES_MAX)
			return BODY_TOO_LARGE;
	}
	if (announced > (int64_t)body_len)
		return BODY_SHORT;
	return announced < (int64_t)body_len ? BODY_LONG : BODY_WHOLE;
}

void
request_choose_id(const struct request *request,
    char id[REQUEST_ID_LEN_MAX + 1])
{
	size_t id_len = strnlen(request->request_id, REQUEST_ID_LEN_MAX + 1);

	static_assert(EVENT_ID_LEN <= REQUEST_ID_LEN_MAX, "a made id fits");
	if (id_len > REQUEST_ID_LEN_MAX ||
	    !text_is_of(request->request_id, id_len, CLASS_ALNUM |
	    CLASS_DOT | CLASS_DASH | CLASS_UNDERSCORE)) {
		random_id(id);
		return;
	}
	memcpy(id, request->request_id, id_len);
	id[id_len] = '\0';
}
