/* machine_rows.c - the machines of a cluster, and how each says that it
 * is. */
#include "cli/machine_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static machine_visit add_state;
static struct machine_row *find(struct machine_rows *rows, const char *name);
static bool compare_digests(struct machine_rows *rows);
static int compare(const void *a, const void *b);

void
machine_rows_init(struct machine_rows *rows)
{
	buffer_init(&rows->bytes,
	    2 * MACHINES_MAX * sizeof(struct machine_row));
}

void
machine_rows_clear(struct machine_rows *rows)
{
	buffer_clear(&rows->bytes);
}

size_t
machine_rows_count(const struct machine_rows *rows)
{
	return rows->bytes.len / sizeof(struct machine_row);
}

const struct machine_row *
machine_rows_at(const struct machine_rows *rows, size_t i)
{
	return (const struct machine_row *)(const void *)rows->bytes.bytes +
	    i;
}

void
machine_rows_add_name(const char *name, void *arg)
{
	(void)find(arg, name);
}

enum error
machine_rows_ask(struct machine_rows *rows, struct link *link, bool *differs)
{
	enum error err = machines_ask(link, add_state, rows);

	*differs = false;
	if (err == ERR_NONE)
		err = rows->bytes.error;
	if (err != ERR_NONE)
		return err;
	if (rows->bytes.len > 0)
		qsort(rows->bytes.bytes, machine_rows_count(rows),
		    sizeof(struct machine_row), compare);
	*differs = compare_digests(rows);
	return ERR_NONE;
}

static void
add_state(const struct machine_state *state, void *arg)
{
	struct machine_row *row = find(arg, state->name);

	if (row != NULL)
		*row = (struct machine_row){
			.state = *state,
			.has_answered = true,
		};
}

/* The row of that name, made if there is none; NULL without memory. */
static struct machine_row *
find(struct machine_rows *rows, const char *name)
{
	struct machine_row row = { .has_answered = false };
	struct machine_row *all = (void *)rows->bytes.bytes;
	size_t count = machine_rows_count(rows);

	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].state.name, name) == 0)
			return &all[i];
	snprintf(row.state.name, sizeof(row.state.name), "%s", name);
	buffer_add(&rows->bytes, &row, sizeof(row));
	all = (void *)rows->bytes.bytes;
	return rows->bytes.error == ERR_NONE ? &all[count] : NULL;
}

/* Where two differ, who is wrong is seen by how many agree: each is shown. */
static bool
compare_digests(struct machine_rows *rows)
{
	struct machine_row *all = (void *)rows->bytes.bytes;
	size_t count = machine_rows_count(rows);
	bool differ = false;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			if (!log_digest_differs(&all[i].state.digest,
			    &all[j].state.digest))
				continue;
			all[i].differs = true;
			differ = true;
		}
	return differ;
}

static int
compare(const void *a, const void *b)
{
	const struct machine_row *x = a;
	const struct machine_row *y = b;

	return strcmp(x->state.name, y->state.name);
}
