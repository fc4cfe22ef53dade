/* screen.c - the terminal that stdout or stderr is, and what fits it. */
#include "cli/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/text.h"

enum { COLUMNS_USUAL = 80, ROWS_USUAL = 24, COLUMNS_MAX = 10000 };

static size_t ask(int fd, bool is_rows);
static size_t read_variable(const char *name, size_t usual);
static size_t next_width(const char *text, size_t text_len, size_t *bytes_out);

size_t
screen_columns(int fd)
{
	size_t columns = ask(fd, false);

	return columns != 0 ? columns :
	    read_variable("COLUMNS", COLUMNS_USUAL);
}

static size_t
ask(int fd, bool is_rows)
{
	struct winsize size = { 0 };

	if (ioctl(fd, TIOCGWINSZ, &size) != 0)
		return 0;
	return is_rows ? size.ws_row : size.ws_col;
}

static size_t
read_variable(const char *name, size_t usual)
{
	const char *text = getenv(name);
	int64_t number;

	if (text == NULL || text_parse_int64(text, strlen(text), &number) !=
	    ERR_NONE || number < 1 || number > COLUMNS_MAX)
		return usual;
	return (size_t)number;
}

/* Bytes for columns: an escape sequence or a wide character makes a line seem
 * longer than it is, which costs a pager that ends by itself. */
bool
screen_holds(const char *text, size_t text_len)
{
	size_t columns = screen_columns(STDOUT_FILENO);
	size_t rows = ask(STDOUT_FILENO, true);
	size_t taken = 1;

	if (rows == 0)
		rows = read_variable("LINES", ROWS_USUAL);
	while (text_len > 0) {
		const char *newline = memchr(text, '\n', text_len);
		size_t line_len = newline == NULL ? text_len :
		    (size_t)(newline - text) + 1;

		taken += 1 + line_len / (columns + 1);
		text += line_len;
		text_len -= line_len;
	}
	return taken <= rows;
}

size_t
screen_width(const char *text, size_t text_len)
{
	size_t width = 0;

	while (text_len > 0) {
		size_t bytes;

		width += next_width(text, text_len, &bytes);
		text += bytes;
		text_len -= bytes;
	}
	return width;
}

size_t
screen_fit(const char *text, size_t text_len, size_t columns)
{
	size_t fitting = 0;
	size_t width = 0;

	while (fitting < text_len) {
		size_t bytes;

		width += next_width(text + fitting, text_len - fitting,
		    &bytes);
		if (width > columns && fitting > 0)
			break;
		fitting += bytes;
	}
	return fitting;
}

/* What is no character, or none that can be seen, counts as one column. */
static size_t
next_width(const char *text, size_t text_len, size_t *bytes_out)
{
	mbstate_t state = { 0 };
	wchar_t character;
	size_t bytes = mbrtowc(&character, text, text_len, &state);
	int width;

	if (bytes == 0 || bytes > text_len) {
		*bytes_out = 1;
		return 1;
	}
	*bytes_out = bytes;
	width = wcwidth(character);
	return width < 0 ? 1 : (size_t)width;
}
