/* twins.c - imported events that contradict what is stored already. */
#include "cli/twins.h"

#include <string.h>

#include "store/events.h"
#include "store/store.h"

struct search {
	const struct event_draft *draft;
	bool has_twin;
};

static store_event_visit compare;
static struct cursor place_before(const struct cursor *place);

enum error
twins_check(const struct event_draft *draft, const void *arg,
    struct detail *detail)
{
	const struct twins *twins = arg;
	struct search search = { .draft = draft };
	struct cursor before = place_before(&draft->place);
	struct event_range range = {
		.organization = twins->organization,
		.filter = filter_all(),
		.order = OLDEST_FIRST,
		.after = &before,
	};
	struct store_txn *txn = NULL;
	enum error err;

	err = store_read_begin(twins->store, &txn);
	if (err == ERR_NONE)
		err = store_event_scan(txn, &range, compare, &search);
	store_read_end(txn);
	if (err == ERR_NONE && search.has_twin)
		err = detail_set(detail, ERR_MEANING, "%s", TWIN_REASON);
	return err;
}

/* The greatest cursor below the place: ids have one length, and no
 * character of theirs is the lowest byte. */
static struct cursor
place_before(const struct cursor *place)
{
	struct cursor before = *place;

	before.id[EVENT_ID_LEN - 1]--;
	return before;
}

static bool
compare(const struct event_view *view, void *arg)
{
	struct search *search = arg;
	const struct event_draft *draft = search->draft;

	if (cursor_compare(&view->place, &draft->place) != 0)
		return false;
	if (view->json_len == draft->json_len &&
	    memcmp(view->json, draft->json, view->json_len) == 0)
		return true;
	search->has_twin = true;
	return false;
}
