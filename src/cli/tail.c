/* tail.c - apitrail tail: the newest events, and on as they come. */
#include "base/clock.h"
#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/event_output.h"
#include "cli/event_pages.h"
#include "cli/follow.h"
#include "cli/output.h"
#include "cli/session.h"
#include "model/event.h"
#include "model/organization.h"
#include "store/organizations.h"
#include "store/store_file.h"

enum { TAIL_EVENTS_DEFAULT = 10 };

struct tail {
	const struct arguments *arguments;
	const char *directory;		/* the store's */
	enum event_form form;
	struct event_pages pages;
	struct event_output *output;
	struct file_identity identity;	/* of what is open */
	uint64_t passed_over_left;	/* while the beginning is sought */
};

static enum error read_wishes(const struct arguments *arguments,
    struct tail *tail);
static enum error open_store(struct tail *tail);
static enum error show(struct tail *tail);
static enum error find_beginning(struct tail *tail);
static bool pass_over(const struct event_view *view, void *arg);
static enum error go_on(struct tail *tail, struct follow *follow);
static enum error follow_store(struct tail *tail);
static enum error check_organization(const struct event_pages *pages);

enum status
run_tail(const struct arguments *arguments)
{
	static struct tail tail;
	struct organization organization;
	enum error err;

	if (read_wishes(arguments, &tail) != ERR_NONE)
		return STATUS_USAGE;

	err = open_store(&tail);
	if (err == ERR_NONE)
		err = session_organization_option(tail.pages.store, arguments,
		    &organization);
	if (err == ERR_NONE) {
		tail.pages.range.organization = organization.number;
		err = show(&tail);
	}
	event_pages_clear(&tail.pages);
	store_close(tail.pages.store);
	return err == ERR_NONE || output_reader_has_gone() ?
	    STATUS_DONE : STATUS_FAILED;
}

static enum error
read_wishes(const struct arguments *arguments, struct tail *tail)
{
	int64_t limit = TAIL_EVENTS_DEFAULT;
	enum error err = event_form_read(arguments, &tail->form);

	tail->arguments = arguments;
	tail->directory = settings_text(arguments->settings, SETTING_STORE);
	if (err == ERR_NONE)
		err = event_pages_begin(&tail->pages, arguments);
	if (err == ERR_NONE)
		err = arguments_number(arguments, OPTION_LIMIT, 0, INT64_MAX,
		    &limit);
	tail->pages.left = (uint64_t)limit;
	return err;
}

static enum error
open_store(struct tail *tail)
{
	/* Before the open: a file that comes meanwhile is met next time. */
	tail->identity = store_file_identity(tail->directory);
	return session_open(tail->arguments, STORE_READ, &tail->pages.store);
}

static enum error
show(struct tail *tail)
{
	bool is_followed = arguments_have(tail->arguments, OPTION_FOLLOW);
	struct follow *follow = NULL;
	enum error err = event_output_new(tail->form, &tail->output);

	if (is_followed)
		output_let_reader_go();
	if (err == ERR_NONE && is_followed)
		err = follow_new(tail->directory, &follow);
	if (err == ERR_NONE)
		err = find_beginning(tail);
	if (err == ERR_NONE)
		err = event_output_pages(tail->output, &tail->pages);
	if (err == ERR_NONE && is_followed)
		err = go_on(tail, follow);
	if (err == ERR_NONE)
		err = event_output_end(tail->output);
	follow_free(follow);
	event_output_free(tail->output);
	return err;
}

/* The place before the newest events that are asked for; none where there are
 * no more than these. */
static enum error
find_beginning(struct tail *tail)
{
	struct event_range newest = tail->pages.range;
	struct store_txn *txn = NULL;
	enum error err;

	newest.order = NEWEST_FIRST;
	newest.oldest_ms = clock_now_ms() - tail->pages.retention_ms;
	tail->passed_over_left = tail->pages.left;
	err = session_begin(tail->pages.store, STORE_READ, &txn);
	if (err == ERR_NONE)
		err = session_complain(store_event_scan(txn, &newest,
		    pass_over, tail));
	return session_end(txn, STORE_READ, err);
}

static bool
pass_over(const struct event_view *view, void *arg)
{
	struct tail *tail = arg;

	if (tail->passed_over_left > 0) {
		tail->passed_over_left--;
		return true;
	}
	tail->pages.cursor = view->place;
	tail->pages.has_cursor = true;
	return false;
}

static enum error
go_on(struct tail *tail, struct follow *follow)
{
	enum error err = ERR_NONE;

	tail->pages.left = UINT64_MAX;
	while (err == ERR_NONE && follow_sleep(follow)) {
		tail->pages.is_done = false;
		err = follow_store(tail);
		if (err == ERR_NONE)
			err = check_organization(&tail->pages);
		if (err == ERR_NONE)
			err = event_output_pages(tail->output, &tail->pages);
	}
	return err;
}

/* To another file that took the name, as a restore does. */
static enum error
follow_store(struct tail *tail)
{
	struct file_identity now = store_file_identity(tail->directory);

	if (now.is_there && now.device == tail->identity.device &&
	    now.inode == tail->identity.inode)
		return ERR_NONE;
	store_close(tail->pages.store);
	tail->pages.store = NULL;
	return open_store(tail);
}

/* Without it, nothing would come for ever. */
static enum error
check_organization(const struct event_pages *pages)
{
	struct organization organization;
	struct store_txn *txn = NULL;
	enum error err;

	err = session_begin(pages->store, STORE_READ, &txn);
	if (err != ERR_NONE)
		return err;
	err = store_organization_get(txn, pages->range.organization,
	    &organization);
	if (err == ERR_NOT_FOUND || (err == ERR_NONE &&
	    organization.status == ORGANIZATION_REMOVING)) {
		complain("the organization was removed");
		err = ERR_NOT_FOUND;
	} else {
		err = session_complain(err);
	}
	return session_end(txn, STORE_READ, err);
}
