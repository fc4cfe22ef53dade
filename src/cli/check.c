/* check.c - apitrail check: read all of the store, name what is bad. */
#include "store/check.h"

#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/json_writer.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/visible.h"

/* What the store's reports are gathered in. */
struct watch {
	bool is_json;
	struct progress progress;
	struct buffer text;
	struct json_writer json;
};

static enum error check(struct store *store, struct watch *watch,
    struct check_result *result);
static store_check_report report_fault;
static store_check_progress show_progress;
static enum error print_result(struct watch *watch,
    const struct check_result *result);

enum status
run_check(const struct arguments *arguments)
{
	struct watch watch = {
		.is_json = arguments_have(arguments, OPTION_JSON),
		.json = { .buffer = &watch.text },
	};
	struct check_result result = { 0 };
	struct store *store = NULL;
	enum error err;

	buffer_init(&watch.text, 0);
	err = session_open(arguments, STORE_READ, &store);
	if (err == ERR_NONE)
		err = check(store, &watch, &result);
	store_close(store);
	if (err == ERR_NONE)
		err = print_result(&watch, &result);
	buffer_clear(&watch.text);
	return err == ERR_NONE && result.faults == 0 ? STATUS_DONE :
	    STATUS_FAILED;
}

static enum error
check(struct store *store, struct watch *watch, struct check_result *result)
{
	struct store_txn *txn = NULL;
	enum error err;

	err = session_begin(store, STORE_READ, &txn);
	if (err != ERR_NONE)
		return err;
	if (watch->is_json) {
		json_writer_begin(&watch->json, NULL, '{');
		json_writer_begin(&watch->json, "faults", '[');
	}
	progress_begin(&watch->progress, "blocks");
	err = session_complain(store_check(txn, report_fault, show_progress,
	    watch, result));
	progress_hide(&watch->progress);
	store_read_end(txn);
	return err;
}

/* One line a fault, or one string of the array. */
static void
report_fault(const char *fault, void *arg)
{
	struct watch *watch = arg;

	progress_hide(&watch->progress);
	if (watch->is_json) {
		json_writer_text(&watch->json, NULL, fault);
	} else {
		visible_add(&watch->text, fault, strlen(fault));
		buffer_add_text(&watch->text, "\n");
	}
	(void)output_buffer(&watch->text);
}

static void
show_progress(uint64_t done, uint64_t all, void *arg)
{
	struct watch *watch = arg;

	progress_show(&watch->progress, done, done, all);
}

static enum error
print_result(struct watch *watch, const struct check_result *result)
{
	if (!watch->is_json) {
		buffer_add_format(&watch->text, "events: %" PRIu64
		    ", blocks: %" PRIu64 ", organizations: %" PRIu64
		    ", API keys: %" PRIu64 ", faults: %" PRIu64 "\n",
		    result->events, result->blocks, result->organizations,
		    result->api_keys, result->faults);
		return output_buffer(&watch->text);
	}
	json_writer_end(&watch->json, ']');
	json_writer_number(&watch->json, "events", (int64_t)result->events);
	json_writer_number(&watch->json, "blocks", (int64_t)result->blocks);
	json_writer_number(&watch->json, "organizations",
	    (int64_t)result->organizations);
	json_writer_number(&watch->json, "api_keys",
	    (int64_t)result->api_keys);
	json_writer_end(&watch->json, '}');
	buffer_add_text(&watch->text, "\n");
	return output_buffer(&watch->text);
}
