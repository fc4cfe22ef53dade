/* stat.c - apitrail stat: what is in the store, and its size. */
#include <assert.h>

#include "base/buffer.h"
#include "base/settings.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/json_writer.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/table.h"
#include "store/membership.h"

enum kind { KIND_NUMBER, KIND_MOMENT, KIND_TEXT };

struct fact {
	const char *name;
	enum kind kind;
	int64_t number;
	const char *text;	/* of KIND_TEXT, static */
};

enum { FACTS_MAX = 24 };

struct facts {
	struct fact rows[FACTS_MAX];
	size_t count;
};

static enum error read_facts(struct store *store, struct facts *facts);
static enum error add_store(struct facts *facts, struct store_txn *txn);
static enum error add_membership(struct facts *facts, struct store_txn *txn);
static void add_number(struct facts *facts, const char *name,
    int64_t number);
static void add_moment(struct facts *facts, const char *name,
    int64_t time_ms);
static void add_text(struct facts *facts, const char *name,
    const char *text);
static struct fact *add(struct facts *facts);
static enum error print_json(const char *path, const struct facts *facts);
static enum error print_table(const char *path, const struct facts *facts);

enum status
run_stat(const struct arguments *arguments)
{
	const char *path = settings_text(arguments->settings, SETTING_STORE);
	struct facts facts = { .count = 0 };
	struct store *store = NULL;
	enum error err;

	err = session_open(arguments, STORE_READ, &store);
	if (err == ERR_NONE)
		err = read_facts(store, &facts);
	store_close(store);
	if (err != ERR_NONE)
		return STATUS_FAILED;
	if (arguments_have(arguments, OPTION_JSON))
		err = print_json(path, &facts);
	else
		err = print_table(path, &facts);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
read_facts(struct store *store, struct facts *facts)
{
	struct store_txn *txn = NULL;
	enum error err = session_begin(store, STORE_READ, &txn);

	if (err == ERR_NONE)
		err = session_complain(add_store(facts, txn));
	if (err == ERR_NONE)
		err = session_complain(add_membership(facts, txn));
	return session_end(txn, STORE_READ, err);
}

static enum error
add_store(struct facts *facts, struct store_txn *txn)
{
	struct store_stat stat;
	enum error err = store_stat_read(txn, &stat);

	if (err != ERR_NONE)
		return err;
	add_number(facts, "format", stat.format);
	add_number(facts, "map_bytes", stat.map_bytes);
	add_number(facts, "file_bytes", stat.file_bytes);
	add_number(facts, "used_bytes", stat.used_bytes);
	add_number(facts, "events", (int64_t)stat.events);
	add_number(facts, "blocks", (int64_t)stat.blocks);
	add_number(facts, "organizations", (int64_t)stat.organizations);
	add_number(facts, "api_keys", (int64_t)stat.api_keys);
	add_number(facts, "idempotency_keys",
	    (int64_t)stat.idempotency_keys);
	add_moment(facts, "oldest_stored_at", stat.oldest_ms);
	add_moment(facts, "newest_stored_at", stat.newest_ms);
	add_moment(facts, "last_stamp_at", stat.last_stamp_ms);
	add_number(facts, "readers", stat.readers);
	add_number(facts, "readers_max", stat.readers_max);
	return ERR_NONE;
}

/* Nothing for a store that is in no cluster. */
static enum error
add_membership(struct facts *facts, struct store_txn *txn)
{
	struct membership membership;
	enum error err = store_membership_get(txn, &membership);

	if (err != ERR_NONE)
		return err == ERR_NOT_FOUND ? ERR_NONE : err;
	add_number(facts, "cluster_position", (int64_t)membership.position);
	add_moment(facts, "cluster_position_at", membership.position_ms);
	add_number(facts, "cluster_revision", (int64_t)membership.revision);
	add_number(facts, "cluster_skipped", (int64_t)membership.skipped);
	add_number(facts, "cluster_gaps", (int64_t)membership.gaps);
	add_text(facts, "cluster_alarm",
	    membership_alarm_name(membership.alarm));
	return ERR_NONE;
}

static void
add_number(struct facts *facts, const char *name, int64_t number)
{
	*add(facts) = (struct fact){
		.name = name, .kind = KIND_NUMBER, .number = number
	};
}

static void
add_moment(struct facts *facts, const char *name, int64_t time_ms)
{
	*add(facts) = (struct fact){
		.name = name, .kind = KIND_MOMENT, .number = time_ms
	};
}

static void
add_text(struct facts *facts, const char *name, const char *text)
{
	*add(facts) = (struct fact){
		.name = name, .kind = KIND_TEXT, .text = text
	};
}

static struct fact *
add(struct facts *facts)
{
	assert(facts->count < COUNT_OF(facts->rows));
	return &facts->rows[facts->count++];
}

static enum error
print_json(const char *path, const struct facts *facts)
{
	struct buffer text;
	struct json_writer json = { .buffer = &text };
	enum error err;

	buffer_init(&text, 0);
	json_writer_begin(&json, NULL, '{');
	json_writer_text(&json, "store", path);
	for (size_t i = 0; i < facts->count; i++) {
		const struct fact *fact = &facts->rows[i];

		if (fact->kind == KIND_MOMENT)
			json_writer_moment(&json, fact->name, fact->number);
		else if (fact->kind == KIND_TEXT)
			json_writer_text(&json, fact->name, fact->text);
		else
			json_writer_number(&json, fact->name, fact->number);
	}
	json_writer_end(&json, '}');
	buffer_add_text(&text, "\n");
	err = output_buffer(&text);
	buffer_clear(&text);
	return err;
}

static enum error
print_table(const char *path, const struct facts *facts)
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
	for (size_t i = 0; i < facts->count; i++) {
		const struct fact *fact = &facts->rows[i];

		table_add_row(table);
		table_set(table, NAME, fact->name);
		if (fact->kind == KIND_MOMENT)
			table_set_moment(table, VALUE, fact->number);
		else if (fact->kind == KIND_TEXT)
			table_set(table, VALUE, fact->text);
		else
			table_set_number(table, VALUE, fact->number);
	}
	err = table_print(table);
	table_free(table);
	return err;
}
