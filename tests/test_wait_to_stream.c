/* test_wait_to_stream.c - pages, waits and streams that follow one another,
 * while other processes write: nothing is lost, nothing comes twice.
 */
#include "api/answer.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api_live.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "model/event.h"
#include "store/events.h"
#include "store/store.h"
#include "store/wake.h"
#include "suite.h"

enum {
	MAP_BYTES = 1 << 30,
	WRITERS = 4,
	COMMITS = 250,
	EVENTS_MAX = 40,	/* in a commit */
	LOOKS_MAX = 20,
	/* Where it does not matter what ends a sleep. */
	SHORT_MS = 100
};

static struct fixture fixture;
static struct wake_watch *watch;
static uint64_t seed = 88172645463325252;

/* Where the reader is, and what it has. */
static struct cursor place;
static bool has_place;
static struct fixture_ids ids;

static void
set_up(void)
{
	fixture_open(&fixture, NULL);
	ck_assert_int_eq(wake_watch_new(settings_text(fixture.settings,
	    SETTING_STORE), &watch), ERR_NONE);
}

static void
tear_down(void)
{
	wake_watch_free(watch);
	fixture_ids_clear(&ids);
	fixture_close(&fixture);
}

/* Xorshift: the same numbers every time. */
static unsigned int
below(unsigned int end)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned int)(seed % end);
}

/* Commits of events of all types, on a clock that jumps about. */
static void
write_events(unsigned int writer)
{
	static const char *const types[] = {
		"queue_added", "message_added", "listener_added",
		"api_key_added", "other"
	};
	struct detail detail;
	struct store *store;

	seed += writer;
	ck_assert_int_eq(store_open(settings_text(fixture.settings,
	    SETTING_STORE), STORE_WRITE, MAP_BYTES, &store, &detail),
	    ERR_NONE);
	for (int i = 0; i < COMMITS; i++) {
		int64_t now_ms = clock_now_ms() - below(2000);
		struct store_txn *txn;

		ck_assert_int_eq(store_write_begin(store, true, &txn),
		    ERR_NONE);
		for (unsigned int left = 1 + below(EVENTS_MAX); left > 0;
		    left--)
			fixture_append(&fixture, txn, ACME,
			    types[below(COUNT_OF(types))], now_ms, NULL);
		ck_assert_int_eq(store_write_commit(txn), ERR_NONE);
		if (below(10) == 0)
			usleep(below(20) * 1000);
	}
	store_close(store);
}

/* Before this process opens the store: it must not be forked with it. */
static void
begin_writers(pid_t writers[WRITERS])
{
	for (unsigned int i = 0; i < WRITERS; i++) {
		writers[i] = fork();
		ck_assert_int_ge(writers[i], 0);
		if (writers[i] == 0) {
			write_events(i);
			_exit(0);
		}
	}
}

static bool
are_writers_done(pid_t writers[WRITERS])
{
	bool are_done = true;

	for (int i = 0; i < WRITERS; i++) {
		int status;
		pid_t ended;

		if (writers[i] == 0)
			continue;
		ended = waitpid(writers[i], &status, WNOHANG);
		if (ended == 0) {
			are_done = false;
			continue;
		}
		ck_assert_int_eq(ended, writers[i]);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		writers[i] = 0;
	}
	return are_done;
}

static void
take_events(void)
{
	const char *body = fixture_body(&fixture);
	const char *stored_at = NULL;

	if (fixture.response.body.len == 0)
		return;
	fixture_take_ids(&fixture, &ids);
	for (const char *at = strstr(body, "\"stored_at\":"); at != NULL;
	    at = strstr(at + 1, "\"stored_at\":"))
		stored_at = at;
	if (stored_at == NULL)
		return;
	place.stored_at_ms = strtoll(stored_at + strlen("\"stored_at\":"),
	    NULL, 10);
	snprintf(place.id, sizeof(place.id), "%s", ids.ids[ids.count - 1]);
	has_place = true;
}

/* Sleeps so long at most; whether a wake was what ended it. */
static bool
sleep_for_news(int64_t sleep_ms)
{
	struct pollfd pollfd = {
		.fd = wake_watch_fd(watch), .events = POLLIN
	};

	return poll(&pollfd, 1, sleep_ms < 0 ? 0 : (int)sleep_ms) == 1 &&
	    wake_watch_take(watch);
}

