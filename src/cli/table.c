/* table.c - rows for people, by libsmartcols. */
#include "cli/table.h"

#include <inttypes.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "cli/complain.h"
#include "cli/moment.h"
#include "cli/output.h"
#include "cli/records.h"
#include "cli/screen.h"
#include "cli/visible.h"

struct table {
	struct libscols_table *scols;
	struct libscols_line *row;	/* the last one; scols owns it */
	struct buffer cell;		/* kept between cells */
	const struct table_column *columns;	/* borrowed */
	size_t column_count;
	bool are_records;		/* a row is too wide for a line */
	bool has_failed;
};

static const char *const colours[] = {
	[COLOUR_GOOD] = "green",
	[COLOUR_WARNING] = "yellow",
	[COLOUR_BAD] = "red",
};

static bool add_column(struct table *table,
    const struct table_column *column);
static bool wants_colours(void);
static void pad(struct buffer *cell, const struct libscols_column *column);
static void keep_widths(struct table *table);
static bool fits(const struct table *table);
static size_t least_width(const struct table *table, size_t column);
static enum error print_rows(struct table *table);
static enum error print_records(struct table *table);

struct table *
table_new(const struct table_column *columns, size_t column_count)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return NULL;
	buffer_init(&table->cell, 0);
	table->columns = columns;
	table->column_count = column_count;
	table->scols = scols_new_table();
	if (table->scols == NULL) {
		table->has_failed = true;
		return table;
	}
	if (wants_colours())
		scols_table_enable_colors(table->scols, 1);
	for (size_t i = 0; i < column_count; i++)
		if (!add_column(table, &columns[i]))
			table->has_failed = true;
	return table;
}

static bool
add_column(struct table *table, const struct table_column *column)
{
	int flags = 0;

	if (column->kind == TABLE_NUMBER)
		flags = SCOLS_FL_RIGHT;
	else if (column->kind == TABLE_LONG && isatty(STDOUT_FILENO))
		flags = SCOLS_FL_TRUNC;
	return scols_table_new_column(table->scols, column->heading, 0.0,
	    flags) != NULL;
}

static bool
wants_colours(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (!isatty(STDOUT_FILENO))
		return false;
	/* no-color.org: set and not empty. */
	if (no_color != NULL && no_color[0] != '\0')
		return false;
	return terminal != NULL && terminal[0] != '\0' &&
	    strcmp(terminal, "dumb") != 0;
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	scols_unref_table(table->scols);
	buffer_clear(&table->cell);
	free(table);
}

void
table_add_row(struct table *table)
{
	if (table == NULL || table->has_failed)
		return;
	table->row = scols_table_new_line(table->scols, NULL);
	if (table->row == NULL)
		table->has_failed = true;
}

void
table_set(struct table *table, size_t column, const char *text)
{
	if (table == NULL || table->has_failed)
		return;
	buffer_reset(&table->cell);
	if (text == NULL)
		text = "";
	visible_add(&table->cell, text, strlen(text));
	pad(&table->cell, scols_table_get_column(table->scols, column));
	buffer_add(&table->cell, "", 1);
	if (table->cell.error != ERR_NONE ||
	    scols_line_set_data(table->row, column, table->cell.bytes) != 0)
		table->has_failed = true;
}

/* The hint counts for nothing where no cell is as wide as the heading. */
static void
pad(struct buffer *cell, const struct libscols_column *column)
{
	size_t width_min = (size_t)scols_column_get_whint(column);
	size_t width = 0;

	for (size_t i = 0; i < cell->len; i++)
		if (((unsigned char)cell->bytes[i] & 0xC0) != 0x80)
			width++;
	for (; width < width_min; width++)
		buffer_add_text(cell, " ");
}

void
table_set_number(struct table *table, size_t column, int64_t number)
{
	char text[sizeof("-9223372036854775808")];

	snprintf(text, sizeof(text), "%" PRId64, number);
	table_set(table, column, text);
}

void
table_set_moment(struct table *table, size_t column, int64_t time_ms)
{
	char text[CLOCK_TEXT_SIZE] = "-";

	if (time_ms != 0)
		moment_format(time_ms, text);
	table_set(table, column, text);
}

