/* response.c - what goes back: CGI's head, a body, perhaps more to come. */
#include "api/response.h"

#include "api/cors.h"
#include "api/exchange.h"
#include "api/pending.h"
#include "model/event_columns.h"
#include "record/message.h"

/* Room for what response_refuse writes, taken while there is memory. */
enum { HEAD_BYTES_MIN = 1024 };

static void add_rate(struct buffer *head, const struct rate *rate);
static void response_refuse(struct response *response);

void
response_init(struct response *response)
{
	*response = (struct response){ 0 };
	buffer_init(&response->head, HEAD_BYTES_MAX);
	buffer_init(&response->body, BODY_SENT_BYTES_MAX);
	buffer_init(&response->message, MESSAGE_REQUEST_BYTES_MAX);
	(void)buffer_reserve(&response->head, HEAD_BYTES_MIN);
}

void
response_clear(struct response *response)
{
	if (response == NULL)
		return;
	pending_free(pending_take(response));
	buffer_clear(&response->head);
	buffer_clear(&response->body);
	buffer_clear(&response->message);
	response->status = 0;
}

void
response_reset(struct response *response)
{
	pending_free(pending_take(response));
	response->status = 0;
	buffer_reset(&response->head);
	buffer_reset(&response->body);
	/* It may be large, and few answers have one. */
	buffer_clear(&response->message);
}

void
response_begin(struct exchange *exchange, unsigned int status,
    const char *title, const char *content_type)
{
	struct buffer *head = &exchange->response->head;

	exchange->response->status = status;
	exchange->has_body = content_type != NULL;
	buffer_reset(head);
	buffer_add_text(head, "Status: ");
	buffer_add_number(head, status);
	buffer_add(head, " ", 1);
	buffer_add_text(head, title);
	buffer_add_text(head, "\r\n");
	if (content_type != NULL) {
		buffer_add_text(head, "Content-Type: ");
		buffer_add_text(head, content_type);
		buffer_add_text(head, "\r\n");
	}
	buffer_add_text(head,
	    "Cache-Control: private, no-store\r\n"
	    "Vary: X-API-KEY, Accept\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "X-Request-Id: ");
	buffer_add_text(head, exchange->request_id);
	buffer_add_text(head, "\r\n");
	cors_add(head, exchange->service->cors_origin);
	if (exchange->rate.limit != 0)
		add_rate(head, &exchange->rate);
	exchange->own_fields_at = head->len;
}

static void
add_rate(struct buffer *head, const struct rate *rate)
{
	response_add_number(head, "X-RateLimit-Limit", rate->limit);
	response_add_number(head, "X-RateLimit-Remaining", rate->remaining);
	response_add_number(head, "X-RateLimit-Reset", rate->reset_s);
}

void
response_add_number(struct buffer *head, const char *name, int64_t number)
{
	buffer_add_text(head, name);
	buffer_add_text(head, ": ");
	buffer_add_number(head, number);
	buffer_add_text(head, "\r\n");
}

void
response_end(struct exchange *exchange)
{
	struct response *response = exchange->response;

	if (response->body.error != ERR_NONE)
		buffer_reset(&response->body);
	if (exchange->has_body && response->need == NEED_NOTHING)
		response_add_number(&response->head, "Content-Length",
		    (int64_t)response->body.len);
	buffer_add_text(&response->head, "\r\n");
	if (response->head.error != ERR_NONE)
		response_refuse(response);
	if (exchange->method == METHOD_HEAD) {
		buffer_reset(&response->body);
		pending_free(pending_take(response));
	}
}

enum error
response_indent(struct response *response)
{
	struct buffer *body = &response->body;
	struct buffer indented;
	enum error err;

	buffer_init(&indented, body->size_max);
	err = json_add_pretty(&indented, body->bytes, body->len);
	if (err == ERR_NONE && indented.error != ERR_NONE)
		err = ERR_NO_MEMORY;
	if (err == ERR_NONE) {
		struct buffer compact = *body;

		*body = indented;
		indented = compact;
	}
	buffer_clear(&indented);
	return err;
}

/* When there is no memory for a head, it says no more than it must. */
static void
response_refuse(struct response *response)
{
	response_reset(response);
	response->status = 503;
	buffer_add_text(&response->head,
	    "Status: 503 Service Unavailable\r\n"
	    "Retry-After: 1\r\n"
	    "Content-Length: 0\r\n"
	    "\r\n");
}
