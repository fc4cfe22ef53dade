/* stub_answers.c - answers without a store, for tests of the responder.
 *
 * The path says what is answered: /SIZE a body of that many bytes, /toil one
 * of none after some time, /export/SIZE one in pieces, /toilsome/SIZE one whose
 * pieces take as long, /failing an export that fails, /query the query itself,
 * /keys how many keys came, /body what came of the body, /crash nothing.
 * See stub_parked.c for /record, /wait and /stream.
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/answer.h"
#include "api/request.h"
#include "api/response.h"
#include "api/service.h"
#include "base/settings.h"
#include "model/limits.h"
#include "stub_parked.h"

enum { FAILING_PIECES = 2, PERIOD = 23 };

static const struct timespec toil = { .tv_nsec = 50000000 };

struct service {
	struct stub_parked *parked;
};

static void begin_export(struct response *response, const char *rest);
static void add_body(const struct request *request, struct buffer *body);
static void add_bytes(struct buffer *body, uint64_t at, uint64_t len);
static const char *after(const char *path, const char *prefix);

enum error
service_new(const struct settings *settings, struct service **service_out,
    struct detail *detail)
{
	(void)detail;
	*service_out = calloc(1, sizeof(**service_out));
	if (*service_out == NULL)
		return ERR_NO_MEMORY;
	(*service_out)->parked =
	    stub_parked_new(settings_text(settings, SETTING_STORE));
	return ERR_NONE;
}

bool
answer_repeat(struct service *service, struct repeats *repeats,
    const void *params, size_t params_len, struct response *response)
{
	(void)service;
	(void)repeats;
	(void)params;
	(void)params_len;
	(void)response;
	return false;
}

void
service_free(struct service *service)
{
	if (service == NULL)
		return;
	stub_parked_free(service->parked);
	free(service);
}

/* The tests wake by themselves. */
void
service_announce_waiter(struct service *service)
{
	(void)service;
}

void
service_stop(struct service *service)
{
	stub_parked_stop(service->parked);
}

void
service_flush(struct service *service)
{
	(void)service;
}

void
service_tell_load(struct service *service, unsigned int connections,
    unsigned int waiters)
{
	(void)service;
	(void)connections;
	(void)waiters;
}

void
service_open(struct service *service)
{
	(void)service;
}

bool
service_map_ahead(struct service *service)
{
	(void)service;
	return false;
}

void
response_init(struct response *response)
{
	*response = (struct response){ 0 };
	buffer_init(&response->head, 0);
	buffer_init(&response->body, 0);
	buffer_init(&response->message, 0);
}

void
response_clear(struct response *response)
{
	response_reset(response);
	buffer_clear(&response->head);
	buffer_clear(&response->body);
	buffer_clear(&response->message);
}

void
response_reset(struct response *response)
{
	pending_free(response->pending);
	response->pending = NULL;
	response->need = NEED_NOTHING;
	response->status = 0;
	buffer_reset(&response->head);
	buffer_reset(&response->body);
	buffer_reset(&response->message);
}

void
pending_free(struct pending *pending)
{
	free(pending);
}

void
answer(struct service *service, const struct request *request,
    struct response *response)
{
	const char *path = request->script_name;
	const char *rest;

	response_reset(response);
	if (!request->is_overload &&
	    stub_parked_answer(service->parked, request, response))
		return;
	response->status = request->is_overload ? 503 : 200;
	buffer_add_format(&response->head, "Status: %u Stub\r\n"
	    "Content-Type: text/plain\r\n", response->status);
	if (strcmp(path, "/crash") == 0)
		raise(SIGSEGV);
	if ((rest = after(path, "/export/")) != NULL ||
	    strcmp(path, "/failing") == 0) {
		begin_export(response, rest);
		return;
	}
	if ((rest = after(path, "/toilsome/")) != NULL) {
		begin_export(response, rest);
		response->pending->is_toilsome = true;
		return;
	}
	if (strcmp(path, "/toil") == 0)
		(void)nanosleep(&toil, NULL);
	else if (strcmp(path, "/query") == 0)
		buffer_add_text(&response->body, request->query);
	else if (strcmp(path, "/keys") == 0)
		buffer_add_format(&response->body, "%u", request->key_count);
	else if (strcmp(path, "/body") == 0)
		add_body(request, &response->body);
	else if ((rest = after(path, "/")) != NULL)
		add_bytes(&response->body, 0, strtoull(rest, NULL, 10));
	buffer_add_format(&response->head, "Content-Length: %zu\r\n\r\n",
	    response->body.len);
}

static void
begin_export(struct response *response, const char *rest)
{
	struct pending *pending = calloc(1, sizeof(*pending));

	if (pending == NULL)
		abort();
	pending->is_failing = rest == NULL;
	pending->left = rest == NULL ? FAILING_PIECES * EXPORT_PIECE_BYTES :
	    strtoull(rest, NULL, 10);
	response->pending = pending;
	response->need = NEED_ROOM;
	buffer_add_text(&response->head, "\r\n");
}

/* How it came, its length, and a sum by which to know it. */
static void
add_body(const struct request *request, struct buffer *body)
{
	static const char *const states[] = {
		[BODY_WHOLE] = "whole", [BODY_SHORT] = "short",
		[BODY_LONG] = "long", [BODY_TOO_LARGE] = "too large",
		[BODY_UNMEASURED] = "unmeasured",
	};
	uint32_t sum = 0;

	for (size_t i = 0; i < request->body_len; i++)
		sum = sum * 31 + (unsigned char)request->body[i];
	buffer_add_format(body, "%s %zu %u", states[request->body_state],
	    request->body_len, sum);
}

enum error
answer_next_piece(struct service *service, struct response *response,
    bool *is_done_out)
{
	struct pending *pending = response->pending;
	uint64_t len = pending->left < EXPORT_PIECE_BYTES ?
	    pending->left : EXPORT_PIECE_BYTES;

	(void)service;
	buffer_reset(&response->body);
	*is_done_out = false;
	if (pending->is_toilsome)
		(void)nanosleep(&toil, NULL);
	if (pending->is_failing && len == 0)
		return ERR_CORRUPT;
	add_bytes(&response->body, pending->at, len);
	pending->at += len;
	pending->left -= len;
	*is_done_out = pending->left == 0 && !pending->is_failing;
	return ERR_NONE;
}

void
answer_recorded(struct service *service, struct response *response,
    enum error err, const struct message_reply *reply,
    struct buffer *message)
{
	stub_parked_recorded(service->parked, response, err, reply, message);
}

void
answer_resume(struct service *service, struct response *response)
{
	stub_parked_resume(service->parked, response);
}

/* Bytes that tell their place, so that lost and repeated ones show; fast, so
 * that the responder can be measured. */
static void
add_bytes(struct buffer *body, uint64_t at, uint64_t len)
{
	char *bytes = buffer_reserve(body, len);
	uint64_t done = 0;

	if (bytes == NULL)
		return;
	for (; done < PERIOD && done < len; done++)
		bytes[done] = (char)('a' + (at + done) % PERIOD);
	while (done < len) {
		uint64_t part = len - done < done ? len - done : done;

		memcpy(bytes + done, bytes, part);
		done += part;
	}
	body->len += len;
}

static const char *
after(const char *path, const char *prefix)
{
	size_t prefix_len = strlen(prefix);

	return strncmp(path, prefix, prefix_len) == 0 ?
	    path + prefix_len : NULL;
}
