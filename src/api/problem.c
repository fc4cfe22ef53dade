/* problem.c - an error as a client sees it. */
#include "api/problem.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "api/exchange.h"
#include "api/response.h"
#include "api/route.h"
#include "base/text.h"

/* One answer for every bad key: what is wrong with it would help a thief. */
#define KEY_DETAIL "X-API-KEY: expected one valid API key"
#define AWAY_DETAIL "the service cannot answer right now: try again later"

static const struct {
	unsigned int status;
	const char *title;
	const char *detail;
} problems[] = {
	[ERR_NONE] = { 200, "OK", "" },
	[ERR_SYNTAX] = { 400, "Bad Request",
	    "the request does not have the right shape" },
	[ERR_NO_KEY] = { 401, "Unauthorized", KEY_DETAIL },
	[ERR_BAD_KEY] = { 401, "Unauthorized", KEY_DETAIL },
	[ERR_LOCKED_OUT] = { 403, "Forbidden",
	    "too many bad API keys came from this address" },
	[ERR_UNPAID] = { 402, "Payment Required",
	    "the API key's organization has not paid" },
	[ERR_SCOPE] = { 403, "Forbidden",
	    "the API key's scopes do not cover this request" },
	[ERR_RATE] = { 429, "Too Many Requests",
	    "X-API-KEY: more requests than the key's rate allows" },
	[ERR_NOT_FOUND] = { 404, "Not Found",
	    "path: expected /v1/events" },
	[ERR_METHOD] = { 405, "Method Not Allowed",
	    "method: this path does not offer it" },
	[ERR_NOT_ACCEPTABLE] = { 406, "Not Acceptable",
	    "Accept: no type that this path offers" },
	[ERR_EXISTS] = { 409, "Conflict", "it exists already" },
	[ERR_TOO_LARGE] = { 413, "Content Too Large",
	    "the request's body is too large" },
	[ERR_QUERY_TOO_LONG] = { 414, "URI Too Long",
	    "the query is too long" },
	[ERR_MEDIA_TYPE] = { 415, "Unsupported Media Type",
	    "Content-Type: a type that is not taken" },
	[ERR_MEANING] = { 422, "Unprocessable Entity",
	    "the request asks for what is not allowed" },
	[ERR_LOCKED] = { 423, "Locked",
	    "the API key's organization is locked" },
	[ERR_UNKNOWN_METHOD] = { 501, "Not Implemented",
	    "method: expected one that HTTP knows, such as GET" },
	[ERR_CORRUPT] = { 500, "Internal Server Error",
	    "what is stored cannot be read" },
	[ERR_NO_MEMORY] = { 503, "Service Unavailable", AWAY_DETAIL },
	[ERR_STORE] = { 503, "Service Unavailable", AWAY_DETAIL },
	[ERR_FULL] = { 503, "Service Unavailable", AWAY_DETAIL },
	[ERR_IO] = { 503, "Service Unavailable", AWAY_DETAIL },
	[ERR_OVERLOAD] = { 503, "Service Unavailable",
	    "too many requests at once: try again later" },
	[ERR_AWAY] = { 503, "Service Unavailable",
	    "no recorder takes events in right now: try again later" },
};
static_assert(COUNT_OF(problems) == ERR_COUNT, "one row per error");

static const char *choose_content_type(const struct exchange *exchange);
static void add_fields(struct exchange *exchange, enum error err);

void
problem_answer(struct exchange *exchange, enum error err)
{
	struct buffer *body = &exchange->response->body;
	const char *detail = exchange->detail.text;

	if (detail[0] == '\0')
		detail = problems[err].detail;
	response_reset(exchange->response);
	buffer_add_format(body, "{\"title\":\"%s\",\"status\":%u,\"detail\":",
	    problems[err].title, problems[err].status);
	buffer_add_json_string(body, detail, strlen(detail));
	buffer_add_text(body, "}");

	response_begin(exchange, problems[err].status, problems[err].title,
	    choose_content_type(exchange));
	add_fields(exchange, err);
}

/* Only a client that names it beside what the path offers knows it. */
static const char *
choose_content_type(const struct exchange *exchange)
{
	unsigned int offered = exchange->route == NULL ?
	    MEDIA_BIT(MEDIA_JSON) : exchange->route->media;
	enum media media;

	if (exchange->accept.names_problem_json &&
	    accept_choose(&exchange->accept, offered, &media) == ERR_NONE)
		return "application/problem+json";
	return media_content_type(MEDIA_JSON);
}

static void
add_fields(struct exchange *exchange, enum error err)
{
	struct buffer *head = &exchange->response->head;

	if (problems[err].status == 401)
		buffer_add_text(head,
		    "WWW-Authenticate: ApiKey realm=\"apitrail\"\r\n");
	/* A store that went away is looked for again after a second. */
	if (exchange->retry_after_s == 0 && problems[err].status == 503)
		exchange->retry_after_s = 1;
	if (exchange->retry_after_s != 0)
		response_add_number(head, "Retry-After",
		    exchange->retry_after_s);
	if (err == ERR_METHOD) {
		buffer_add_text(head, "Allow: ");
		method_add_list(head, exchange->allowed);
		buffer_add_text(head, "\r\n");
	}
}

const char *
problem_title(enum error err)
{
	return problems[err].title;
}
