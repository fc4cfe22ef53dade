/* answer.c - the table of contents of a request. */
#include "api/answer.h"

#include <string.h>

#include "api/access_log.h"
#include "api/admission.h"
#include "api/authorize.h"
#include "api/cors.h"
#include "api/meter.h"
#include "api/pending.h"
#include "api/problem.h"
#include "api/recorded_answer.h"
#include "api/repeats.h"
#include "api/request.h"
#include "api/route.h"
#include "base/clock.h"
#include "base/doing.h"
#include "store/live_store.h"

static enum error answer_checked(struct exchange *exchange);
static void end_read(struct exchange *exchange, struct store_moment *moment);
static enum error answer_kept(struct exchange *exchange,
    const struct repeat *repeat);
static enum error check_query_size(struct exchange *exchange);
static void finish(struct exchange *exchange, enum error err);
static void note_answer(const struct exchange *exchange, int64_t begun_us);
static void note_end(struct pending *pending, struct response *response);
static void resume_wait(struct service *service, struct response *response);
static void resume_stream(struct service *service,
    struct response *response);
static enum error look_again(struct exchange *exchange,
    struct service *service, struct response *response);

void
answer(struct service *service, const struct request *request,
    struct response *response)
{
	int64_t begun_us = clock_steady_us();
	struct exchange exchange;
	struct store_moment moment;
	enum error err;

	response_reset(response);
	exchange_begin(&exchange, service, request, response);
	err = answer_checked(&exchange);
	end_read(&exchange, &moment);
	if (request->repeats != NULL)
		repeats_keep(request->repeats, &exchange, &moment);
	finish(&exchange, err);
	note_answer(&exchange, begun_us);
	doing_end();
}

bool
answer_repeat(struct service *service, struct repeats *repeats,
    const void *params, size_t params_len, struct response *response)
{
	int64_t begun_us = clock_steady_us();
	const struct repeat *repeat = repeats_find(repeats, params,
	    params_len);
	struct request request = { 0 };
	struct exchange exchange;

	if (repeat == NULL)
		return false;
	exchange = repeat->exchange;
	exchange.request = &request;
	if (!repeat->has_own_id)
		/* That was the first one's. */
		exchange.request_id[0] = '\0';
	exchange_resume(&exchange, service, response);
	if (!repeat_holds(repeat, &exchange) || authorize_is_lost(&exchange))
		return false;

	request.remote_address = repeat->remote_address;
	request.request_id = repeat->has_own_id ? exchange.request_id : "";
	response_reset(response);
	finish(&exchange, answer_kept(&exchange, repeat));
	note_answer(&exchange, begun_us);
	doing_end();
	return true;
}

/* What depends on more than the store and the request is done anew, in the
 * order of answer_checked. */
static enum error
answer_kept(struct exchange *exchange, const struct repeat *repeat)
{
	enum error err;

	request_choose_id(exchange->request, exchange->request_id);
	err = admission_check_address(exchange);
	if (err != ERR_NONE)
		return err;
	admission_take(exchange);
	err = admission_check_rate(exchange);
	if (err != ERR_NONE)
		return err;
	buffer_add(&exchange->response->body, repeat->body.bytes,
	    repeat->body.len);
	response_begin(exchange, 200, "OK",
	    media_content_type(exchange->media));
	buffer_add(&exchange->response->head, repeat->fields.bytes,
	    repeat->fields.len);
	return ERR_NONE;
}

