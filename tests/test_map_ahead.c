/* test_map_ahead.c - pages that are mapped before somebody reads them. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include "model/filter.h"
#include "store/map_ahead.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	EVENTS = 3000,
	EVENT_PADDING = 2000,
	PAGE_BYTES = 4096,
	FAULT_BYTES = 64 * 1024,	/* that the kernel maps at once */
	SLICES_MAX = 512,
	/* Others may take pages away meanwhile. */
	FEWER_FAULTS = 4
};

struct filling {
	char *path;
	uint32_t organization;
};

static void
append_many(struct store *store, uint32_t *organization)
{
	struct store_txn *txn = fixture_write_begin(store);
	struct event_draft draft;

	if (*organization == 0)
		*organization = fixture_organization(txn, "here");
	for (int i = 0; i < EVENTS; i++) {
		fixture_draft(&draft, CATEGORY_MESSAGES, EVENT_PADDING);
		ck_assert_int_eq(store_event_append(txn, *organization,
		    &draft, BASE_MS + i), ERR_NONE);
	}
	fixture_commit(txn);
}

/* Whether this file system and kernel can do it; mapping is of no use to
 * anybody otherwise, and does nothing. */
static bool
is_possible(struct store *store)
{
	uint8_t byte;
	struct iovec one = { .iov_base = &byte, .iov_len = 1 };
	void *page;
	bool is_mapped;
	int fd;

	ck_assert_int_eq(mdb_env_get_fd(store->env, &fd), MDB_SUCCESS);
	if (preadv2(fd, &one, 1, 0, RWF_NOWAIT) != 1)
		return false;
	page = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(page, MAP_FAILED);
	is_mapped = madvise(page, PAGE_BYTES, MADV_POPULATE_READ) == 0;
	munmap(page, PAGE_BYTES);
	return is_mapped;
}

static void
map_all(struct store *store, struct map_ahead *ahead)
{
	int slices = 0;

	while (map_ahead_slice(store, ahead))
		ck_assert_int_lt(++slices, SLICES_MAX);
}

static bool
count_event(const struct event_view *view, void *arg)
{
	(void)view;
	(*(unsigned int *)arg)++;
	return true;
}

/* Page faults of reading everything. */
static long
read_all(struct store *store, uint32_t organization, unsigned int expected)
{
	struct event_range range = {
		.organization = organization,
		.filter = filter_all(),
		.order = OLDEST_FIRST,
	};
	unsigned int count = 0;
	struct rusage before;
	struct rusage after;
	struct store_txn *txn;

	getrusage(RUSAGE_SELF, &before);
	txn = fixture_read_begin(store);
	ck_assert_int_eq(store_event_scan(txn, &range, count_event, &count),
	    ERR_NONE);
	store_read_end(txn);
	getrusage(RUSAGE_SELF, &after);
	ck_assert_uint_eq(count, expected);
	return after.ru_minflt - before.ru_minflt;
}

START_TEST(what_is_mapped_is_read_without_page_faults)
{
	char *path = fixture_make();
	struct store *store = fixture_open(path, STORE_WRITE);
	struct map_ahead ahead = { 0 };
	uint32_t organization = 0;
	long faults;

	append_many(store, &organization);
	store_close(store);

	store = fixture_open(path, STORE_READ);
	faults = read_all(store, organization, EVENTS);
	ck_assert_int_gt(faults, FEWER_FAULTS);
	store_close(store);

	store = fixture_open(path, STORE_READ);
	map_all(store, &ahead);
	if (is_possible(store))
		ck_assert_int_lt(read_all(store, organization, EVENTS),
		    faults / FEWER_FAULTS);
	/* At the end there is nothing more. */
	ck_assert(!map_ahead_slice(store, &ahead));
	store_close(store);
	free(path);
}
END_TEST

/* In a process of its own, as a store is opened once in each. */
static void
append_more(void *arg)
{
	struct filling *filling = (struct filling *)arg;
	struct store *store = fixture_open(filling->path, STORE_WRITE);

	append_many(store, &filling->organization);
	store_close(store);
	exit(EXIT_SUCCESS);
}

START_TEST(what_a_commit_adds_is_mapped_already)
{
	struct filling filling = { .path = fixture_make() };
	struct store *store = fixture_open(filling.path, STORE_WRITE);
	struct map_ahead ahead = { 0 };
	long faults;

	append_many(store, &filling.organization);
	store_close(store);

	store = fixture_open(filling.path, STORE_READ);
	map_all(store, &ahead);
	ck_assert_uint_gt(ahead.free_bytes, ahead.next_bytes);
	ck_assert_int_eq(fixture_run_child(append_more, &filling), 0);
	faults = read_all(store, filling.organization, 2 * EVENTS);
	if (is_possible(store))
		ck_assert_int_lt(faults, EVENTS * PAGE_BYTES / FAULT_BYTES /
		    FEWER_FAULTS);
	store_close(store);
	free(filling.path);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("map ahead");
	TCase *tcase = tcase_create("map ahead");

	tcase_add_test(tcase, what_is_mapped_is_read_without_page_faults);
	tcase_add_test(tcase, what_a_commit_adds_is_mapped_already);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
