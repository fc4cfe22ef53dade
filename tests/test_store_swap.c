/* test_store_swap.c - stores change places under those who use them, and
 * under those who are killed meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backup_fixture.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/check.h"
#include "store/events.h"
#include "store/gate.h"
#include "store/live_store.h"
#include "store/organizations.h"
#include "store/restore.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	EVENTS = 300,
	SWAPS = 20,
	SWAPS_PER_LOOK = 5,
	READERS = 3,
	OPENERS = 3,
	/* A look a second, and a slow machine. */
	REOPEN_MS = 3000,
	TRIES_MAX = 10000,
	TRY_US = 1000
};

/* What the processes of a test share. */
struct board {
	atomic_bool is_over;
	atomic_int seen[READERS];	/* the first letter of a store */
	atomic_ulong reads;
	atomic_ulong opens;
	atomic_ulong commits;
};

static char *folder;
static char *path;
static char *copies[2];		/* of the stores "a" and "b" */
static struct board *board;
static unsigned int name_number;

static void
set_up(void)
{
	static const char *const names[] = { "a", "b" };

	folder = suite_directory();
	path = backup_path(folder, "store");
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char *from = backup_path(folder, names[i]);

		copies[i] = backup_path(folder, i == 0 ? "copy-a" : "copy-b");
		backup_make_store(from, names[i], EVENTS + (int)i * EVENTS);
		backup_must(from, copies[i]);
	}
	backup_must_restore(copies[0], path);
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(board, MAP_FAILED);
}

static pid_t
start(void (*work)(int number), int number)
{
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		work(number);
		_exit(0);
	}
	return child;
}

static void
end(pid_t child)
{
	int status;

	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "status %x", (unsigned int)status);
}

static void
fail_on_fault(const char *fault, void *arg)
{
	(void)arg;
	ck_abort_msg("%s", fault);
}

static void
check_all(struct store_txn *txn)
{
	struct check_result result;

	ck_assert_int_eq(store_check(txn, fail_on_fault, NULL, NULL,
	    &result), ERR_NONE);
	ck_assert_uint_ge(result.events, EVENTS);
}

/* Like a responder: one answer after the other, and none that fails. */
static void
read_on(int number)
{
	struct live_store *live;
	char *pepper_path = backup_path(path, "pepper");

	ck_assert_int_eq(live_store_new(path, pepper_path,
	    FIXTURE_MAP_BYTES, &live), ERR_NONE);
	while (!atomic_load(&board->is_over)) {
		const struct pepper *pepper;
		struct store_txn *txn;
		char name[BACKUP_NAME_SIZE];

		ck_assert_int_eq(live_store_begin(live, &txn, &pepper),
		    ERR_NONE);
		backup_read_txn(txn, pepper, name);
		if (atomic_fetch_add(&board->reads, 1) % 100 == 0)
			check_all(txn);
		live_store_end(live, txn);
		atomic_store(&board->seen[number], name[0]);
	}
	live_store_free(live);
}

static bool
note_one(const struct organization *organization, void *arg)
{
	*(uint32_t *)arg = organization->number;
	return true;
}

static void
read_one_record(struct store_txn *txn)
{
	uint32_t number = 0;

	ck_assert_int_eq(store_organization_scan(txn, note_one, &number),
	    ERR_NONE);
	ck_assert_uint_ne(number, 0);
}

/* Like CGI: opened anew for each answer. */
static void
open_on(int number)
{
	(void)number;
	while (!atomic_load(&board->is_over)) {
		struct store *store = fixture_open(path, STORE_READ);
		struct store_txn *txn = fixture_read_begin(store);

		read_one_record(txn);
		if (atomic_fetch_add(&board->opens, 1) % 100 == 0)
			check_all(txn);
		store_read_end(txn);
		store_close(store);
	}
}

static void
commit_one(struct store *store)
{
	struct store_txn *txn = fixture_write_begin(store);
	struct event_draft draft;
	char name[32];
	uint32_t organization;

	snprintf(name, sizeof(name), "w%d-%u", (int)getpid(), name_number++);
	organization = fixture_organization(txn, name);
	fixture_draft(&draft, CATEGORY_QUEUES, 300);
	ck_assert_int_eq(store_event_append(txn, organization, &draft,
	    BASE_MS), ERR_NONE);
	fixture_commit(txn);
}

/* Whenever it may: what it commits moves the numbers of transactions on. */
static void
write_on(int number)
{
	(void)number;
	while (!atomic_load(&board->is_over)) {
		struct detail detail = { "" };
		struct store *store;
		enum error err = store_open(path, STORE_WRITE,
		    FIXTURE_MAP_BYTES, &store, &detail);

		if (err == ERR_NONE) {
			commit_one(store);
			commit_one(store);
			atomic_fetch_add(&board->commits, 2);
		} else {
			ck_assert_msg(strstr(detail.text,
			    "a backup is being put") != NULL, "%s",
			    detail.text);
		}
		store_close(store);
		usleep(TRY_US);
	}
}

