/* cluster_status.c - apitrail cluster status: machines, positions, lag. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/json_writer.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cluster/cluster.h"
#include "cluster/machine.h"
#include "stream/layout.h"

/* Hexadecimal. */
enum { DIGEST_SIZE = 17 };

struct machine_row {
	struct machine_state state;
	bool has_answered;
	bool differs;		/* took other messages than another one */
};

struct machines {
	struct buffer rows;	/* of struct machine_row, by name */
};

static enum error gather(struct cluster *cluster, struct machines *machines);
static machine_visit add_state;
static machine_name_visit add_name;
static struct machine_row *find(struct machines *machines, const char *name);
static size_t count_of(const struct machines *machines);
static bool compare_digests(struct machines *machines);
static int compare(const void *a, const void *b);
static enum error show(const struct arguments *arguments,
    struct machines *machines, const struct layout_state *log);
static enum error show_json(const struct machines *machines,
    const struct layout_state *log);
static enum error show_table(const struct machines *machines,
    const struct layout_state *log);
static const char *state_of(const struct machine_row *row);
static const char *digest_text(const struct log_digest *digest,
    char text[DIGEST_SIZE]);
static uint64_t lag_of(const struct machine_row *row,
    const struct layout_state *log);

enum status
run_cluster_status(const struct arguments *arguments)
{
	struct machines machines;
	struct store *store = NULL;
	struct cluster *cluster = NULL;
	struct layout_state log;
	struct detail detail = { "" };
	bool differ = false;
	enum error err;

	if (!cluster_is_set(arguments->settings)) {
		complain("APITRAIL_NATS_URL is not set: this machine is in "
		    "no cluster");
		return STATUS_FAILED;
	}
	buffer_init(&machines.rows,
	    2 * MACHINES_MAX * sizeof(struct machine_row));
	err = session_open(arguments, STORE_WRITE, &store);
	if (err == ERR_NONE) {
		err = cluster_open(arguments->settings, store, NULL,
		    &cluster, &detail);
		if (err == ERR_NONE)
			err = layout_look(cluster_link(cluster), &log,
			    &detail);
		if (err != ERR_NONE)
			complain("%s", detail.text);
	}
	if (err == ERR_NONE) {
		err = gather(cluster, &machines);
		if (err != ERR_NONE)
			complain("the cluster gives no answer");
	}
	if (err == ERR_NONE) {
		differ = compare_digests(&machines);
		err = show(arguments, &machines, &log);
	}
	if (differ)
		complain("machines have taken different messages of the log: "
		    "restore those that are wrong from the backup of one "
		    "that is right");
	cluster_close(cluster);
	store_close(store);
	buffer_clear(&machines.rows);
	return err == ERR_NONE && !differ ? STATUS_DONE : STATUS_FAILED;
}

static enum error
gather(struct cluster *cluster, struct machines *machines)
{
	enum error err = machines_known(cluster, add_name, machines);

	if (err == ERR_NONE)
		err = machines_ask(cluster, add_state, machines);
	if (err == ERR_NONE)
		err = machines->rows.error;
	if (err == ERR_NONE && machines->rows.len > 0)
		qsort(machines->rows.bytes, count_of(machines),
		    sizeof(struct machine_row), compare);
	return err;
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

static void
add_name(const char *name, void *arg)
{
	(void)find(arg, name);
}

/* The row of that name, made if there is none; NULL without memory. */
static struct machine_row *
find(struct machines *machines, const char *name)
{
	struct machine_row row = { .has_answered = false };
	struct machine_row *rows = (void *)machines->rows.bytes;
	size_t count = count_of(machines);

	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].state.name, name) == 0)
			return &rows[i];
	snprintf(row.state.name, sizeof(row.state.name), "%s", name);
	buffer_add(&machines->rows, &row, sizeof(row));
	rows = (void *)machines->rows.bytes;
	return machines->rows.error == ERR_NONE ? &rows[count] : NULL;
}

static size_t
count_of(const struct machines *machines)
{
	return machines->rows.len / sizeof(struct machine_row);
}