void
table_set_date(struct table *table, size_t column, int64_t time_ms)
{
	char text[CLOCK_TEXT_SIZE] = "-";

	if (time_ms != 0)
		moment_format_date(time_ms, text);
	table_set(table, column, text);
}

void
table_colour(struct table *table, size_t column, enum table_colour colour)
{
	struct libscols_cell *cell;

	if (table == NULL || table->has_failed)
		return;
	cell = scols_line_get_cell(table->row, column);
	if (cell == NULL || scols_cell_set_color(cell, colours[colour]) != 0)
		table->has_failed = true;
}

enum error
table_print(struct table *table)
{
	enum error err;

	/* Headings come with the first row. */
	if (table != NULL && !table->has_failed &&
	    scols_table_is_empty(table->scols))
		return ERR_NONE;
	if (table == NULL || table->has_failed) {
		complain("out of memory");
		return ERR_NO_MEMORY;
	}
	if (isatty(STDOUT_FILENO) && !table->are_records)
		table->are_records = !fits(table);
	err = table->are_records ? print_records(table) : print_rows(table);
	scols_table_remove_lines(table->scols);
	return err;
}

/* Whether a line holds a row of which nothing is cut but what may be. */
static bool
fits(const struct table *table)
{
	size_t columns = screen_columns(STDOUT_FILENO);
	size_t width = table->column_count - 1;		/* between them */

	for (size_t i = 0; i < table->column_count; i++)
		width += least_width(table, i);
	return width <= columns;
}

static size_t
least_width(const struct table *table, size_t column)
{
	const char *heading = table->columns[column].heading;
	size_t width = screen_width(heading, strlen(heading));
	struct libscols_iter *rows = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *row;

	while (rows != NULL && table->columns[column].kind != TABLE_LONG &&
	    scols_table_next_line(table->scols, rows, &row) == 0) {
		const char *text = scols_cell_get_data(
		    scols_line_get_cell(row, column));
		size_t cell_width = text == NULL ? 0 :
		    screen_width(text, strlen(text));

		if (cell_width > width)
			width = cell_width;
	}
	scols_free_iter(rows);
	return width;
}

static enum error
print_records(struct table *table)
{
	struct libscols_iter *rows = scols_new_iter(SCOLS_ITER_FORWARD);
	size_t columns = screen_columns(STDOUT_FILENO);
	struct libscols_line *row;
	struct buffer text;
	enum error err;

	buffer_init(&text, 0);
	if (rows == NULL)
		text.error = ERR_NO_MEMORY;
	while (rows != NULL &&
	    scols_table_next_line(table->scols, rows, &row) == 0) {
		for (size_t i = 0; i < table->column_count; i++)
			records_add(&text, table->columns[i].heading,
			    scols_cell_get_data(scols_line_get_cell(row, i)),
			    columns);
		buffer_add_text(&text, "\n");
	}
	scols_free_iter(rows);
	err = output_buffer(&text);
	buffer_clear(&text);
	return err;
}

static enum error
print_rows(struct table *table)
{
	char *text = NULL;
	enum error err = ERR_NONE;

	if (scols_print_table_to_string(table->scols, &text) != 0) {
		complain("out of memory");
		return ERR_NO_MEMORY;
	}
	if (text != NULL && text[0] != '\0') {
		err = output_text(text);
		if (err == ERR_NONE && text[strlen(text) - 1] != '\n')
			err = output_text("\n");
	}
	free(text);
	keep_widths(table);
	scols_table_enable_noheadings(table->scols, 1);
	return err;
}

/* The rows that follow are not narrower, so that they stay in line.  A hint
 * that is no fraction is the least width. */
static void
keep_widths(struct table *table)
{
	size_t column_count = scols_table_get_ncols(table->scols);

	/* Nothing stands in line behind the last. */
	for (size_t i = 0; i + 1 < column_count; i++) {
		struct libscols_column *column =
		    scols_table_get_column(table->scols, i);
		size_t width = scols_column_get_width(column);

		if (!scols_column_is_trunc(column) &&
		    !scols_column_is_right(column) &&
		    (double)width > scols_column_get_whint(column))
			(void)scols_column_set_whint(column, (double)width);
	}
}
