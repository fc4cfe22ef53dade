/* prune.c - apitrail prune: remove the events that nobody can read. */
#include <inttypes.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/json_writer.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "model/limits.h"
#include "store/events.h"

static enum error prune(struct store *store, int64_t oldest_ms,
    struct prune_result *all);
static uint64_t count_old(struct store *store, int64_t oldest_ms);
static enum error prune_some(struct store *store, int64_t oldest_ms,
    struct prune_result *result);
static enum error report(const struct arguments *arguments,
    const struct prune_result *all);

enum status
run_prune(const struct arguments *arguments)
{
	int64_t oldest_ms = clock_now_ms() -
	    settings_number(arguments->settings, SETTING_RETENTION);
	struct prune_result all = { 0 };
	struct store *store = NULL;
	enum error err;

	err = session_open(arguments, STORE_WRITE, &store);
	if (err == ERR_NONE)
		err = prune(store, oldest_ms, &all);
	store_close(store);
	if (err == ERR_NONE)
		err = report(arguments, &all);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

/* Step by step, so that other writers have their turns between. */
static enum error
prune(struct store *store, int64_t oldest_ms, struct prune_result *all)
{
	struct progress progress;
	enum error err;
	uint64_t old_blocks = 0;

	progress_begin(&progress, "events pruned");
	if (progress.is_wanted)
		old_blocks = count_old(store, oldest_ms);
	do {
		struct prune_result result = { 0 };

		err = prune_some(store, oldest_ms, &result);
		if (err != ERR_NONE)
			break;
		all->events += result.events;
		all->blocks += result.blocks;
		all->is_done = result.is_done;
		progress_show(&progress, all->events, all->blocks,
		    old_blocks);
	} while (!all->is_done);
	progress_hide(&progress);
	return err;
}

/* 0 when it is not known: then there is no share, and no time left. */
static uint64_t
count_old(struct store *store, int64_t oldest_ms)
{
	struct store_txn *txn = NULL;
	uint64_t count = 0;

	if (store_read_begin(store, &txn) == ERR_NONE)
		(void)store_count_old_blocks(txn, oldest_ms, &count);
	store_read_end(txn);
	return count;
}

static enum error
prune_some(struct store *store, int64_t oldest_ms,
    struct prune_result *result)
{
	struct store_txn *txn = NULL;
	enum error err;

	err = session_begin(store, STORE_WRITE, &txn);
	if (err != ERR_NONE)
		return err;
	err = session_complain(store_event_prune(txn, oldest_ms,
	    PRUNE_BATCH_BLOCKS, result));
	return session_end(txn, STORE_WRITE, err);
}

static enum error
report(const struct arguments *arguments, const struct prune_result *all)
{
	struct buffer text;
	struct json_writer json = { .buffer = &text };
	enum error err;

	buffer_init(&text, 0);
	if (arguments_have(arguments, OPTION_JSON)) {
		json_writer_begin(&json, NULL, '{');
		json_writer_number(&json, "events", (int64_t)all->events);
		json_writer_number(&json, "blocks", (int64_t)all->blocks);
		json_writer_end(&json, '}');
		buffer_add_text(&text, "\n");
	} else {
		buffer_add_format(&text, "pruned %" PRIu64 " event%s in %"
		    PRIu64 " block%s\n", all->events,
		    all->events == 1 ? "" : "s", all->blocks,
		    all->blocks == 1 ? "" : "s");
	}
	err = output_buffer(&text);
	buffer_clear(&text);
	return err;
}