/* Where two differ, who is wrong is seen by how many agree: each is shown. */
static bool
compare_digests(struct machines *machines)
{
	struct machine_row *rows = (void *)machines->rows.bytes;
	size_t count = count_of(machines);
	bool differ = false;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			if (!log_digest_differs(&rows[i].state.digest,
			    &rows[j].state.digest))
				continue;
			rows[i].differs = true;
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

static enum error
show(const struct arguments *arguments, struct machines *machines,
    const struct layout_state *log)
{
	return arguments_have(arguments, OPTION_JSON) ?
	    show_json(machines, log) : show_table(machines, log);
}

static enum error
show_json(const struct machines *machines, const struct layout_state *log)
{
	const struct machine_row *rows = (void *)machines->rows.bytes;
	struct buffer text;
	struct json_writer json = { .buffer = &text };
	enum error err;

	buffer_init(&text, 0);
	json_writer_begin(&json, NULL, '{');
	json_writer_begin(&json, "log", '{');
	json_writer_number(&json, "first", (int64_t)log->first);
	json_writer_number(&json, "last", (int64_t)log->last);
	json_writer_text(&json, "leader", log->leader);
	json_writer_number(&json, "replicas", log->replicas);
	json_writer_number(&json, "replicas_current", log->replicas_current);
	json_writer_end(&json, '}');
	json_writer_begin(&json, "machines", '[');
	for (size_t i = 0; i < count_of(machines); i++) {
		const struct machine_row *row = &rows[i];
		char digest[DIGEST_SIZE];

		json_writer_begin(&json, NULL, '{');
		json_writer_text(&json, "name", row->state.name);
		json_writer_bool(&json, "is_up", row->has_answered);
		if (row->has_answered) {
			json_writer_number(&json, "position",
			    (int64_t)row->state.position);
			json_writer_number(&json, "lag",
			    (int64_t)lag_of(row, log));
			json_writer_number(&json, "skipped",
			    (int64_t)row->state.skipped);
			json_writer_number(&json, "gaps",
			    (int64_t)row->state.gaps);
			json_writer_text(&json, "alarm", row->state.alarm);
			json_writer_text(&json, "digest", digest_text(
			    &row->state.digest, digest));
			json_writer_bool(&json, "differs", row->differs);
		}
		json_writer_end(&json, '}');
	}
	json_writer_end(&json, ']');
	json_writer_end(&json, '}');
	buffer_add_text(&text, "\n");
	err = output_buffer(&text);
	buffer_clear(&text);
	return err;
}

static enum error
show_table(const struct machines *machines, const struct layout_state *log)
{
	static const struct table_column columns[] = {
		{ "MACHINE", TABLE_LONG },
		{ "STATE", TABLE_TEXT },
		{ "POSITION", TABLE_NUMBER },
		{ "LAG", TABLE_NUMBER },
		{ "SKIPPED", TABLE_NUMBER },
		{ "GAPS", TABLE_NUMBER },
		{ "DIGEST", TABLE_TEXT },
	};
	const struct machine_row *rows = (void *)machines->rows.bytes;
	struct table *table = table_new(columns, COUNT_OF(columns));
	struct buffer text;
	enum error err;

	for (size_t i = 0; i < count_of(machines); i++) {
		const struct machine_state *state = &rows[i].state;
		char digest[DIGEST_SIZE];

		table_add_row(table);
		table_set(table, 0, state->name);
		table_set(table, 1, state_of(&rows[i]));
		table_colour(table, 1, !rows[i].has_answered ?
		    COLOUR_WARNING : strcmp(state_of(&rows[i]), "well") == 0 ?
		    COLOUR_GOOD : COLOUR_BAD);
		if (!rows[i].has_answered)
			continue;
		table_set_number(table, 2, (int64_t)state->position);
		table_set_number(table, 3, (int64_t)lag_of(&rows[i], log));
		table_set_number(table, 4, (int64_t)state->skipped);
		table_set_number(table, 5, (int64_t)state->gaps);
		table_set(table, 6, digest_text(&state->digest, digest));
	}
	err = table_print(table);
	table_free(table);
	if (err != ERR_NONE)
		return err;
	buffer_init(&text, 0);
	buffer_add_format(&text, "log: messages %" PRIu64 " to %" PRIu64
	    ", %d of %d replicas current, leader %s\n", log->first, log->last,
	    log->replicas_current, log->replicas,
	    log->leader[0] == '\0' ? "none" : log->leader);
	err = output_buffer(&text);
	buffer_clear(&text);
	return err;
}

static const char *
state_of(const struct machine_row *row)
{
	if (!row->has_answered)
		return "away";
	return row->differs ? "differs" : row->state.alarm;
}

static const char *
digest_text(const struct log_digest *digest, char text[DIGEST_SIZE])
{
	snprintf(text, DIGEST_SIZE, "%016" PRIx64, digest->running);
	return text;
}

static uint64_t
lag_of(const struct machine_row *row, const struct layout_state *log)
{
	return log->last > row->state.position ?
	    log->last - row->state.position : 0;
}
