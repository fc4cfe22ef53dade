/* cors.c - OPTIONS, and what browsers of one foreign origin may do. */
#include "api/cors.h"

#include "api/exchange.h"
#include "api/response.h"
#include "base/buffer.h"

/*
 * The origin is constant, not the request's, so caches need no Vary: Origin
 * and nobody else can be let in.
 */
void
cors_add(struct buffer *head, const char *origin)
{
	if (origin[0] == '\0')
		return;
	buffer_add_text(head, "Access-Control-Allow-Origin: ");
	buffer_add_text(head, origin);
	buffer_add_text(head, "\r\n"
	    "Access-Control-Expose-Headers: "
	    "Apitrail-Gap, Idempotent-Replayed, Link, Retry-After, "
	    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, "
	    "X-Request-Id\r\n");
}

enum error
cors_answer_options(struct exchange *exchange)
{
	struct buffer *head = &exchange->response->head;

	response_begin(exchange, 204, "No Content", NULL);
	buffer_add_text(head, "Allow: ");
	method_add_list(head, exchange->allowed);
	buffer_add_text(head, "\r\n");
	if (exchange->service->cors_origin[0] == '\0')
		return ERR_NONE;

	buffer_add_text(head, "Access-Control-Allow-Methods: ");
	method_add_list(head, exchange->allowed);
	/* Browsers keep the answer for two hours at most, whatever we say. */
	buffer_add_text(head, "\r\n"
	    "Access-Control-Allow-Headers: Accept, Content-Type, "
	    "Idempotency-Key, Last-Event-ID, X-API-KEY, X-Request-Id\r\n"
	    "Access-Control-Max-Age: 7200\r\n");
	return ERR_NONE;
}
