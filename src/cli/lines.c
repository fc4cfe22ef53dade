/* lines.c - the lines of a file of NDJSON, one by one, in bounded memory. */
#include "cli/lines.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "model/limits.h"

enum {
	/* The longest line and its ending must fit, with room to read on. */
	BUFFER_BYTES = 4 * EVENT_LINE_BYTES_MAX,
	RAW_LINE_BYTES_MAX = EVENT_LINE_BYTES_MAX + 2
};

struct lines {
	int fd;
	int stop_fd;
	uint64_t bytes;
	uint64_t bytes_max;
	bool is_at_end;		/* of the file */
	bool is_within_long_line;
	struct line line;
	size_t begin;		/* of what was not given out yet */
	size_t end;
	char buffer[BUFFER_BYTES];
};

static bool find_ending(const struct lines *lines, size_t *raw_len_out);
static void cut_line(struct lines *lines, size_t raw_len, bool has_ending);
static bool is_blank(const struct line *line);
static enum error wait_for_bytes(const struct lines *lines, int timeout_ms,
    bool *is_ready_out, bool *is_stopped_out);
static enum error read_on(struct lines *lines);

enum error
lines_new(int fd, int stop_fd, uint64_t bytes_max, struct lines **lines_out)
{
	struct lines *lines = malloc(sizeof(*lines));

	*lines_out = lines;
	if (lines == NULL)
		return ERR_NO_MEMORY;
	lines->fd = fd;
	lines->stop_fd = stop_fd;
	lines->bytes = 0;
	lines->bytes_max = bytes_max;
	lines->is_at_end = false;
	lines->is_within_long_line = false;
	lines->line = (struct line){ 0 };
	lines->begin = lines->end = 0;
	return ERR_NONE;
}

void
lines_free(struct lines *lines)
{
	free(lines);
}

const struct line *
lines_take(struct lines *lines)
{
	do {
		size_t raw_len;
		bool has_ending = find_ending(lines, &raw_len);

		if (raw_len == 0)
			return NULL;
		if (!has_ending && raw_len < RAW_LINE_BYTES_MAX &&
		    !lines->is_at_end)
			return NULL;
		cut_line(lines, raw_len, has_ending);
	} while (is_blank(&lines->line));
	return &lines->line;
}

/* What can be given out next: a line with its ending, or as much of one as
 * is there and may be. */
static bool
find_ending(const struct lines *lines, size_t *raw_len_out)
{
	const char *begin = lines->buffer + lines->begin;
	size_t len = lines->end - lines->begin;
	const char *newline;

	if (len > RAW_LINE_BYTES_MAX)
		len = RAW_LINE_BYTES_MAX;
	newline = memchr(begin, '\n', len);
	*raw_len_out = newline != NULL ? (size_t)(newline - begin) + 1 : len;
	return newline != NULL;
}

static void
cut_line(struct lines *lines, size_t raw_len, bool has_ending)
{
	struct line *line = &lines->line;
	bool is_whole = has_ending || raw_len < RAW_LINE_BYTES_MAX;

	line->text = lines->buffer + lines->begin;
	line->raw_len = raw_len;
	line->text_len = raw_len;
	if (has_ending)
		line->text_len--;
	if (has_ending && line->text_len > 0 &&
	    line->text[line->text_len - 1] == '\r')
		line->text_len--;
	line->is_rest = lines->is_within_long_line;
	if (!line->is_rest)
		line->number++;

	line->fault = LINE_GOOD;
	if (line->is_rest || !is_whole ||
	    line->text_len > EVENT_LINE_BYTES_MAX)
		line->fault = LINE_TOO_LONG;
	else if (memchr(line->text, '\0', line->text_len) != NULL)
		line->fault = LINE_NUL;
	lines->is_within_long_line = !is_whole;
	lines->begin += raw_len;
}

static bool
is_blank(const struct line *line)
{
	return line->fault == LINE_GOOD && (line->text_len == 0 ||
	    text_is_of_set(line->text, line->text_len, " \t\r"));
}

bool
lines_is_at_end(const struct lines *lines)
{
	return lines->is_at_end && lines->begin == lines->end;
}

enum error
lines_read(struct lines *lines, int timeout_ms, bool *has_read_out)
{
	bool is_stopped;
	enum error err;

	err = wait_for_bytes(lines, timeout_ms, has_read_out, &is_stopped);
	if (err != ERR_NONE)
		return err;
	if (is_stopped) {
		lines->begin = lines->end;
		lines->is_at_end = true;
		return ERR_NONE;
	}
	return *has_read_out ? read_on(lines) : ERR_NONE;
}

uint64_t
lines_bytes(const struct lines *lines)
{
	return lines->bytes;
}

static enum error
wait_for_bytes(const struct lines *lines, int timeout_ms, bool *is_ready_out,
    bool *is_stopped_out)
{
	struct pollfd fds[] = {
		{ .fd = lines->fd, .events = POLLIN },
		{ .fd = lines->stop_fd, .events = POLLIN },
	};
	int count;

	*is_ready_out = *is_stopped_out = false;
	do
		count = poll(fds, COUNT_OF(fds), timeout_ms);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return ERR_IO;
	*is_stopped_out = fds[1].revents != 0;
	*is_ready_out = count > 0;
	return ERR_NONE;
}

/* Reads behind what is there, which is less than a line. */
static enum error
read_on(struct lines *lines)
{
	size_t room;
	ssize_t len;

	memmove(lines->buffer, lines->buffer + lines->begin,
	    lines->end - lines->begin);
	lines->end -= lines->begin;
	lines->begin = 0;
	room = sizeof(lines->buffer) - lines->end;
	if (room > lines->bytes_max - lines->bytes)
		room = (size_t)(lines->bytes_max - lines->bytes);
	do
		len = read(lines->fd, lines->buffer + lines->end, room);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return ERR_IO;
	lines->is_at_end = len == 0;
	lines->end += (size_t)len;
	lines->bytes += (uint64_t)len;
	return ERR_NONE;
}
