/* power_check.c - whether a store has all that was acknowledged. */
#include "power_check.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "model/event.h"
#include "store/check.h"
#include "store/events.h"
#include "store/organizations.h"
#include "store/store.h"

enum { MAP_BYTES = 1 << 30 };

#define QUEUE_MARK "\"queue\":{\"id\":\"e-"
#define DRAFT "{\"type\":\"queue_added\",\"queue\":{\"id\":\"after\"}}"

struct survey {
	uint64_t twice;
	uint8_t seen[POWER_EVENTS_MAX];
};

static bool fault(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
static bool make(const char *path);
static bool look(const char *path, const struct power_promises *promises);
static bool look_inside(struct store_txn *txn,
    const struct power_promises *promises);
static bool survey_events(struct store_txn *txn,
    const struct power_promises *promises);
static bool note_event(const struct event_view *view, void *arg);
static void note_fault(const char *text, void *arg);
static bool record_one(const char *path);

void
power_promises_take(struct power_promises *promises,
    const struct power_record *record)
{
	switch ((enum power_kind)record->kind) {
	case POWER_INIT_DONE:
		promises->is_init = true;
		break;
	case POWER_ORGANIZATION_DONE:
		promises->organizations++;
		break;
	case POWER_KEY_DONE:
		promises->api_keys++;
		break;
	case POWER_EVENTS_DONE:
		for (uint64_t i = record->a; i < record->a + record->b &&
		    i < POWER_EVENTS_MAX; i++)
			promises->is_recorded[i] = 1;
		promises->events += record->b;
		break;
	case POWER_FORGET:
		memset(promises->is_recorded, 0, POWER_EVENTS_MAX);
		promises->events = 0;
		break;
	case POWER_BACKUP_DONE:
		memcpy(promises->is_backed_up, promises->is_recorded,
		    POWER_EVENTS_MAX);
		promises->backup_events = promises->events;
		break;
	case POWER_RESTORE_BEGUN:
		memcpy(promises->is_recorded, promises->is_backed_up,
		    POWER_EVENTS_MAX);
		promises->events = promises->backup_events;
		break;
	default:
		break;
	}
}

bool
power_check(const char *path, const struct power_promises *promises,
    bool is_written)
{
	struct store *store = NULL;
	struct detail detail = { .text = "" };
	enum error err;

	if (!promises->is_init) {
		err = store_open(path, STORE_READ, MAP_BYTES, &store, &detail);
		store_close(store);
		if (err != ERR_NONE && detail.text[0] == '\0')
			return fault("an unfinished store, without a word");
		if (!make(path))
			return false;
	}
	if (!look(path, promises))
		return false;
	return !is_written || promises->organizations == 0 ||
	    (record_one(path) && look(path, promises));
}

static bool
fault(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return false;
}

static bool
make(const char *path)
{
	struct detail detail = { .text = "" };
	char pepper[PATH_MAX];
	bool is_made;

	snprintf(pepper, sizeof(pepper), "%s/pepper", path);
	if (store_init(path, pepper, MAP_BYTES, &is_made, &detail) !=
	    ERR_NONE)
		return fault("init again: %s", detail.text);
	return true;
}

static bool
look(const char *path, const struct power_promises *promises)
{
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	struct detail detail = { .text = "" };
	bool is_good = false;

	if (store_open(path, STORE_READ, MAP_BYTES, &store, &detail) !=
	    ERR_NONE)
		return fault("does not open: %s", detail.text);
	if (store_read_begin(store, &txn) == ERR_NONE)
		is_good = look_inside(txn, promises);
	else
		fault("no read transaction");
	store_read_end(txn);
	store_close(store);
	return is_good;
}

static bool
look_inside(struct store_txn *txn, const struct power_promises *promises)
{
	struct check_result result;

	if (store_check(txn, note_fault, NULL, NULL, &result) != ERR_NONE)
		return fault("check cannot go on");
	if (result.faults > 0)
		return fault("check found %" PRIu64 " faults", result.faults);
	if (result.organizations < promises->organizations)
		return fault("lost an organization");
	if (result.api_keys < promises->api_keys)
		return fault("lost an API key");
	return promises->organizations == 0 ||
	    survey_events(txn, promises);
}

static bool
survey_events(struct store_txn *txn, const struct power_promises *promises)
{
	static struct survey survey;
	struct organization organization;
	struct event_range range = { .order = OLDEST_FIRST };
	uint64_t lost = 0;

	memset(&survey, 0, sizeof(survey));
	if (store_organization_find(txn, "acme", &organization) != ERR_NONE)
		return fault("lost the organization acme");
	range.organization = organization.number;
	range.filter = filter_all();
	if (store_event_scan(txn, &range, note_event, &survey) != ERR_NONE)
		return fault("cannot read the events");
	for (uint64_t i = 0; i < POWER_EVENTS_MAX; i++)
		lost += promises->is_recorded[i] > survey.seen[i];
	if (lost > 0)
		return fault("lost %" PRIu64 " acknowledged events", lost);
	if (survey.twice > 0)
		return fault("%" PRIu64 " events are there twice",
		    survey.twice);
	return true;
}

static bool
note_event(const struct event_view *view, void *arg)
{
	struct survey *survey = arg;
	const char *mark = memmem(view->json, view->json_len, QUEUE_MARK,
	    sizeof(QUEUE_MARK) - 1);
	unsigned long number;

	if (mark == NULL)
		return true;
	number = strtoul(mark + sizeof(QUEUE_MARK) - 1, NULL, 10);
	if (number < POWER_EVENTS_MAX && survey->seen[number]++ > 0)
		survey->twice++;
	return true;
}

static void
note_fault(const char *text, void *arg)
{
	(void)arg;
	fault("check: %s", text);
}

static bool
record_one(const char *path)
{
	static struct event_draft draft;
	struct organization organization;
	struct detail detail = { .text = "" };
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	enum error err = store_open(path, STORE_WRITE, MAP_BYTES, &store,
	    &detail);

	if (err == ERR_NONE)
		err = store_write_begin(store, true, &txn);
	if (err == ERR_NONE)
		err = store_organization_find(txn, "acme", &organization);
	if (err == ERR_NONE)
		err = event_draft_parse(DRAFT, sizeof(DRAFT) - 1,
		    EVENT_RECORDED, "acme", &draft, &detail);
	if (err == ERR_NONE)
		err = store_event_append(txn, organization.number, &draft,
		    clock_now_ms());
	if (err == ERR_NONE)
		err = store_write_commit(txn);
	else
		store_write_abort(txn);
	store_close(store);
	return err == ERR_NONE ||
	    fault("cannot be written to: %d %s", (int)err, detail.text);
}
