/* route.c - which paths there are, and what each offers. */
#include "api/route.h"

#include <string.h>

#include "api/exchange.h"
#include "api/health.h"
#include "api/list_events.h"
#include "api/metrics.h"
#include "api/record_events.h"
#include "api/request.h"
#include "base/buffer.h"
#include "base/text.h"

enum {
	READ_METHODS = METHOD_BIT(METHOD_GET) | METHOD_BIT(METHOD_HEAD),
	EVENTS_MEDIA = MEDIA_BIT(MEDIA_JSON) | MEDIA_BIT(MEDIA_NDJSON) |
	    MEDIA_BIT(MEDIA_CSV) | MEDIA_BIT(MEDIA_EVENT_STREAM)
};

/* A path whose methods differ has several rows. */
static const struct route routes[] = {
	{ "/events", true, READ_METHODS, SCOPE_EVENTS_READ, EVENTS_MEDIA,
	    METER_ROUTE_LIST_EVENTS, list_events },
	{ "/events", true, METHOD_BIT(METHOD_POST), SCOPE_EVENTS_WRITE,
	    MEDIA_BIT(MEDIA_JSON), METER_ROUTE_RECORD_EVENTS, record_events },
	{ "/healthz", false, READ_METHODS, 0, MEDIA_BIT(MEDIA_JSON),
	    METER_ROUTE_HEALTHZ, health_answer_alive },
	{ "/readyz", false, READ_METHODS, 0, MEDIA_BIT(MEDIA_JSON),
	    METER_ROUTE_READYZ, health_answer_ready },
	{ "/metrics", false, READ_METHODS, 0, MEDIA_BIT(MEDIA_PROMETHEUS),
	    METER_ROUTE_METRICS, metrics_answer },
};

static bool join_path(const struct request *request,
    char path[PATH_BYTES_MAX + 1]);
static bool skip_segments(const char **path, const char *beginning);
static void match(struct exchange *exchange, const char *path);
static enum error refuse_method(struct exchange *exchange);

enum error
route_find(struct exchange *exchange)
{
	char joined[PATH_BYTES_MAX + 1];
	const char *path = joined;

	if (!join_path(exchange->request, joined) ||
	    !skip_segments(&path, exchange->service->prefix))
		return ERR_NOT_FOUND;
	exchange->is_versioned = skip_segments(&path, ROUTE_VERSION);

	match(exchange, path);
	if (exchange->allowed == 0)
		return ERR_NOT_FOUND;
	if ((exchange->allowed & METHOD_BIT(exchange->method)) == 0)
		return refuse_method(exchange);
	return ERR_NONE;
}

/*
 * Servers divide the path between SCRIPT_NAME and PATH_INFO as they like, so
 * only the two together mean something.  One slash at the end counts for
 * nothing.  Too long is as good as unknown.
 */
static bool
join_path(const struct request *request, char path[PATH_BYTES_MAX + 1])
{
	size_t script_len = strnlen(request->script_name, PATH_BYTES_MAX + 1);
	size_t info_len = strnlen(request->path_info, PATH_BYTES_MAX + 1);
	size_t path_len = script_len + info_len;

	if (path_len > PATH_BYTES_MAX)
		return false;
	memcpy(path, request->script_name, script_len);
	memcpy(path + script_len, request->path_info, info_len);
	if (path_len > 0 && path[path_len - 1] == '/')
		path_len--;
	path[path_len] = '\0';
	return true;
}

/* Steps over a beginning of whole segments. */
static bool
skip_segments(const char **path, const char *beginning)
{
	size_t len = strlen(beginning);

	if (strncmp(*path, beginning, len) != 0 || (*path)[len] != '/')
		return false;
	*path += len;
	return true;
}

static void
match(struct exchange *exchange, const char *path)
{
	for (size_t i = 0; i < COUNT_OF(routes); i++) {
		if (strcmp(path, routes[i].path) != 0 ||
		    (exchange->is_versioned && !routes[i].is_versioned))
			continue;
		exchange->allowed |= routes[i].methods |
		    METHOD_BIT(METHOD_OPTIONS);
		if ((routes[i].methods & METHOD_BIT(exchange->method)) != 0)
			exchange->route = &routes[i];
	}
}

static enum error
refuse_method(struct exchange *exchange)
{
	char text[METHOD_COUNT * sizeof("OPTIONS, ")];
	struct buffer list = {
		.bytes = text, .size = sizeof(text), .size_max = sizeof(text)
	};

	method_add_list(&list, exchange->allowed);
	return detail_set(&exchange->detail, ERR_METHOD,
	    "method: this path offers %.*s", (int)list.len, text);
}

enum error
route_choose_media(struct exchange *exchange)
{
	unsigned int media = exchange->route->media;
	enum error err;

	/* Where nobody can wait, a stream would end where it begins. */
	if (!exchange->request->may_wait)
		media &= ~MEDIA_BIT(MEDIA_EVENT_STREAM);
	err = accept_choose(&exchange->accept, media, &exchange->media);
	if (err == ERR_NONE)
		return ERR_NONE;
	if (media == MEDIA_BIT(MEDIA_PROMETHEUS))
		return detail_set(&exchange->detail, err,
		    "Accept: expected text/plain");
	if (media == MEDIA_BIT(MEDIA_JSON))
		return detail_set(&exchange->detail, err,
		    "Accept: expected application/json");
	if ((media & MEDIA_BIT(MEDIA_EVENT_STREAM)) == 0)
		return detail_set(&exchange->detail, err,
		    "Accept: expected application/json, application/x-ndjson "
		    "or text/csv");
	return detail_set(&exchange->detail, err,
	    "Accept: expected application/json, application/x-ndjson, "
	    "text/csv or text/event-stream");
}
