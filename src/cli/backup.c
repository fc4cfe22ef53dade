/* backup.c - apitrail backup and restore. */
#include "store/backup.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/attempt.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/json_writer.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/question.h"
#include "store/restore.h"

enum { MIB_SHIFT = 20 };

/* What the child works on: one of the two. */
struct work {
	const struct settings *settings;
	struct backup *backup;
	struct restore *restore;
};

/* Its progress, first of the copy, then of the look at it. */
struct show {
	struct progress progress;
	bool is_checking;
};

static enum error back_up(const struct arguments *arguments,
    struct copy_result *result, bool *has_pepper);
static enum error restore(const struct arguments *arguments,
    bool may_replace, struct copy_result *result, bool *has_pepper);
static attempt_work fill;
static store_copy_progress show_copied;
static store_check_progress show_checked;
static enum error complain_of(enum error err, const struct detail *detail);
static enum error report_backup(const struct arguments *arguments,
    const struct copy_result *result, bool has_pepper);
static enum error report_restore(const struct arguments *arguments,
    const struct copy_result *result, bool has_pepper);
static void add_counts(struct buffer *text, const char *verb,
    const struct copy_result *result);
static void add_members(struct json_writer *json,
    const struct copy_result *result, bool has_pepper);

enum status
run_backup(const struct arguments *arguments)
{
	struct copy_result result;
	bool has_pepper = false;
	enum error err;

	attempt_begin();
	err = back_up(arguments, &result, &has_pepper);
	attempt_end();
	if (err == ERR_NONE)
		err = report_backup(arguments, &result, has_pepper);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
back_up(const struct arguments *arguments, struct copy_result *result,
    bool *has_pepper)
{
	struct work work = { .settings = arguments->settings };
	struct detail detail = { "" };
	enum error err;

	err = backup_begin(settings_text(work.settings, SETTING_STORE),
	    settings_text(work.settings, SETTING_PEPPER),
	    arguments->operands[0], &work.backup, &detail);
	if (err != ERR_NONE)
		return complain_of(err, &detail);
	*has_pepper = backup_has_pepper(work.backup);
	err = attempt_run(fill, &work, result, sizeof(*result));
	if (err != ERR_NONE) {
		backup_abort(work.backup);
		return err;
	}
	return complain_of(backup_commit(work.backup, &detail), &detail);
}

enum status
run_restore(const struct arguments *arguments)
{
	const char *path = settings_text(arguments->settings, SETTING_STORE);
	bool is_replacing = restore_replaces(path);
	struct copy_result result;
	bool has_pepper = false;
	enum status status;
	enum error err;

	if (is_replacing) {
		status = question(arguments, "%s: a store is there, and the "
		    "backup replaces all that is in it", path);
		if (status != STATUS_DONE)
			return status;
	}
	attempt_begin();
	err = restore(arguments, is_replacing, &result, &has_pepper);
	attempt_end();
	if (err == ERR_NONE)
		err = report_restore(arguments, &result, has_pepper);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
restore(const struct arguments *arguments, bool may_replace,
    struct copy_result *result, bool *has_pepper)
{
	struct work work = { .settings = arguments->settings };
	struct detail detail = { "" };
	enum error err;

	err = restore_begin(arguments->operands[0],
	    settings_text(work.settings, SETTING_STORE),
	    settings_text(work.settings, SETTING_PEPPER), may_replace,
	    &work.restore, &detail);
	if (err != ERR_NONE)
		return complain_of(err, &detail);
	*has_pepper = restore_has_pepper(work.restore);
	err = attempt_run(fill, &work, result, sizeof(*result));
	if (err != ERR_NONE) {
		restore_abort(work.restore);
		return err;
	}
	return complain_of(restore_commit(work.restore, &detail), &detail);
}

/* The part that reads a store, which may be damaged. */
static enum error
fill(void *arg, void *result)
{
	const struct work *work = arg;
	int64_t map_bytes = settings_number(work->settings, SETTING_MAP_SIZE);
	struct show show = { .is_checking = false };
	const struct copy_watch watch = { show_copied, show_checked, &show };
	struct detail detail = { "" };
	enum error err;

	progress_begin(&show.progress, "MiB copied");
	if (work->backup != NULL)
		err = backup_fill(work->backup, map_bytes, &watch, result,
		    &detail);
	else
		err = restore_fill(work->restore, map_bytes, &watch, result,
		    &detail);
	progress_hide(&show.progress);
	return complain_of(err, &detail);
}

static void
show_copied(uint64_t done, uint64_t all, void *arg)
{
	struct show *show = arg;

	progress_show(&show->progress, done >> MIB_SHIFT, done, all);
}

static void
show_checked(uint64_t done, uint64_t all, void *arg)
{
	struct show *show = arg;

	if (!show->is_checking) {
		progress_hide(&show->progress);
		progress_begin(&show->progress, "blocks verified");
		show->is_checking = true;
	}
	progress_show(&show->progress, done, done, all);
}

static enum error
complain_of(enum error err, const struct detail *detail)
{
	if (err != ERR_NONE)
		complain("%s", detail->text);
	return err;
}

static enum error
report_backup(const struct arguments *arguments,
    const struct copy_result *result, bool has_pepper)
{
	const char *target = arguments->operands[0];
	struct buffer text;
	struct json_writer json = { .buffer = &text };
	enum error err;

	buffer_init(&text, 0);
	if (arguments_have(arguments, OPTION_JSON)) {
		json_writer_begin(&json, NULL, '{');
		json_writer_text(&json, "backup", target);
		add_members(&json, result, has_pepper);
	} else {
		add_counts(&text, "backed up", result);
		buffer_add_format(&text, " to %s\n", target);
		if (has_pepper)
			buffer_add_text(&text, "the pepper is in it\n");
		else
			buffer_add_format(&text, "the pepper is not in it: it "
			    "lies in %s\n", settings_text(
			    arguments->settings, SETTING_PEPPER));
	}
	err = output_buffer(&text);
	buffer_clear(&text);
	return err;
}

static enum error
report_restore(const struct arguments *arguments,
    const struct copy_result *result, bool has_pepper)
{
	struct buffer text;
	struct json_writer json = { .buffer = &text };
	enum error err;

	buffer_init(&text, 0);
	if (arguments_have(arguments, OPTION_JSON)) {
		json_writer_begin(&json, NULL, '{');
		json_writer_text(&json, "store",
		    settings_text(arguments->settings, SETTING_STORE));
		json_writer_text(&json, "backup", arguments->operands[0]);
		add_members(&json, result, has_pepper);
	} else {
		add_counts(&text, "restored", result);
		buffer_add_format(&text, " from %s\n",
		    arguments->operands[0]);
		if (has_pepper)
			buffer_add_text(&text, "the pepper came from it\n");
		else
			buffer_add_format(&text, "the pepper in %s stays\n",
			    settings_text(arguments->settings,
			    SETTING_PEPPER));
	}
	err = output_buffer(&text);
	buffer_clear(&text);
	return err;
}

static void
add_counts(struct buffer *text, const char *verb,
    const struct copy_result *result)
{
	buffer_add_format(text, "%s %" PRIu64 " events, %" PRIu64
	    " organizations and %" PRIu64 " API keys", verb,
	    result->checked.events, result->checked.organizations,
	    result->checked.api_keys);
}

/* The rest of the object. */
static void
add_members(struct json_writer *json, const struct copy_result *result,
    bool has_pepper)
{
	json_writer_number(json, "bytes", (int64_t)result->bytes);
	json_writer_number(json, "events", (int64_t)result->checked.events);
	json_writer_number(json, "organizations",
	    (int64_t)result->checked.organizations);
	json_writer_number(json, "api_keys",
	    (int64_t)result->checked.api_keys);
	json_writer_bool(json, "pepper", has_pepper);
	json_writer_end(json, '}');
	buffer_add_text(json->buffer, "\n");
}
