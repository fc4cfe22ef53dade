/* cluster_status.c - apitrail cluster status: machines, positions, lag. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/json_writer.h"
#include "cli/machine_rows.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cluster/cluster.h"
#include "stream/layout.h"
#include "stream/link.h"

enum {
	/* Hexadecimal. */
	DIGEST_SIZE = 17,
	/* What a fail-over takes, and more. */
	PATIENCE_MS = 12 * 1000,
	AGAIN_MS = 250
};

static enum error ask_patiently(const struct arguments *arguments,
    struct store *store, struct machine_rows *machines,
    struct layout_state *log, bool *differ, struct detail *detail);
static enum error ask(const struct arguments *arguments, struct store *store,
    struct link *link, struct machine_rows *machines,
    struct layout_state *log, bool *differ, struct detail *detail);
static enum error show(const struct arguments *arguments,
    struct machine_rows *machines, const struct layout_state *log);
static enum error show_json(const struct machine_rows *machines,
    const struct layout_state *log);
static enum error show_table(const struct machine_rows *machines,
    const struct layout_state *log);
static const char *state_of(const struct machine_row *row);
static const char *digest_text(const struct log_digest *digest,
    char text[DIGEST_SIZE]);
static uint64_t lag_of(const struct machine_row *row,
    const struct layout_state *log);

enum status
run_cluster_status(const struct arguments *arguments)
{
	struct machine_rows machines;
	struct store *store = NULL;
	struct layout_state log;
	struct detail detail = { "" };
	bool differ = false;
	enum error err;

	if (!cluster_is_set(arguments->settings)) {
		complain("APITRAIL_NATS_URL is not set: this machine is in "
		    "no cluster");
		return STATUS_FAILED;
	}
	machine_rows_init(&machines);
	err = session_open(arguments, STORE_WRITE, &store);
	if (err == ERR_NONE) {
		err = ask_patiently(arguments, store, &machines, &log,
		    &differ, &detail);
		if (err != ERR_NONE)
			complain("%s", detail.text);
	}
	if (err == ERR_NONE)
		err = show(arguments, &machines, &log);
	if (differ)
		complain("machines have taken different messages of the log: "
		    "restore those that are wrong from the backup of one "
		    "that is right");
	store_close(store);
	machine_rows_clear(&machines);
	return err == ERR_NONE && !differ ? STATUS_DONE : STATUS_FAILED;
}

/* Servers that are there, and choose another leader, answer later. */
static enum error
ask_patiently(const struct arguments *arguments, struct store *store,
    struct machine_rows *machines, struct layout_state *log, bool *differ,
    struct detail *detail)
{
	int64_t end_ms = clock_steady_ms() + PATIENCE_MS;
	struct link *link = NULL;
	enum error err;

	for (;;) {
		err = link_open(arguments->settings, &link, detail);
		if (err != ERR_NONE)
			return err;
		err = ask(arguments, store, link, machines, log, differ,
		    detail);
		if (err != ERR_AWAY || clock_steady_ms() >= end_ms)
			return err;
		usleep(AGAIN_MS * 1000);
	}
}

/* The link is gone afterwards. */
static enum error
ask(const struct arguments *arguments, struct store *store,
    struct link *link, struct machine_rows *machines,
    struct layout_state *log, bool *differ, struct detail *detail)
{
	struct cluster *cluster = NULL;
	enum error err = cluster_open(arguments->settings, store, link,
	    &cluster, detail);

	if (err == ERR_NONE)
		err = layout_look(link, log, detail);
	if (err != ERR_NONE)
		goto out;
	err = machines_known(cluster, machine_rows_add_name, machines);
	if (err == ERR_NONE)
		err = machine_rows_ask(machines, link, differ);
	if (err != ERR_NONE)
		detail_set(detail, err, "the cluster gives no answer");
out:
	cluster_close(cluster);
	return err;
}

static enum error
show(const struct arguments *arguments, struct machine_rows *machines,
    const struct layout_state *log)
{
	return arguments_have(arguments, OPTION_JSON) ?
	    show_json(machines, log) : show_table(machines, log);
}

static enum error
show_json(const struct machine_rows *machines, const struct layout_state *log)
{
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
	for (size_t i = 0; i < machine_rows_count(machines); i++) {
		const struct machine_row *row = machine_rows_at(machines, i);
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
show_table(const struct machine_rows *machines, const struct layout_state *log)
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
	struct table *table = table_new(columns, COUNT_OF(columns));
	struct buffer text;
	enum error err;

	for (size_t i = 0; i < machine_rows_count(machines); i++) {
		const struct machine_row *row = machine_rows_at(machines, i);
		const struct machine_state *state = &row->state;
		char digest[DIGEST_SIZE];

		table_add_row(table);
		table_set(table, 0, state->name);
		table_set(table, 1, state_of(row));
		table_colour(table, 1, !row->has_answered ?
		    COLOUR_WARNING : strcmp(state_of(row), "well") == 0 ?
		    COLOUR_GOOD : COLOUR_BAD);
		if (!row->has_answered)
			continue;
		table_set_number(table, 2, (int64_t)state->position);
		table_set_number(table, 3, (int64_t)lag_of(row, log));
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
