/* table.h - rows for people, by libsmartcols.
 *
 * On a terminal the rows fit its width and have colours, unless NO_COLOR is
 * set or the terminal is dumb; where a row has no room even with its long
 * cells cut, each cell has a line of its own.  Elsewhere they are plain
 * columns, nothing cut.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/clock.h"

struct table;

enum column_kind {
	TABLE_TEXT,
	TABLE_LONG,		/* text that may be cut to fit a terminal */
	TABLE_NUMBER		/* to the right */
};

struct table_column {
	const char *heading;
	enum column_kind kind;
};

/* Columns are borrowed.  ERR_NO_MEMORY is kept and told by table_print. */
struct table *table_new(const struct table_column *columns,
    size_t column_count);
void table_free(struct table *table);

void table_add_row(struct table *table);
/* Fills cells of the last row; text is copied, and made visible; NULL is an
 * empty cell. */
void table_set(struct table *table, size_t column, const char *text);
void table_set_number(struct table *table, size_t column, int64_t number);
/* Write "-" for 0; a date ends with the second. */
void table_set_moment(struct table *table, size_t column, int64_t time_ms);
void table_set_date(struct table *table, size_t column, int64_t time_ms);
/* Colours a cell of the last row. */
enum table_colour { COLOUR_GOOD, COLOUR_WARNING, COLOUR_BAD };
void table_colour(struct table *table, size_t column,
    enum table_colour colour);

/* Writes the rows to stdout and forgets them; the headings come first, once,
 * and the columns do not become narrower.  An error is complained of here. */
enum error table_print(struct table *table);

#endif
