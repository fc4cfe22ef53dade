/* stub_parked.c - answers that wait, for tests of the responder. */
#include "stub_parked.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/request.h"
#include "api/response.h"
#include "base/clock.h"
#include "model/event.h"
#include "record/message.h"

#define EVENT "{\"type\":\"stub_added\",\"metadata\":{\"text\":\"" FILLER "\"}}"
#define FILLER TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define TEN "0123456789012345678901234567890123456789" \
	"0123456789012345678901234567890123456789"
#define ORGANIZATION "012345678901234567890"

struct stub_parked {
	char *path;		/* of the file of events */
	atomic_bool is_stopping;
};

static bool begin_recording(struct response *response, long event_count);
static bool begin_wait(struct stub_parked *parked,
    const struct request *request, struct response *response,
    int64_t for_ms);
static bool begin_stream(struct stub_parked *parked,
    const struct request *request, struct response *response,
    int64_t beat_ms);
static bool refuse(struct response *response, const char *why);
static void resume_wait(struct stub_parked *parked,
    struct response *response);
static void resume_stream(struct stub_parked *parked,
    struct response *response);
static int64_t events_bytes(const struct stub_parked *parked);
static void answer_text(struct response *response, unsigned int status,
    const char *text);

struct stub_parked *
stub_parked_new(const char *store_path)
{
	struct stub_parked *parked = calloc(1, sizeof(*parked));

	if (parked == NULL ||
	    asprintf(&parked->path, "%s/events", store_path) < 0)
		abort();
	return parked;
}

void
stub_parked_free(struct stub_parked *parked)
{
	free(parked->path);
	free(parked);
}

void
stub_parked_stop(struct stub_parked *parked)
{
	atomic_store(&parked->is_stopping, true);
}

bool
stub_parked_answer(struct stub_parked *parked,
    const struct request *request, struct response *response)
{
	const char *path = request->script_name;

	if (strncmp(path, "/record/", 8) == 0)
		return begin_recording(response, strtol(path + 8, NULL, 10));
	if (strncmp(path, "/wait/", 6) == 0)
		return begin_wait(parked, request, response,
		    strtol(path + 6, NULL, 10));
	if (strncmp(path, "/stream/", 8) == 0)
		return begin_stream(parked, request, response,
		    strtol(path + 8, NULL, 10));
	return false;
}

static bool
begin_recording(struct response *response, long event_count)
{
	static const struct message_request request = {
		.organization = 1,
		.api_key_id = ORGANIZATION,
	};
	struct event_draft draft;

	response->pending = calloc(1, sizeof(*response->pending));
	if (response->pending == NULL || event_draft_parse(EVENT,
	    sizeof(EVENT) - 1, EVENT_RECORDED, ORGANIZATION, &draft,
	    NULL) != ERR_NONE)
		abort();
	message_begin_request(&response->message, &request);
	while (event_count-- > 0)
		message_add_event(&response->message, &draft);
	if (message_end_request(&response->message) != ERR_NONE)
		abort();
	response->need = NEED_RECORDER;
	return true;
}

void
stub_parked_recorded(struct stub_parked *parked, struct response *response,
    enum error err, const struct message_reply *reply,
    struct buffer *message)
{
	char text[64];

	(void)parked;
	pending_free(response->pending);
	response->pending = NULL;
	response->need = NEED_NOTHING;
	if (err == ERR_NONE)
		snprintf(text, sizeof(text), "%s %u %zu",
		    reply->outcome == MESSAGE_RECORDED ? "recorded" :
		    "refused",
		    (unsigned int)reply->place_count, message->len);
	else
		snprintf(text, sizeof(text), "%s", err == ERR_AWAY ? "away" :
		    err == ERR_IO ? "unknown" : "overload");
	answer_text(response, 200, text);
}

static bool
begin_wait(struct stub_parked *parked, const struct request *request,
    struct response *response, int64_t for_ms)
{
	struct pending *pending;

	if (!request->may_wait)
		for_ms = 0;
	else if (request->are_waiters_full)
		return refuse(response, "full");
	pending = calloc(1, sizeof(*pending));
	if (pending == NULL)
		abort();
	pending->seen_bytes = events_bytes(parked);
	pending->end_ms = clock_steady_ms() + for_ms;
	response->pending = pending;
	response->need = NEED_CHANGE;
	resume_wait(parked, response);
	return true;
}

static bool
begin_stream(struct stub_parked *parked, const struct request *request,
    struct response *response, int64_t beat_ms)
{
	struct pending *pending;

	if (!request->may_wait || request->are_waiters_full)
		return refuse(response, request->may_wait ? "full" : "no");
	pending = calloc(1, sizeof(*pending));
	if (pending == NULL)
		abort();
	pending->is_stream = true;
	pending->seen_bytes = events_bytes(parked);
	pending->beat_ms = beat_ms;
	response->pending = pending;
	response->need = NEED_CHANGE;
	response->resume_at_ms = clock_steady_ms() + beat_ms;
	buffer_add_text(&response->head, "Status: 200 Stub\r\n\r\n");
	return true;
}

static bool
refuse(struct response *response, const char *why)
{
	answer_text(response, 503, why);
	return true;
}

void
stub_parked_resume(struct stub_parked *parked, struct response *response)
{
	if (response->pending->is_stream)
		resume_stream(parked, response);
	else
		resume_wait(parked, response);
}

static void
resume_wait(struct stub_parked *parked, struct response *response)
{
	struct pending *pending = response->pending;
	bool is_news = events_bytes(parked) > pending->seen_bytes;

	response->resume_at_ms = pending->end_ms;
	if (!is_news && !atomic_load(&parked->is_stopping) &&
	    clock_steady_ms() < pending->end_ms)
		return;
	pending_free(pending);
	response->pending = NULL;
	response->need = NEED_NOTHING;
	answer_text(response, 200, is_news ? "news" : "nothing");
}

static void
resume_stream(struct stub_parked *parked, struct response *response)
{
	struct pending *pending = response->pending;
	int64_t now_bytes = events_bytes(parked);
	int64_t now_ms = clock_steady_ms();

	buffer_reset(&response->body);
	for (; pending->seen_bytes < now_bytes; pending->seen_bytes++)
		buffer_add_text(&response->body, "e");
	if (response->body.len == 0 && now_ms >= response->resume_at_ms)
		buffer_add_text(&response->body, ":");
	response->resume_at_ms = now_ms + pending->beat_ms;
	if (!atomic_load(&parked->is_stopping))
		return;
	pending_free(pending);
	response->pending = NULL;
	response->need = NEED_NOTHING;
}

static int64_t
events_bytes(const struct stub_parked *parked)
{
	struct stat status;

	return stat(parked->path, &status) == 0 ? status.st_size : 0;
}

static void
answer_text(struct response *response, unsigned int status, const char *text)
{
	response->status = status;
	buffer_add_format(&response->head, "Status: %u Stub\r\n"
	    "Content-Length: %zu\r\n\r\n", status, strlen(text));
	buffer_add_text(&response->body, text);
}
