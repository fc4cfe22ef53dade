/* chores.c - what the recorder does for the store beside taking events in. */
#include "recorder/chores.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/doing.h"
#include "base/log.h"
#include "base/text.h"
#include "model/limits.h"
#include "record/retention.h"
#include "shared/last_used.h"
#include "shared/recorder_sign.h"
#include "shared/shared.h"
#include "store/api_keys.h"
#include "store/organizations.h"
#include "store/store.h"

enum {
	/* Between steps of a chore that is not done, so that others have
	 * their turns. */
	STEP_PAUSE_MS = 20,
	USES_PER_STEP = 256,
	/* Of 16,384 keys at the most. */
	FINISH_STEPS_MAX = 64
};

/* Does a step; *is_done_out is whether it is over for its period. */
typedef enum error chore_step(struct chores *chores, bool *is_done_out);

static chore_step renew_counters;
static chore_step prune;
static chore_step look_at_readers;
static chore_step erase;
static chore_step save_last_used;
static bool is_fatal(enum error err);
static enum error find_removing(struct chores *chores);
static enum error erase_some(struct chores *chores, bool *is_erased_out);
static enum error save_uses(struct store *store, const struct last_use *uses,
    size_t count);

static const struct {
	chore_step *step;
	int64_t period_ms;
	const char *name;
} rows[] = {
	[CHORE_COUNTERS] = { renew_counters, SECOND_MS, "counters" },
	[CHORE_RETENTION] = { prune, SECOND_MS, "pruning" },
	[CHORE_READERS] = { look_at_readers, 10 * SECOND_MS, "readers" },
	[CHORE_REMOVALS] = { erase, 10 * SECOND_MS, "a removal" },
	[CHORE_LAST_USED] = { save_last_used, 30 * SECOND_MS, "uses of keys" },
};

void
chores_init(struct chores *chores, struct store *store,
    struct shared *shared, int64_t retention_ms)
{
	*chores = (struct chores){
		.store = store,
		.shared = shared,
		.retention_ms = retention_ms,
	};
}

int64_t
chores_due_ms(const struct chores *chores)
{
	int64_t due_ms = INT64_MAX;

	for (size_t i = 0; i < CHORE_COUNT; i++)
		if (chores->due_ms[i] < due_ms)
			due_ms = chores->due_ms[i];
	return due_ms;
}

enum error
chores_work(struct chores *chores, int64_t now_ms)
{
	for (size_t i = 0; i < CHORE_COUNT; i++) {
		bool is_done = true;
		enum error err;

		if (chores->due_ms[i] > now_ms)
			continue;
		doing_begin(rows[i].name, "");
		err = rows[i].step(chores, &is_done);
		doing_end();
		if (is_fatal(err))
			return err;
		chores->due_ms[i] = now_ms + (is_done || err != ERR_NONE ?
		    rows[i].period_ms : STEP_PAUSE_MS);
	}
	return ERR_NONE;
}

void
chores_finish(struct chores *chores)
{
	bool is_done = false;

	for (int i = 0; i < FINISH_STEPS_MAX && !is_done; i++)
		if (save_last_used(chores, &is_done) != ERR_NONE)
			break;
}

static enum error
renew_counters(struct chores *chores, bool *is_done_out)
{
	shared_renew(chores->shared);
	recorder_sign_give(chores->shared, clock_now_ms());
	*is_done_out = true;
	return ERR_NONE;
}

static enum error
prune(struct chores *chores, bool *is_done_out)
{
	return retention_step(chores->store, chores->retention_ms,
	    is_done_out, &chores->pruned);
}

static enum error
look_at_readers(struct chores *chores, bool *is_done_out)
{
	struct reader readers[STALLED_READERS_MAX];
	unsigned int count = store_clear_dead_readers(chores->store);
	char text[16];

	*is_done_out = true;
	if (count > 0) {
		snprintf(text, sizeof(text), "%u", count);
		log_fact(LEVEL_NOTICE, "slots of readers that died are free "
		    "again", "count", text, NULL);
	}
	(void)stalled_readers_look(&chores->stalled, readers,
	    store_readers(chores->store, readers, COUNT_OF(readers)),
	    clock_steady_ms());
	return ERR_NONE;
}

/* What `apitrail org remove` did not finish. */
static enum error
erase(struct chores *chores, bool *is_done_out)
{
	bool is_erased = false;
	enum error err = ERR_NONE;

	if (chores->removing == 0)
		err = find_removing(chores);
	if (err == ERR_NONE && chores->removing != 0)
		err = erase_some(chores, &is_erased);
	if (err != ERR_NONE || is_erased)
		chores->removing = 0;
	/* There may be another one. */
	*is_done_out = chores->removing == 0 && !is_erased;
	return err;
}

static enum error
save_last_used(struct chores *chores, bool *is_done_out)
{
	struct last_use uses[USES_PER_STEP];
	size_t count = last_used_changed(chores->shared, clock_now_ms(),
	    &chores->last_used_position, uses, COUNT_OF(uses));
	enum error err = ERR_NONE;

	*is_done_out = chores->last_used_position == 0;
	if (count > 0)
		err = save_uses(chores->store, uses, count);
	if (count > 0 && err == ERR_NONE)
		last_used_saved(chores->shared, uses, count);
	return err;
}

static bool
is_fatal(enum error err)
{
	return err == ERR_STORE || err == ERR_IO;
}

/* Damage is told when there is more or less of it, not each time. */
static enum error
find_removing(struct chores *chores)
{
	struct removals found = { 0 };
	struct store_txn *txn = NULL;
	enum error err = store_read_begin(chores->store, &txn);

	if (err == ERR_NONE)
		err = store_organization_find_removals(txn, false, &found);
	if (err == ERR_NONE && found.damaged != chores->damaged)
		err = store_organization_find_removals(txn, true, &found);
	store_read_end(txn);
	if (err == ERR_NONE) {
		chores->removing = found.number;
		chores->damaged = found.damaged;
	}
	return err;
}

static enum error
erase_some(struct chores *chores, bool *is_erased_out)
{
	struct store_txn *txn = NULL;
	struct erase_result result;
	char number[16];
	enum error err = store_write_begin(chores->store, false, &txn);

	*is_erased_out = false;
	if (err != ERR_NONE)
		return err;
	err = store_organization_erase_some(txn, chores->removing,
	    ERASE_BATCH_RECORDS, &result);
	if (err == ERR_NOT_FOUND) {
		store_write_abort(txn);
		*is_erased_out = true;
		return ERR_NONE;
	}
	if (err != ERR_NONE) {
		store_write_abort(txn);
		return err;
	}
	err = store_write_commit(txn);
	*is_erased_out = err == ERR_NONE && result.is_done;
	if (*is_erased_out) {
		snprintf(number, sizeof(number), "%" PRIu32,
		    chores->removing);
		log_fact(LEVEL_NOTICE, "an organization's removal is "
		    "finished", "number", number, NULL);
	}
	return err;
}

/* The file of uses can name keys that are gone, or never were. */
static enum error
save_uses(struct store *store, const struct last_use *uses, size_t count)
{
	struct store_txn *txn = NULL;
	enum error err = store_write_begin(store, false, &txn);

	for (size_t i = 0; i < count && err == ERR_NONE; i++) {
		err = store_api_key_put_last_used(txn, uses[i].id,
		    uses[i].used_ms);
		if (err == ERR_NOT_FOUND || err == ERR_CORRUPT)
			err = ERR_NONE;
	}
	if (err == ERR_NONE)
		return store_write_commit(txn);
	store_write_abort(txn);
	return err;
}
