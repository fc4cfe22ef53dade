/* answer.c - the table of contents of a request. */
#include "api/answer.h"

#include <string.h>

#include "api/access_log.h"
#include "api/authorize.h"
#include "api/cors.h"
#include "api/exchange.h"
#include "api/export.h"
#include "api/problem.h"
#include "api/request.h"
#include "api/route.h"

static enum error answer_checked(struct exchange *exchange);
static enum error check_query_size(struct exchange *exchange);
static void log_answer(const struct exchange *exchange, int64_t begun_us);

void
answer(struct service *service, const struct request *request,
    struct response *response)
{
	int64_t begun_us = access_log_clock(service->access_log);
	struct exchange exchange;
	enum error err;

	response_reset(response);
	exchange_begin(&exchange, service, request, response);
	err = answer_checked(&exchange);
	exchange_end(&exchange);
	if (err != ERR_NONE)
		problem_answer(&exchange, err);
	response_end(&exchange);
	log_answer(&exchange, begun_us);
}

/* The order of the checks is part of the contract: the first that fails
 * answers. */
static enum error
answer_checked(struct exchange *exchange)
{
	enum error err = ERR_NONE;

	if (exchange->request->is_overload)
		err = ERR_OVERLOAD;
	if (err == ERR_NONE)
		err = method_parse(exchange->request->method,
		    &exchange->method);
	if (err == ERR_NONE)
		err = route_find(exchange);
	if (err == ERR_NONE && exchange->method == METHOD_OPTIONS)
		return cors_answer_options(exchange);
	if (err == ERR_NONE)
		err = route_choose_media(exchange);
	if (err == ERR_NONE && exchange->route->scope != 0)
		err = authorize(exchange);
	if (err == ERR_NONE)
		err = check_query_size(exchange);
	if (err == ERR_NONE)
		err = exchange->route->run(exchange);
	return err;
}

static enum error
check_query_size(struct exchange *exchange)
{
	const char *query = exchange->request->query;

	if (strnlen(query, QUERY_BYTES_MAX + 1) > QUERY_BYTES_MAX)
		return detail_set(&exchange->detail, ERR_QUERY_TOO_LONG,
		    "query: expected at most %d bytes", QUERY_BYTES_MAX);
	return ERR_NONE;
}

static void
log_answer(const struct exchange *exchange, int64_t begun_us)
{
	struct response *response = exchange->response;
	struct access_line line = {
		.begun_us = begun_us,
		.method = method_name(exchange->method),
		.version = exchange->is_versioned ? ROUTE_VERSION : "",
		.path = exchange->route == NULL ? NULL : exchange->route->path,
		.status = response->status,
		.body_bytes = response->body.len,
	};

	if (exchange->service->access_log == NULL)
		return;
	memcpy(line.request_id, exchange->request_id,
	    sizeof(line.request_id));
	/* An export's line is written when it ends. */
	if (response->export != NULL)
		export_set_line(response->export,
		    exchange->service->access_log, &line);
	else
		access_log_add(exchange->service->access_log, &line);
}

enum error
answer_next_piece(struct service *service, struct response *response,
    bool *is_done_out)
{
	enum error err;

	buffer_reset(&response->body);
	*is_done_out = true;
	if (response->export == NULL)
		return ERR_NONE;
	err = export_next_piece(response->export, service, &response->body,
	    is_done_out);
	if (err != ERR_NONE || *is_done_out) {
		export_free(response->export);
		response->export = NULL;
	}
	return err;
}