/* A writer may have the store at the moment. */
static void
swap(const char *copy)
{
	for (int i = 0; i < TRIES_MAX; i++) {
		struct detail detail = { "" };
		struct copy_result result;
		enum error err = backup_run_restore(copy, path, &result,
		    &detail);

		if (err == ERR_NONE)
			return;
		ck_assert_msg(err == ERR_EXISTS, "%s", detail.text);
		usleep(TRY_US);
	}
	ck_abort_msg("a writer always has the store");
}

static void
await_readers(int reader_count, char letter)
{
	int64_t end_ms = clock_steady_ms() + REOPEN_MS;

	for (int i = 0; i < reader_count; i++)
		while (atomic_load(&board->seen[i]) != letter) {
			ck_assert_int_lt(clock_steady_ms(), end_ms);
			usleep(TRY_US);
		}
}

START_TEST(nobody_meets_halves_of_two_stores)
{
	pid_t children[READERS + OPENERS + 1];

	for (int i = 0; i < READERS; i++)
		children[i] = start(read_on, i);
	for (int i = 0; i < OPENERS; i++)
		children[READERS + i] = start(open_on, i);
	children[READERS + OPENERS] = start(write_on, 0);
	for (int i = 1; i <= SWAPS; i++) {
		swap(copies[i % 2]);
		if (i % SWAPS_PER_LOOK == 0)
			await_readers(READERS, "ab"[i % 2]);
	}
	atomic_store(&board->is_over, true);
	for (size_t i = 0; i < COUNT_OF(children); i++)
		end(children[i]);
	ck_assert_uint_gt(atomic_load(&board->commits), 0);
	ck_assert_uint_gt(atomic_load(&board->opens), SWAPS);
	backup_expect_names(path, "data.mdb pepper");
}
END_TEST

START_TEST(a_reader_that_is_there_finishes_it_too)
{
	pid_t reader = start(read_on, 0);

	await_readers(1, 'a');
	backup_cut_off(copies[1], path, _i);
	await_readers(1, 'b');
	atomic_store(&board->is_over, true);
	end(reader);
	backup_expect_names(path, "data.mdb pepper");
}
END_TEST

START_TEST(what_is_open_stays_what_it_is)
{
	struct store *store;
	struct store_txn *txn;
	pid_t child;
	int to_child[2];
	char byte = 'x';

	ck_assert_int_eq(pipe(to_child), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		store = fixture_open(path, STORE_READ);
		txn = fixture_read_begin(store);
		atomic_store(&board->seen[0], 'x');
		ck_assert_int_eq(read(to_child[0], &byte, 1), 1);
		check_all(txn);
		store_read_end(txn);
		txn = fixture_read_begin(store);
		check_all(txn);
		_exit(0);
	}
	await_readers(1, 'x');
	swap(copies[1]);
	store = fixture_open(path, STORE_WRITE);
	for (int i = 0; i < SWAPS; i++)
		commit_one(store);
	store_close(store);
	ck_assert_int_eq(write(to_child[1], &byte, 1), 1);
	end(child);
}
END_TEST

START_TEST(a_closed_gate_stops_who_opens_but_not_who_reads)
{
	struct detail detail = { "" };
	int64_t begin_ms;
	pid_t reader = start(read_on, 0);
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	int gate_fd;

	await_readers(1, 'a');
	ck_assert_int_eq(gate_close(path, fd, GATE_WAIT_MS, &detail),
	    ERR_NONE);
	begin_ms = clock_steady_ms();
	ck_assert_int_eq(gate_enter(path, GATE_SHORT_WAIT_MS, &gate_fd,
	    &detail), ERR_STORE);
	ck_assert_int_eq(gate_fd, -1);
	ck_assert_int_ge(clock_steady_ms() - begin_ms, GATE_SHORT_WAIT_MS);
	ck_assert_msg(strstr(detail.text, "keeps the directory") !=
	    NULL, "%s", detail.text);

	/* Another file comes, but nobody may open it yet. */
	ck_assert_int_eq(rename(backup_path(copies[1], "data.mdb"),
	    backup_path(path, "data.mdb")), 0);
	ck_assert_int_eq(unlink(backup_path(path, "lock.mdb")), 0);
	usleep(SECOND_MS * 1000 + SECOND_MS * 500);
	ck_assert_int_eq(atomic_load(&board->seen[0]), 'a');
	ck_assert_int_eq(rename(backup_path(copies[1], "pepper"),
	    backup_path(path, "pepper")), 0);
	gate_open(fd);
	await_readers(1, 'b');
	atomic_store(&board->is_over, true);
	end(reader);
	close(fd);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("swap");
	TCase *tests = tcase_create("stores change places");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, nobody_meets_halves_of_two_stores);
	tcase_add_loop_test(tests, a_reader_that_is_there_finishes_it_too, 0,
	    4);
	tcase_add_test(tests, what_is_open_stays_what_it_is);
	tcase_add_test(tests,
	    a_closed_gate_stops_who_opens_but_not_who_reads);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
