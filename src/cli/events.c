/* events.c - apitrail events: show what is stored. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/event_output.h"
#include "cli/event_pages.h"
#include "cli/output.h"
#include "cli/session.h"
#include "model/limits.h"
#include "model/organization.h"

static enum error read_range(const struct arguments *arguments,
    enum event_form form, struct event_pages *pages);
static enum error read_cursor(const struct arguments *arguments,
    struct event_pages *pages);
static enum error show(struct event_pages *pages, enum event_form form);

enum status
run_events(const struct arguments *arguments)
{
	struct event_pages pages;
	struct organization organization;
	struct store *store = NULL;
	enum event_form form;
	enum error err;

	if (event_form_read(arguments, &form) != ERR_NONE ||
	    read_range(arguments, form, &pages) != ERR_NONE)
		return STATUS_USAGE;

	err = session_open(arguments, STORE_READ, &store);
	if (err == ERR_NONE)
		err = session_organization_option(store, arguments,
		    &organization);
	if (err == ERR_NONE) {
		pages.store = store;
		pages.range.organization = organization.number;
		err = show(&pages, form);
	}
	output_end();
	if (err == ERR_NONE && pages.has_more &&
	    !arguments_have(arguments, OPTION_LIMIT))
		complain("there are more than these %d; --limit shows them",
		    PAGE_EVENTS_DEFAULT);
	event_pages_clear(&pages);
	store_close(store);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
read_range(const struct arguments *arguments, enum event_form form,
    struct event_pages *pages)
{
	int64_t limit = form == FORM_TABLE ? PAGE_EVENTS_DEFAULT : INT64_MAX;
	enum error err;

	err = event_pages_begin(pages, arguments);
	if (err == ERR_NONE)
		err = arguments_number(arguments, OPTION_LIMIT, 1, INT64_MAX,
		    &limit);
	pages->left = (uint64_t)limit;
	if (arguments_have(arguments, OPTION_DESC))
		pages->range.order = NEWEST_FIRST;
	if (err == ERR_NONE)
		err = arguments_moment(arguments, OPTION_SINCE,
		    clock_now_ms(), -1, &pages->since_ms);
	if (err == ERR_NONE)
		err = read_cursor(arguments, pages);
	return err;
}

static enum error
read_cursor(const struct arguments *arguments, struct event_pages *pages)
{
	const char *id = arguments_text(arguments, OPTION_START_AFTER_ID, 0);
	bool has_moment = arguments_have(arguments, OPTION_START_AFTER);
	enum error err;

	if (has_moment != (id != NULL)) {
		arguments_complain(arguments,
		    "--start-after and --start-after-id go together");
		return ERR_MEANING;
	}
	if (!has_moment)
		return ERR_NONE;
	err = arguments_number(arguments, OPTION_START_AFTER, 0, INT64_MAX,
	    &pages->cursor.stored_at_ms);
	if (err != ERR_NONE)
		return err;
	if (!event_id_is_valid(id, strlen(id))) {
		struct quoted quoted = quote(id, strlen(id));

		arguments_complain(arguments, "--start-after-id: expected %d "
		    "of A-Z, a-z, 0-9, \"_\" and \"-\", got %s",
		    EVENT_ID_LEN, quoted.text);
		return ERR_MEANING;
	}
	memcpy(pages->cursor.id, id, sizeof(pages->cursor.id));
	pages->has_cursor = true;
	return ERR_NONE;
}

static enum error
show(struct event_pages *pages, enum event_form form)
{
	struct event_output *output = NULL;
	enum error err = event_output_new(form, &output);

	output_page();
	if (err == ERR_NONE)
		err = event_output_pages(output, pages);
	if (err == ERR_NONE)
		err = event_output_end(output);
	event_output_free(output);
	return err;
}
