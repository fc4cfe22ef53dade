/* machine_rows.h - the machines of a cluster, and how each says that it is. */
#ifndef CLI_MACHINE_ROWS_H
#define CLI_MACHINE_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "cluster/machine.h"

struct machine_row {
	struct machine_state state;
	bool has_answered;
	bool differs;		/* took other messages than another one */
};

struct machine_rows {
	struct buffer bytes;
};

void machine_rows_init(struct machine_rows *rows);
void machine_rows_clear(struct machine_rows *rows);

size_t machine_rows_count(const struct machine_rows *rows);
const struct machine_row *machine_rows_at(const struct machine_rows *rows,
    size_t i);

/* Adds one that is known, unless it is there. */
machine_name_visit machine_rows_add_name;

/* Asks all, sorts the rows by name, and compares what each took: differs_out
 * is whether any two differ.  ERR_AWAY, ERR_NO_MEMORY, ERR_FULL. */
struct link;
enum error machine_rows_ask(struct machine_rows *rows, struct link *link,
    bool *differs_out);

#endif
