/* access_log.c - a line a request, buffered. */
#include "api/access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/write_whole.h"

enum { FLUSH_MS = SECOND_MS, LINE_BYTES_MAX = 512 };

struct access_log {
	pthread_mutex_t mutex;
	int fd;
	struct buffer lines;		/* that wait */
	int64_t waiting_since_ms;	/* of the steady clock */
	bool is_failing;		/* and that was logged */
};

static void write_lines(struct access_log *log);
static void add_line(struct buffer *lines, const struct access_line *line,
    int64_t now_us);
static const char *or_dash(const char *text);

enum error
access_log_open(const char *path, struct access_log **log_out,
    struct detail *detail)
{
	struct access_log *log = calloc(1, sizeof(*log));

	*log_out = NULL;
	if (log == NULL)
		return ERR_NO_MEMORY;
	log->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (log->fd < 0) {
		detail_set(detail, ERR_IO, "cannot open the access log %s: %s",
		    path, strerror(errno));
		free(log);
		return ERR_IO;
	}
	pthread_mutex_init(&log->mutex, NULL);
	buffer_init(&log->lines, ACCESS_LOG_BYTES_MAX);
	*log_out = log;
	return ERR_NONE;
}

void
access_log_close(struct access_log *log)
{
	if (log == NULL)
		return;
	access_log_flush(log);
	pthread_mutex_destroy(&log->mutex);
	buffer_clear(&log->lines);
	close(log->fd);
	free(log);
}

void
access_log_add(struct access_log *log, const struct access_line *line)
{
	int64_t now_us = clock_steady_us();
	int64_t now_ms = clock_steady_ms();

	if (log == NULL)
		return;
	pthread_mutex_lock(&log->mutex);
	if (log->lines.len == 0)
		log->waiting_since_ms = now_ms;
	add_line(&log->lines, line, now_us);
	if (log->lines.len > ACCESS_LOG_BYTES_MAX - LINE_BYTES_MAX ||
	    now_ms - log->waiting_since_ms >= FLUSH_MS)
		write_lines(log);
	pthread_mutex_unlock(&log->mutex);
}

/* The mutex is held. */
static void
write_lines(struct access_log *log)
{
	bool is_written;

	if (log->lines.len == 0)
		return;
	is_written = write_whole(log->fd, log->lines.bytes,
	    log->lines.len) == ERR_NONE;
	if (!is_written && !log->is_failing)
		log_fact(LEVEL_ERROR, "the access log loses lines", "cause",
		    strerror(errno), NULL);
	log->is_failing = !is_written;
	buffer_reset(&log->lines);
}

static void
add_line(struct buffer *lines, const struct access_line *line,
    int64_t now_us)
{
	bool is_known = line->path != NULL;
	char time[CLOCK_TEXT_SIZE];

	clock_format_utc(clock_now_ms(), time);
	buffer_add_format(lines, "time=%s request_id=%s organization=%s "
	    "api_key_id=%s method=%s path=%s%s status=%u bytes=%" PRIu64
	    " us=%" PRId64 "\n", time, line->request_id,
	    or_dash(line->organization_id), or_dash(line->api_key_id),
	    line->method, is_known ? line->version : "",
	    is_known ? line->path : "-", line->status, line->body_bytes,
	    now_us - line->begun_us);
}

static const char *
or_dash(const char *text)
{
	return text[0] == '\0' ? "-" : text;
}

void
access_log_flush(struct access_log *log)
{
	if (log == NULL)
		return;
	pthread_mutex_lock(&log->mutex);
	write_lines(log);
	pthread_mutex_unlock(&log->mutex);
}