static void
end_read(struct exchange *exchange, struct store_moment *moment)
{
	*moment = (struct store_moment){ 0 };
	if (exchange->txn != NULL)
		*moment = live_store_moment(exchange->service->live,
		    exchange->txn);
	exchange_end(exchange);
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
	if (err == ERR_NONE) {
		doing_name(exchange->route->path);
		err = route_choose_media(exchange);
	}
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
finish(struct exchange *exchange, enum error err)
{
	if (err != ERR_NONE)
		problem_answer(exchange, err);
	/* Otherwise the whole answer is still to come. */
	if (exchange->response->status != 0)
		response_end(exchange);
}

static void
note_answer(const struct exchange *exchange, int64_t begun_us)
{
	struct response *response = exchange->response;
	const struct pending *pending = response->pending;
	struct access_line line = {
		.begun_us = begun_us,
		.method = method_name(exchange->method),
		.version = exchange->is_versioned ? ROUTE_VERSION : "",
		.path = exchange->route == NULL ? NULL : exchange->route->path,
		.status = response->status,
		.body_bytes = response->body.len,
	};

	/* Otherwise it is counted when it is whole. */
	if (response->status != 0)
		meter_answer(exchange, pending != NULL &&
		    pending->kind == PENDING_STREAM ? METER_NOT_TIMED :
		    begun_us);
	if (pending == NULL && exchange->service->access_log == NULL)
		return;
	memcpy(line.request_id, exchange->request_id,
	    sizeof(line.request_id));
	memcpy(line.organization_id, exchange->organization_id,
	    sizeof(line.organization_id));
	memcpy(line.api_key_id, exchange->api_key_id,
	    sizeof(line.api_key_id));
	/* Of what goes on, the line is written when it ends. */
	if (pending == NULL) {
		access_log_add(exchange->service->access_log, &line);
		return;
	}
	response->pending->line = line;
	response->pending->log = exchange->service->access_log;
}

enum error
answer_next_piece(struct service *service, struct response *response,
    bool *is_done_out)
{
	enum error err;

	buffer_reset(&response->body);
	*is_done_out = true;
	if (response->need != NEED_ROOM)
		return ERR_NONE;
	if (response->pending->kind == PENDING_STREAM) {
		resume_stream(service, response);
		*is_done_out = response->need == NEED_NOTHING;
		return ERR_NONE;
	}
	err = export_next_piece(response->pending, service, &response->body,
	    is_done_out);
	if (err != ERR_NONE || *is_done_out)
		pending_free(pending_take(response));
	return err;
}

void
answer_recorded(struct service *service, struct response *response,
    enum error err, const struct message_reply *reply,
    struct buffer *message)
{
	struct pending *pending = pending_take(response);
	struct exchange *exchange = &pending->exchange;

	exchange_resume(exchange, service, response);
	err = recorded_answer(exchange, &pending->recording, err, reply,
	    message);
	finish(exchange, err);
	note_end(pending, response);
	pending_free(pending);
	doing_end();
}

/* An export may go on where a wait ends. */
static void
note_end(struct pending *pending, struct response *response)
{
	meter_answer(&pending->exchange, pending->kind == PENDING_WAIT ?
	    METER_NOT_TIMED : pending->line.begun_us);
	pending->line.status = response->status;
	pending->line.body_bytes = response->body.len;
	if (response->pending == NULL)
		return;
	response->pending->line = pending->line;
	response->pending->log = pending->log;
	pending->log = NULL;
}

void
answer_resume(struct service *service, struct response *response)
{
	if (response->need != NEED_CHANGE)
		return;
	if (response->pending->kind == PENDING_WAIT)
		resume_wait(service, response);
	else
		resume_stream(service, response);
	doing_end();
}

static void
resume_wait(struct service *service, struct response *response)
{
	struct pending *pending = pending_take(response);
	struct exchange *exchange = &pending->exchange;
	bool goes_on = false;
	enum error err = look_again(exchange, service, response);

	if (err == ERR_NONE)
		err = wait_resume(exchange, &pending->wait, &goes_on);
	exchange_end(exchange);
	if (goes_on) {
		pending_put(response, NEED_CHANGE, pending);
		return;
	}
	finish(exchange, err);
	note_end(pending, response);
	pending_free(pending);
}

/* Whatever ends it, the client comes again, and is told then. */
static void
resume_stream(struct service *service, struct response *response)
{
	struct pending *pending = response->pending;
	struct exchange *exchange = &pending->exchange;
	enum error err;

	buffer_reset(&response->body);
	err = look_again(exchange, service, response);
	if (err == ERR_NONE)
		err = stream_resume(exchange, &pending->stream);
	exchange_end(exchange);
	if (err != ERR_NONE)
		buffer_reset(&response->body);
	pending->line.body_bytes += response->body.len;
	if (err != ERR_NONE || response->need == NEED_NOTHING)
		pending_free(pending_take(response));
}

/* Begins the read in which to look for news; the key may have been revoked,
 * the store replaced meanwhile. */
static enum error
look_again(struct exchange *exchange, struct service *service,
    struct response *response)
{
	enum error err;

	exchange_resume(exchange, service, response);
	err = exchange_read(exchange);
	return err == ERR_NONE ? authorize_again(exchange) : err;
}
