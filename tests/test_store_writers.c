/* test_store_writers.c - several processes write while others read. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/check.h"
#include "store/events.h"
#include "store/organizations.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	WRITERS = 4,
	READERS = 2,
	COMMITS = 40,
	EVENTS_MAX = 12,	/* of a commit */
	KILLS = 25,
	KILL_WITHIN_US = 15000,
	PAGE = 7,
	MOMENTS = 50
};

struct job {
	const char *path;
	int number;
};

/* Each event names its writer and counts up, so that order can be seen. */
static void
make_draft(struct event_draft *draft, int writer, int number)
{
	char text[256];
	struct detail detail = { "" };

	snprintf(text, sizeof(text), "{\"type\":\"%s\",\"client\":"
	    "{\"id\":\"w%d\"},\"queue\":{\"id\":\"n%06d\"}}",
	    fixture_type((enum category)(number % CATEGORY_COUNT)), writer,
	    number);
	ck_assert_int_eq(event_draft_parse(text, strlen(text),
	    EVENT_RECORDED, "x", draft, &detail), ERR_NONE);
}

static void
write_events(void *arg)
{
	const struct job *job = arg;
	struct store *store = fixture_open(job->path, STORE_WRITE);
	uint64_t random = (uint64_t)job->number;
	int number = 0;

	for (int i = 0; i < COMMITS; i++) {
		struct store_txn *txn = fixture_write_begin(store);
		uint32_t events = 1 + fixture_random(&random, EVENTS_MAX);

		while (events-- > 0) {
			struct event_draft draft;

			make_draft(&draft, job->number, number++);
			/* Clocks that differ, and step back. */
			ck_assert_int_eq(store_event_append(txn, 1, &draft,
			    BASE_MS + fixture_random(&random, MOMENTS)),
			    ERR_NONE);
		}
		fixture_commit(txn);
	}
	store_close(store);
}

struct follower {
	struct cursor last;
	size_t page;
	uint64_t seen;
	int next[WRITERS];	/* of each writer's numbers */
};

/* What follows the words in the event's JSON. */
static const char *
find(const struct event_view *view, const char *words)
{
	const char *place = memmem(view->json, view->json_len, words,
	    strlen(words));

	ck_assert_ptr_nonnull(place);
	return place + strlen(words);
}

static bool
follow_one(const struct event_view *view, void *arg)
{
	struct follower *follower = arg;
	const char *writer = find(view, "{\"id\":\"w");
	const char *number = find(view, "{\"id\":\"n");

	ck_assert_int_gt(cursor_compare(&view->place, &follower->last), 0);
	follower->last = view->place;
	ck_assert_int_eq(strtol(number, NULL, 10),
	    follower->next[writer[0] - '0']++);
	follower->seen++;
	return ++follower->page < PAGE;
}

/* One page behind the cursor, as a client asks for it. */
static void
follow(struct store *store, struct follower *follower)
{
	struct store_txn *txn = fixture_read_begin(store);
	struct event_range range = {
		.organization = 1,
		.filter = filter_all(),
		.order = OLDEST_FIRST,
	};
	struct cursor after = follower->last;

	range.after = &after;
	follower->page = 0;
	ck_assert_int_eq(store_event_scan(txn, &range, follow_one,
	    follower), ERR_NONE);
	store_read_end(txn);
}

/* Until the one event comes that says that nobody writes any more. */
static void
read_events(void *arg)
{
	const struct job *job = arg;
	struct store *store = fixture_open(job->path, STORE_READ);
	struct follower follower = { .seen = 0 };
	struct organization end;
	bool is_over = false;

	while (!is_over || follower.page == PAGE) {
		struct store_txn *txn = fixture_read_begin(store);

		is_over = store_organization_find(txn, "end", &end) ==
		    ERR_NONE;
		store_read_end(txn);
		follow(store, &follower);
	}
	for (int i = 0; i < WRITERS; i++)
		ck_assert_int_ge(follower.next[i], COMMITS);
	store_close(store);
}

static pid_t
start(void (*child)(void *arg), void *arg)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		child(arg);
		_exit(EXIT_SUCCESS);
	}
	return pid;
}

