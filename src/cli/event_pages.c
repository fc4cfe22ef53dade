/* event_pages.c - a range of events, page by page. */
#include "cli/event_pages.h"

#include <string.h>

#include "base/clock.h"
#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/session.h"
#include "model/event.h"

static store_event_visit take;
static int64_t oldest_ms(const struct event_pages *pages);

enum error
event_pages_begin(struct event_pages *pages,
    const struct arguments *arguments)
{
	const char *events = arguments_text(arguments, OPTION_EVENTS, 0);
	struct detail detail;
	enum error err = ERR_NONE;

	*pages = (struct event_pages){
		.range = { .filter = filter_all(), .order = OLDEST_FIRST },
		.retention_ms = settings_number(arguments->settings,
		    SETTING_RETENTION),
	};
	buffer_init(&pages->json, 0);
	if (events != NULL)
		err = filter_parse(events, strlen(events),
		    &pages->range.filter, &detail);
	if (err != ERR_NONE)
		arguments_complain(arguments, "--events: %s", detail.text);
	return err;
}

void
event_pages_clear(struct event_pages *pages)
{
	buffer_clear(&pages->json);
}

enum error
event_pages_next(struct event_pages *pages)
{
	struct cursor after = pages->cursor;
	struct store_txn *txn = NULL;
	enum error err;

	buffer_reset(&pages->json);
	pages->event_count = 0;
	pages->is_done = true;	/* unless a full page says otherwise */
	pages->range.after = pages->has_cursor ? &after : NULL;
	pages->range.oldest_ms = oldest_ms(pages);

	err = session_begin(pages->store, STORE_READ, &txn);
	if (err != ERR_NONE)
		return err;
	err = session_complain(store_event_scan(txn, &pages->range, take,
	    pages));
	store_read_end(txn);
	if (err == ERR_NONE)
		err = session_complain(pages->json.error);
	return err;
}

static bool
take(const struct event_view *view, void *arg)
{
	struct event_pages *pages = arg;

	if (pages->left == 0) {
		pages->has_more = true;
		return false;
	}
	if (pages->event_count == PAGE_EVENTS_MAX) {
		pages->is_done = false;
		return false;
	}
	buffer_add(&pages->json, view->json, view->json_len);
	buffer_add_text(&pages->json, "\n");
	pages->ends[pages->event_count++] = pages->json.len;
	pages->left--;
	pages->cursor = view->place;
	pages->has_cursor = true;
	return true;
}

/* The window moves on while a long listing is written. */
static int64_t
oldest_ms(const struct event_pages *pages)
{
	int64_t retention_ms = pages->retention_ms < WINDOW_MS ?
	    pages->retention_ms : WINDOW_MS;
	int64_t oldest = clock_now_ms() - retention_ms;

	return oldest > pages->since_ms ? oldest : pages->since_ms;
}

const char *
event_pages_json(const struct event_pages *pages, size_t nth,
    size_t *json_len_out)
{
	size_t begin = nth > 0 ? pages->ends[nth - 1] : 0;

	*json_len_out = pages->ends[nth] - begin - 1;
	return pages->json.bytes + begin;
}