/* A page, or one that is waited for. */
static void
read_page(unsigned int wait_s)
{
	char query[256];
	int len = snprintf(query, sizeof(query), "limit=%u&wait=%u",
	    1 + below(300), wait_s);

	if (has_place)
		snprintf(query + len, sizeof(query) - (size_t)len,
		    "&startAfter=%" PRId64 "&startAfterId=%s",
		    place.stored_at_ms, place.id);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = query, .may_wait = true });
	while (fixture.response.need == NEED_CHANGE) {
		live_resume(&fixture);
		if (fixture.response.need == NEED_CHANGE)
			(void)sleep_for_news(SHORT_MS);
	}
	ck_assert_uint_eq(fixture.response.status, 200);
	take_events();
}

/* A stream that the client leaves after a few looks. */
static void
read_stream(unsigned int look_count)
{
	struct response *response = &fixture.response;
	char field[256];
	bool is_done;

	snprintf(field, sizeof(field), "HTTP_LAST_EVENT_ID=%" PRId64 ":%s",
	    place.stored_at_ms, place.id);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .accept = "text/event-stream", .may_wait = true,
	    .params = { has_place ? field : NULL } });
	ck_assert_uint_eq(response->status, 200);
	take_events();
	while (look_count > 0) {
		if (response->need == NEED_ROOM) {
			ck_assert_int_eq(answer_next_piece(fixture.service,
			    response, &is_done), ERR_NONE);
			ck_assert(!is_done);
		} else {
			(void)sleep_for_news(SHORT_MS);
			live_resume(&fixture);
			look_count--;
		}
		ck_assert_int_ne(response->need, NEED_NOTHING);
		take_events();
	}
}

/* What is there in the end, page by page from the beginning. */
static void
check_all(void)
{
	struct fixture_ids all = { 0 };

	fixture_walk(&fixture, KEY_READER, "limit=1000", &all);
	ck_assert_uint_ge(all.count, WRITERS * COMMITS);
	ck_assert_uint_eq(ids.count, all.count);
	ck_assert(fixture_ids_are_equal(&ids, &all));
	fixture_ids_clear(&all);
}

START_TEST(they_can_follow_one_another_without_loss)
{
	pid_t writers[WRITERS];
	bool are_done = false;

	begin_writers(writers);
	/* Without a place, a stream would begin now. */
	read_page(60);
	while (!are_done) {
		are_done = are_writers_done(writers);
		switch (below(3)) {
		case 0:
			read_page(0);
			break;
		case 1:
			read_page(are_done ? 0 : 1);
			break;
		default:
			read_stream(1 + below(LOOKS_MAX));
			break;
		}
	}
	do
		read_page(0);
	while (fixture_field(&fixture, "Link") != NULL);
	check_all();
}
END_TEST

/* It alone sleeps as it is told, and what it finds was worth a wake. */
START_TEST(a_stream_is_woken_for_every_event)
{
	struct response *response = &fixture.response;
	pid_t writers[WRITERS];
	bool has_announced = false;
	bool are_done = false;
	bool is_done;

	begin_writers(writers);
	fixture_ask(&fixture, &(struct ask){ .key = KEY_READER,
	    .query = "startAfter=0&startAfterId=000000000000000000000",
	    .accept = "text/event-stream", .may_wait = true });
	while (!are_done || response->need == NEED_ROOM) {
		bool is_woken;

		take_events();
		if (response->need == NEED_ROOM) {
			ck_assert_int_eq(answer_next_piece(fixture.service,
			    response, &is_done), ERR_NONE);
			continue;
		}
		are_done = are_writers_done(writers);
		is_woken = sleep_for_news(are_done ? 0 :
		    response->resume_at_ms - clock_steady_ms());
		live_resume(&fixture);
		/* A commit of this moment has yet to wake. */
		if (has_announced && !is_woken && response->body.len > 0)
			ck_assert(sleep_for_news(SECOND_MS));
		has_announced = true;
	}
	take_events();
	check_all();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("wait to stream");
	TCase *tests = tcase_create("pages, waits and streams");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, they_can_follow_one_another_without_loss);
	tcase_add_test(tests, a_stream_is_woken_for_every_event);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
