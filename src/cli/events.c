/* events.c - apitrail events: show what is stored. */
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/event_output.h"
#include "cli/event_pages.h"
#include "cli/session.h"
#include "model/limits.h"
#include "model/organization.h"

static enum error read_form(const struct arguments *arguments,
    enum event_form *form_out);
static enum error read_range(const struct arguments *arguments,
    struct event_pages *pages);
static enum error read_cursor(const struct arguments *arguments,
    struct event_pages *pages);

enum status
run_events(const struct arguments *arguments)
{
	struct event_pages pages = { .left = UINT64_MAX };
	struct organization organization;
	struct store *store = NULL;
	enum event_form form;
	enum error err;

	if (read_form(arguments, &form) != ERR_NONE)
		return STATUS_USAGE;
	if (form == FORM_TABLE)
		pages.left = PAGE_EVENTS_DEFAULT;
	if (read_range(arguments, &pages) != ERR_NONE)
		return STATUS_USAGE;

	err = session_open(arguments, STORE_READ, &store);
	if (err == ERR_NONE)
		err = session_organization_option(store, arguments,
		    &organization);
	if (err == ERR_NONE) {
		pages.store = store;
		pages.range.organization = organization.number;
		err = event_output(&pages, form);
	}
	if (err == ERR_NONE && pages.has_more &&
	    !arguments_have(arguments, OPTION_LIMIT))
		complain("there are more than these %d; --limit shows them",
		    PAGE_EVENTS_DEFAULT);
	buffer_clear(&pages.json);
	store_close(store);
	return err == ERR_NONE ? STATUS_DONE : STATUS_FAILED;
}

static enum error
read_form(const struct arguments *arguments, enum event_form *form_out)
{
	static const struct {
		enum option_name option;
		enum event_form form;
	} rows[] = {
		{ OPTION_NDJSON, FORM_NDJSON },
		{ OPTION_CSV, FORM_CSV },
		{ OPTION_JSON, FORM_JSON },
	};
	unsigned int count = 0;

	*form_out = FORM_TABLE;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (!arguments_have(arguments, rows[i].option))
			continue;
		*form_out = rows[i].form;
		count++;
	}
	if (count <= 1)
		return ERR_NONE;
	arguments_complain(arguments,
	    "expected only one of --ndjson, --csv and --json");
	return ERR_MEANING;
}

static enum error
read_range(const struct arguments *arguments, struct event_pages *pages)
{
	const char *events = arguments_text(arguments, OPTION_EVENTS, 0);
	int64_t limit = INT64_MAX;
	struct detail detail;
	enum error err = ERR_NONE;

	buffer_init(&pages->json, 0);
	pages->range.filter = filter_all();
	if (events != NULL)
		err = filter_parse(events, strlen(events),
		    &pages->range.filter, &detail);
	if (err != ERR_NONE) {
		arguments_complain(arguments, "--events: %s", detail.text);
		return err;
	}
	pages->range.order = arguments_have(arguments, OPTION_DESC) ?
	    NEWEST_FIRST : OLDEST_FIRST;
	pages->retention_ms = settings_number(arguments->settings,
	    SETTING_RETENTION);
	pages->since_ms = 0;
	err = arguments_number(arguments, OPTION_LIMIT, 1, INT64_MAX, &limit);
	if (err == ERR_NONE && arguments_have(arguments, OPTION_LIMIT))
		pages->left = (uint64_t)limit;
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