static void
await(const pid_t *pids, int count)
{
	for (int i = 0; i < count; i++) {
		int status;

		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
}

static void
add_organization(const char *path, const char *name)
{
	struct store *store = fixture_open(path, STORE_WRITE);
	struct store_txn *txn = fixture_write_begin(store);

	fixture_organization(txn, name);
	fixture_commit(txn);
	store_close(store);
}

START_TEST(a_cursor_misses_nothing_while_several_processes_write)
{
	char *path = fixture_make();
	struct job jobs[WRITERS + READERS];
	pid_t pids[WRITERS + READERS];

	add_organization(path, "here");
	for (int i = 0; i < WRITERS + READERS; i++) {
		jobs[i] = (struct job){ path, i };
		pids[i] = start(i < WRITERS ? write_events : read_events,
		    &jobs[i]);
	}
	await(pids, WRITERS);
	add_organization(path, "end");
	await(pids + WRITERS, READERS);
	free(path);
}
END_TEST

static void
fail_on_fault(const char *fault, void *arg)
{
	(void)arg;
	ck_abort_msg("%s", fault);
}

/* Counts what is there, and that each writer's events have no gap. */
static uint64_t
check_whole(const char *path)
{
	struct store *store = fixture_open(path, STORE_READ);
	struct store_txn *txn = fixture_read_begin(store);
	struct check_result result;
	struct event_range range = {
		.organization = 1,
		.filter = filter_all(),
	};
	struct follower follower = { .seen = 0 };

	ck_assert_int_eq(store_check(txn, fail_on_fault, NULL, NULL,
	    &result), ERR_NONE);
	do {
		struct cursor after = follower.last;

		follower.page = 0;
		range.after = &after;
		ck_assert_int_eq(store_event_scan(txn, &range, follow_one,
		    &follower), ERR_NONE);
	} while (follower.page == PAGE);
	ck_assert_uint_eq(follower.seen, result.events);
	store_read_end(txn);
	store_close(store);
	return follower.seen;
}

/* Tells by a byte on the pipe that a commit has returned. */
static void
write_until_killed(const char *path, int told)
{
	struct store *store = fixture_open(path, STORE_WRITE);
	int number = 0;

	for (;;) {
		struct store_txn *txn = fixture_write_begin(store);
		struct event_draft draft;

		/* One writer after the other: each goes on counting. */
		if (number == 0) {
			struct store_stat stat;

			ck_assert_int_eq(store_stat_read(txn, &stat),
			    ERR_NONE);
			number = (int)stat.events;
		}
		make_draft(&draft, 0, number++);
		ck_assert_int_eq(store_event_append(txn, 1, &draft,
		    BASE_MS), ERR_NONE);
		fixture_commit(txn);
		ck_assert_int_eq(write(told, "c", 1), 1);
	}
}

START_TEST(what_was_committed_survives_a_kill_at_any_moment)
{
	char *path = fixture_make();
	uint64_t random = 99;
	uint64_t committed = 0;

	add_organization(path, "here");
	for (int i = 0; i < KILLS; i++) {
		int ends[2];
		char bytes[4096];
		ssize_t count;
		pid_t pid;

		ck_assert_int_eq(pipe(ends), 0);
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			write_until_killed(path, ends[1]);
		close(ends[1]);
		/* Half of them die while they open, if the disk is slow. */
		if (i % 2 == 0) {
			ck_assert_int_eq(read(ends[0], bytes, 1), 1);
			committed++;
		}
		usleep(fixture_random(&random, KILL_WITHIN_US));
		kill(pid, SIGKILL);
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
		while ((count = read(ends[0], bytes, sizeof(bytes))) > 0)
			committed += (uint64_t)count;
		close(ends[0]);
		/* The last one may have been on disk before it was told. */
		ck_assert_uint_ge(check_whole(path), committed);
		committed = check_whole(path);
	}
	ck_assert_uint_gt(committed, 0);
	free(path);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store writers");
	TCase *tcase = tcase_create("writers");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase,
	    a_cursor_misses_nothing_while_several_processes_write);
	tcase_add_test(tcase,
	    what_was_committed_survives_a_kill_at_any_moment);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
