/* cgi_answer.c - what a CGI program wrote, shown as a client sees it. */
#include "cli/cgi_answer.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "cli/complain.h"
#include "cli/output.h"
#include "cli/responder_child.h"
#include "cli/visible.h"

enum {
	HEAD_BYTES_MAX = 64 * 1024,
	PIECE_BYTES = 64 * 1024,
	STATUS_DIGITS = 3
};

static enum error read_head(int fd, struct buffer *got, size_t *head_len_out);
static size_t find_head_end(const struct buffer *got);
static enum error show_head(const char *head, size_t head_len,
    unsigned int *status_out);
static const char *find_status(const char *head, size_t head_len);
static enum error show_body(int fd, struct buffer *got);
static enum error show_piece(struct buffer *got, bool is_end);

enum error
cgi_answer_show(int fd, unsigned int *status_out)
{
	struct buffer got;
	size_t head_len;
	enum error err;

	*status_out = 0;
	buffer_init(&got, 0);
	err = read_head(fd, &got, &head_len);
	if (err == ERR_NONE)
		err = show_head(got.bytes, head_len, status_out);
	if (err != ERR_NONE)
		goto out;
	buffer_drop(&got, head_len);
	err = show_body(fd, &got);
out:
	buffer_clear(&got);
	return err;
}

/* Reads until the empty line is there; some of the body may follow it. */
static enum error
read_head(int fd, struct buffer *got, size_t *head_len_out)
{
	enum error err;

	while ((*head_len_out = find_head_end(got)) == 0) {
		char *room = buffer_reserve(got, PIECE_BYTES);
		size_t len;

		if (room == NULL) {
			complain("out of memory");
			return got->error;
		}
		if (got->len > HEAD_BYTES_MAX) {
			complain("the responder's header is over %d bytes",
			    HEAD_BYTES_MAX);
			return ERR_TOO_LARGE;
		}
		err = responder_child_read(fd, room, PIECE_BYTES, &len);
		if (err != ERR_NONE)
			return err;
		if (len == 0) {
			complain("the responder ended without an answer");
			return ERR_SYNTAX;
		}
		got->len += len;
	}
	return ERR_NONE;
}

/* The length of the header with its empty line, 0 when that is missing. */
static size_t
find_head_end(const struct buffer *got)
{
	static const char *const ends[] = { "\r\n\r\n", "\n\n" };

	for (size_t i = 0; i < COUNT_OF(ends) && got->len > 0; i++) {
		const char *end = memmem(got->bytes, got->len, ends[i],
		    strlen(ends[i]));

		if (end != NULL)
			return (size_t)(end - got->bytes) + strlen(ends[i]);
	}
	return 0;
}

/* Status: is CGI's own; a client sees it as the first line. */
static enum error
show_head(const char *head, size_t head_len, unsigned int *status_out)
{
	const char *status = find_status(head, head_len);
	struct buffer shown;
	int64_t number;
	enum error err;

	buffer_init(&shown, 0);
	if (status == NULL)
		status = "200 OK\n";
	if (text_parse_int64(status, STATUS_DIGITS, &number) != ERR_NONE ||
	    number < 100) {
		complain("the responder gave no status");
		return ERR_SYNTAX;
	}
	*status_out = (unsigned int)number;
	buffer_add_format(&shown, "HTTP/1.1 %.*s\n",
	    (int)strcspn(status, "\r\n"), status);
	while (head_len > 0) {
		const char *newline = memchr(head, '\n', head_len);
		size_t line_len = (size_t)(newline - head) + 1;
		size_t text_len = strcspn(head, "\r\n");

		if (strncasecmp(head, "Status:", strlen("Status:")) != 0) {
			buffer_add(&shown, head, text_len);
			buffer_add_text(&shown, "\n");
		}
		head += line_len;
		head_len -= line_len;
	}
	err = output_buffer(&shown);
	buffer_clear(&shown);
	return err;
}

/* Borrowed; the text after "Status: ", or NULL. */
static const char *
find_status(const char *head, size_t head_len)
{
	const char *end = head + head_len;

	while (head < end) {
		if (strncasecmp(head, "Status:", strlen("Status:")) == 0) {
			head += strlen("Status:");
			return head + strspn(head, " ");
		}
		head = (const char *)memchr(head, '\n',
		    (size_t)(end - head)) + 1;
	}
	return NULL;
}

/* got has what came of it so far. */
static enum error
show_body(int fd, struct buffer *got)
{
	bool is_terminal = isatty(STDOUT_FILENO);
	char last = '\n';
	size_t len;
	enum error err;

	do {
		char *room;

		if (got->len > 0)
			last = got->bytes[got->len - 1];
		err = show_piece(got, false);
		if (err != ERR_NONE)
			return err;
		room = buffer_reserve(got, PIECE_BYTES);
		if (room == NULL) {
			complain("out of memory");
			return got->error;
		}
		err = responder_child_read(fd, room, PIECE_BYTES, &len);
		got->len += len;
	} while (err == ERR_NONE && len > 0);
	if (err == ERR_NONE)
		err = show_piece(got, true);
	/* Leave a person's terminal at the beginning of a line. */
	if (err == ERR_NONE && last != '\n' && is_terminal)
		err = output_text("\n");
	return err;
}

/* On a terminal nothing is shown that paints it; a character that is cut off
 * waits for its rest. */
static enum error
show_piece(struct buffer *got, bool is_end)
{
	struct buffer shown;
	size_t len;
	enum error err;

	if (!isatty(STDOUT_FILENO))
		return output_buffer(got);
	buffer_init(&shown, 0);
	len = visible_add_lines(&shown, got->bytes, got->len);
	if (is_end)
		visible_add(&shown, got->bytes + len, got->len - len);
	buffer_drop(got, is_end ? got->len : len);
	err = output_buffer(&shown);
	buffer_clear(&shown);
	return err;
}
