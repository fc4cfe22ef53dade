/* records.c - a cell a line, where a row is too wide. */
#include "cli/records.h"

#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "cli/screen.h"

enum {
	HEADING_COLUMNS = 14,
	/* Where there is less, headings have lines of their own. */
	COLUMNS_MIN = 2 * HEADING_COLUMNS
};

static void add_lines(struct buffer *buffer, const char *text,
    size_t columns, size_t indent);

void
records_add(struct buffer *buffer, const char *heading, const char *text,
    size_t columns)
{
	if (text == NULL || text[0] == '\0')
		return;
	if (columns < COLUMNS_MIN) {
		add_lines(buffer, heading, columns, 0);
		add_lines(buffer, text, columns, 0);
		return;
	}
	buffer_add_format(buffer, "%-*s", HEADING_COLUMNS, heading);
	add_lines(buffer, text, columns - HEADING_COLUMNS, HEADING_COLUMNS);
}

/* The first one goes on where the buffer is. */
static void
add_lines(struct buffer *buffer, const char *text, size_t columns,
    size_t indent)
{
	size_t left = strlen(text);
	bool is_first = true;

	while (left > 0) {
		size_t len = screen_fit(text, left, columns);

		buffer_add_format(buffer, "%*s", is_first ? 0 :
		    (int)indent, "");
		buffer_add(buffer, text, len);
		buffer_add_text(buffer, "\n");
		is_first = false;
		text += len;
		left -= len;
	}
}
