/* stat.c - apitrail stat: what is in the store, and its size. */
#include <assert.h>
#include <string.h>

#include "base/buffer.h"
#include "base/settings.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/json_writer.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/table.h"

enum kind { KIND_NUMBER, KIND_MOMENT };

struct fact {
	const char *name;
	enum kind kind;
	int64_t number;
};

enum { FACTS_MAX = 16 };

static enum error read_facts(struct store *store, struct fact *facts,
    size_t *count_out);
static enum error print_json(const char *path, const struct fact *facts,
    size_t count);
static enum error print_table(const char *path, const struct fact *facts,
    size_t count);

enum status
run_stat(const struct arguments *arguments)
{
	const char *path = settings_text(arguments->settings, SETTING_STORE);
	struct fact facts[FACTS_MAX];
	struct store *store = NULL;
	size_t count = 0;
	enum error err;

	err = session_open(arguments, STORE_READ, &store);
	if (err == ERR_NONE)
		err = read_facts(store, facts, &count);
	store_close(store);
	if (err != ERR_NONE)
		return STATUS_FAILED;
	if (arguments_have(arguments, OPTION_JSON))
		err = print_json(path, facts, count);
	else
		err = print_table(path, facts, count);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
read_facts(struct store *store, struct fact *facts, size_t *count_out)
{
	struct store_txn *txn = NULL;
	struct store_stat stat;
	enum error err;

	err = session_begin(store, STORE_READ, &txn);
	if (err != ERR_NONE)
		return err;
	err = session_complain(store_stat_read(txn, &stat));
	store_read_end(txn);
	if (err != ERR_NONE)
		return err;

	const struct fact rows[] = {
		{ "format", KIND_NUMBER, stat.format },
		{ "map_bytes", KIND_NUMBER, stat.map_bytes },
		{ "file_bytes", KIND_NUMBER, stat.file_bytes },
		{ "used_bytes", KIND_NUMBER, stat.used_bytes },
		{ "events", KIND_NUMBER, (int64_t)stat.events },
		{ "blocks", KIND_NUMBER, (int64_t)stat.blocks },
		{ "organizations", KIND_NUMBER,
		    (int64_t)stat.organizations },
		{ "api_keys", KIND_NUMBER, (int64_t)stat.api_keys },
		{ "idempotency_keys", KIND_NUMBER,
		    (int64_t)stat.idempotency_keys },
		{ "oldest_stored_at", KIND_MOMENT, stat.oldest_ms },
		{ "newest_stored_at", KIND_MOMENT, stat.newest_ms },
		{ "last_stamp_at", KIND_MOMENT, stat.last_stamp_ms },
		{ "readers", KIND_NUMBER, stat.readers },
		{ "readers_max", KIND_NUMBER, stat.readers_max },
	};
	static_assert(COUNT_OF(rows) <= FACTS_MAX, "all rows fit");

	memcpy(facts, rows, sizeof(rows));
	*count_out = COUNT_OF(rows);
	return ERR_NONE;
}

static enum error
print_json(const char *path, const struct fact *facts, size_t count)
{
	struct buffer text;
	struct json_writer json = { .buffer = &text };
	enum error err;

	buffer_init(&text, 0);
	json_writer_begin(&json, NULL, '{');
	json_writer_text(&json, "store", path);
	for (size_t i = 0; i < count; i++) {
		if (facts[i].kind == KIND_MOMENT)
			json_writer_moment(&json, facts[i].name,
			    facts[i].number);
		else
			json_writer_number(&json, facts[i].name,
			    facts[i].number);
	}
	json_writer_end(&json, '}');
	buffer_add_text(&text, "\n");
	err = output_buffer(&text);
	buffer_clear(&text);
	return err;
}

static enum error
print_table(const char *path, const struct fact *facts, size_t count)
{
	enum { NAME, VALUE };
	static const struct table_column columns[] = {
		{ "NAME", TABLE_TEXT },
		{ "VALUE", TABLE_TEXT },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	enum error err;

	table_add_row(table);
	table_set(table, NAME, "store");
	table_set(table, VALUE, path);
	for (size_t i = 0; i < count; i++) {
		table_add_row(table);
		table_set(table, NAME, facts[i].name);
		if (facts[i].kind == KIND_MOMENT)
			table_set_moment(table, VALUE, facts[i].number);
		else
			table_set_number(table, VALUE, facts[i].number);
	}
	err = table_print(table);
	table_free(table);
	return err;
}
