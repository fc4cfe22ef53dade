/* cgi.c - the CGI front door: one request, then the end. */
#include "responder/cgi.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "api/answer.h"
#include "api/request.h"
#include "api/response.h"
#include "api/service.h"
#include "base/settings.h"
#include "base/text.h"
#include "model/limits.h"
#include "record/client.h"
#include "responder/body.h"
#include "responder/crash.h"

enum { READ_BYTES = 16 * 1024 };

extern char **environ;

/* Whom the recorder's reply is for. */
struct asker {
	struct service *service;
	struct response *response;
};

static enum error read_body(struct request *request, struct body *body,
    int timeout_ms);
static bool find_length(const struct request *request, int64_t *length_out);
static void ask_recorder(struct service *service, const char *store_path,
    struct response *response);
static record_client_answered take_reply;
static enum error send_answer(struct service *service,
    struct response *response, int timeout_ms);
static enum error write_all(const struct buffer *buffer, int timeout_ms);
static bool wait_for(int fd, short events, int timeout_ms);

enum error
cgi_run(const struct settings *settings, struct detail *detail)
{
	int timeout_ms = (int)settings_number(settings, SETTING_TIMEOUT);
	struct service *service = NULL;
	struct response response;
	struct request request;
	atomic_size_t body_bytes = 0;
	struct body body;
	enum error err;

	/* A server that went away is an error of write, not an end. */
	signal(SIGPIPE, SIG_IGN);
	response_init(&response);
	body_init(&body, &body_bytes);
	request_read((const char *const *)environ, &request);
	err = read_body(&request, &body, timeout_ms);
	if (err != ERR_NONE) {
		detail_set(detail, err, "the request's body was cut off");
		goto out;
	}

	err = crash_answer_begin(&request);
	if (err != ERR_NONE) {
		detail_set(detail, err, "signals cannot be caught");
		goto out;
	}
	err = service_new(settings, &service, detail);
	if (err != ERR_NONE)
		goto out;
	answer(service, &request, &response);
	if (response.need == NEED_RECORDER)
		ask_recorder(service, settings_text(settings, SETTING_STORE),
		    &response);
	err = send_answer(service, &response, timeout_ms);
	if (err != ERR_NONE)
		detail_set(detail, err, "the answer was cut off");
out:
	response_clear(&response);
	body_clear(&body);
	service_free(service);
	return err;
}

bool
cgi_arguments_are_foreign(void)
{
	const char *query = getenv("QUERY_STRING");

	/* Servers pass no query that has a "=", and only a word with a "-"
	 * could be taken for an option. */
	return query != NULL && strchr(query, '=') == NULL &&
	    (strchr(query, '-') != NULL || strcasestr(query, "%2d") != NULL);
}

/*
 * No more than was announced: a server need not close its end.  What is over
 * the bound is left, and the server meets a closed pipe.  ERR_IO: a body
 * without a length did not come to its end; any other tells itself that it is
 * too short.
 */
static enum error
read_body(struct request *request, struct body *body, int timeout_ms)
{
	char bytes[READ_BYTES];
	int64_t left;
	bool has_length = find_length(request, &left);

	body_begin(body, strcmp(request->method, "POST") == 0);
	while (left > 0 && !body->is_cut) {
		size_t size = left < READ_BYTES ? (size_t)left : READ_BYTES;
		ssize_t received = -1;

		if (wait_for(STDIN_FILENO, POLLIN, timeout_ms))
			received = read(STDIN_FILENO, bytes, size);
		if (received < 0 && !has_length)
			return ERR_IO;
		if (received <= 0)
			break;
		body_add(body, bytes, (size_t)received);
		left -= received;
	}
	request_set_body(request, body->bytes.bytes, body->bytes.len,
	    body->is_cut);
	request->is_overload = body->is_refused;
	return ERR_NONE;
}

/* How much is to be read; false when it is not known. */
static bool
find_length(const struct request *request, int64_t *length_out)
{
	const char *text = request->content_length;

	/* A body without a length, as a chunked one, ends with the pipe. */
	*length_out = INT64_MAX;
	if (text[0] == '\0' && strcmp(request->method, "POST") == 0)
		return false;
	(void)text_parse_int64(text, strlen(text), length_out);
	if (*length_out > BODY_BYTES_MAX)
		*length_out = BODY_BYTES_MAX;
	return true;
}

static void
ask_recorder(struct service *service, const char *store_path,
    struct response *response)
{
	struct asker asker = { service, response };
	enum error err;

	err = record_client_call(store_path, &response->message,
	    RECORD_TIMEOUT_MS, take_reply, &asker);
	if (err != ERR_NONE)
		answer_recorded(service, response, err, NULL, NULL);
}

static void
take_reply(void *arg, enum error err, const struct message_reply *reply,
    struct buffer *message)
{
	struct asker *asker = arg;

	answer_recorded(asker->service, asker->response, err, reply,
	    err == ERR_NONE ? message : NULL);
}

static enum error
send_answer(struct service *service, struct response *response,
    int timeout_ms)
{
	bool is_done = response->need != NEED_ROOM;
	enum error err;

	/* There was no memory for any answer. */
	if (response->head.len == 0)
		return ERR_NO_MEMORY;
	crash_answer_end();
	err = write_all(&response->head, timeout_ms);
	if (err == ERR_NONE)
		err = write_all(&response->body, timeout_ms);
	while (err == ERR_NONE && !is_done) {
		err = answer_next_piece(service, response, &is_done);
		if (err == ERR_NONE)
			err = write_all(&response->body, timeout_ms);
	}
	return err;
}

static enum error
write_all(const struct buffer *buffer, int timeout_ms)
{
	size_t sent = 0;

	while (sent < buffer->len) {
		ssize_t written = write(STDOUT_FILENO, buffer->bytes + sent,
		    buffer->len - sent);

		if (written >= 0)
			sent += (size_t)written;
		else if (errno != EINTR && (errno != EAGAIN ||
		    !wait_for(STDOUT_FILENO, POLLOUT, timeout_ms)))
			return ERR_IO;
	}
	return ERR_NONE;
}

static bool
wait_for(int fd, short events, int timeout_ms)
{
	struct pollfd wanted = { .fd = fd, .events = events };

	return poll(&wanted, 1, timeout_ms) > 0;
}
