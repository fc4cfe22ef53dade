/* cgi.c - the CGI front door: one request, then the end. */
#include "responder/cgi.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
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
#include "responder/crash.h"

enum { READ_BYTES = 16 * 1024 };

extern char **environ;

static void drop_body(int timeout_ms);
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
	enum error err;

	/* A server that went away is an error of write, not an end. */
	signal(SIGPIPE, SIG_IGN);
	response_init(&response);
	request_read((const char *const *)environ, &request);
	drop_body(timeout_ms);

	err = crash_answer_begin(&request);
	if (err != ERR_NONE) {
		detail_set(detail, err, "signals cannot be caught");
		goto out;
	}
	err = service_new(settings, &service, detail);
	if (err != ERR_NONE)
		goto out;
	answer(service, &request, &response);
	err = send_answer(service, &response, timeout_ms);
	if (err != ERR_NONE)
		detail_set(detail, err, "the answer was cut off");
out:
	response_clear(&response);
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

/* No more than was announced: a server need not close its end.  What is over
 * the bound is left, and the server meets a closed pipe. */
static void
drop_body(int timeout_ms)
{
	const char *text = getenv("CONTENT_LENGTH");
	char bytes[READ_BYTES];
	int64_t left;

	if (text == NULL ||
	    text_parse_int64(text, strlen(text), &left) != ERR_NONE)
		return;
	if (left > BODY_BYTES_MAX)
		left = BODY_BYTES_MAX;
	while (left > 0) {
		size_t size = left < READ_BYTES ? (size_t)left : READ_BYTES;
		ssize_t received;

		if (!wait_for(STDIN_FILENO, POLLIN, timeout_ms))
			return;
		received = read(STDIN_FILENO, bytes, size);
		if (received <= 0)
			return;
		left -= received;
	}
}

static enum error
send_answer(struct service *service, struct response *response,
    int timeout_ms)
{
	bool is_done = response->need == NEED_NOTHING;
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
