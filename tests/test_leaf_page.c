/* test_leaf_page.c - LMDB's own pages are damaged, which no checksum tells,
 * and events do not vanish without a word. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "store/check.h"
#include "store/events.h"
#include "store/page.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	PAGE_BYTES = 4096,
	HEADER_BYTES = 16,
	KEY_BYTES = 34,
	BRANCH = 0x01,
	LEAF = 0x02,
	EVENTS = 300,
	/* One that is larger than half a block, so that each has its own. */
	PADDING = 2200,
	EVENTS_PER_PAGE_MIN = 20,
	/* Behind them the file is a hole. */
	FILE_BYTES_USED_MAX = 4 << 20,
	FAULT_SIZE = 512
};

static char *path;
static uint8_t *pages;
static size_t page_count;
static unsigned int damaged_count;

static void
setup(void)
{
	struct store *store;
	struct store_txn *txn;
	struct event_draft draft;
	uint32_t organization;

	path = fixture_make();
	store = fixture_open(path, STORE_WRITE);
	txn = fixture_write_begin(store);
	organization = fixture_organization(txn, "acme");
	for (int i = 0; i < EVENTS; i++) {
		fixture_draft(&draft, CATEGORY_QUEUES, PADDING);
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + i), ERR_NONE);
	}
	fixture_commit(txn);
	store_close(store);
}

static void
teardown(void)
{
	free(path);
}

static uint16_t
get(const uint8_t *bytes)
{
	uint16_t number;

	memcpy(&number, bytes, sizeof(number));
	return number;
}

static void
set(uint8_t *bytes, int number)
{
	uint16_t short_number = (uint16_t)number;

	memcpy(bytes, &short_number, sizeof(short_number));
}

/* Its record's header, from which 2 bytes are read at 6: its key's length. */
static uint8_t *
record_of(uint8_t *page, unsigned int number)
{
	return page + get(page + HEADER_BYTES + 2 * number);
}

static unsigned int
count_of(const uint8_t *page)
{
	return (get(page + 12) - HEADER_BYTES) / 2U;
}

/* Whether it leads to blocks of events. */
static bool
is_of_events(uint8_t *page, int flags)
{
	unsigned int count = count_of(page);

	/* A branch's first key is empty. */
	return get(page + 10) == flags && count < PAGE_BYTES / KEY_BYTES &&
	    count >= (flags == LEAF ? EVENTS_PER_PAGE_MIN : 3) &&
	    get(record_of(page, count - 1) + 6) == KEY_BYTES;
}

/* Damages every page, in the file, of which this returns true. */
static void
damage_some(bool (*change)(uint8_t *page))
{
	char file_path[PATH_MAX];
	off_t end;
	int fd;

	snprintf(file_path, sizeof(file_path), "%s/data.mdb", path);
	fd = open(file_path, O_RDWR | O_CLOEXEC);
	end = lseek(fd, 0, SEEK_END);
	ck_assert_int_gt(end, FILE_BYTES_USED_MAX);
	end = FILE_BYTES_USED_MAX;
	page_count = (size_t)end / PAGE_BYTES;
	pages = malloc((size_t)end);
	ck_assert_ptr_nonnull(pages);
	ck_assert_int_eq(pread(fd, pages, (size_t)end, 0), end);
	damaged_count = 0;
	for (size_t i = 0; i < page_count; i++) {
		uint8_t *page = pages + i * PAGE_BYTES;

		if (!change(page))
			continue;
		damaged_count++;
		ck_assert_int_eq(pwrite(fd, page, PAGE_BYTES,
		    (off_t)(i * PAGE_BYTES)), PAGE_BYTES);
	}
	free(pages);
	close(fd);
	ck_assert_uint_gt(damaged_count, 0);
}

static int wanted_flags;
static void (*wanted_change)(uint8_t *page);

static bool
change_wanted(uint8_t *page)
{
	bool is_wanted = is_of_events(page, wanted_flags);

	if (is_wanted)
		wanted_change(page);
	return is_wanted;
}

/* Damages every page of this kind that leads to events. */
static void
damage(int flags, void (*change)(uint8_t *page))
{
	wanted_flags = flags;
	wanted_change = change;
	damage_some(change_wanted);
}

static bool
count_event(const struct event_view *view, void *arg)
{
	unsigned int *count = arg;

	(void)view;
	++*count;
	return true;
}

static enum error
scan(struct store_txn *txn, enum event_order order,
    const struct cursor *after, unsigned int *count_out)
{
	struct event_range range = {
		.organization = 1,
		.filter = filter_all(),
		.order = order,
		.after = after,
	};

	*count_out = 0;
	return store_event_scan(txn, &range, count_event, count_out);
}

static void
ignore_fault(const char *fault, void *arg)
{
	(void)fault;
	(void)arg;
}

static void
hide_last_record(uint8_t *page)
{
	set(page + 12, get(page + 12) - 2);
}

static void
add_a_record(uint8_t *page)
{
	set(page + HEADER_BYTES + 2 * (int)count_of(page),
	    get(page + HEADER_BYTES));
	set(page + 12, get(page + 12) + 2);
}

static void
move_records(uint8_t *page)
{
	set(page + 14, get(page + 14) - 2);
}

static void
change_flags(uint8_t *page)
{
	page[11] ^= 0x80;
}

static void
change_number(uint8_t *page)
{
	page[0] ^= 1;
}

static void
repeat_a_record(uint8_t *page)
{
	memcpy(page + HEADER_BYTES + 2 * 5, page + HEADER_BYTES + 2 * 4, 2);
}

static void
lengthen_a_key(uint8_t *page)
{
	record_of(page, 7)[6] ^= 0x40;
}

static void
exchange_two_records(uint8_t *page)
{
	uint8_t *offsets = page + HEADER_BYTES + 2 * 9;
	uint16_t first = get(offsets);

	memmove(offsets, offsets + 2, 2);
	set(offsets + 2, first);
}

static const struct {
	const char *what;
	void (*change)(uint8_t *page);
} rows[] = {
	{ "its last record is hidden", hide_last_record },
	{ "a record comes twice at its end", add_a_record },
	{ "it begins elsewhere", move_records },
	{ "it is of another kind", change_flags },
	{ "it is another page", change_number },
	{ "a record comes twice, another not", repeat_a_record },
	{ "a key has another length", lengthen_a_key },
	{ "two records are exchanged", exchange_two_records },
};

START_TEST(a_damaged_leaf_is_an_error_and_is_named)
{
	struct check_result result;
	struct store *store;
	struct store_txn *txn;
	unsigned int count;

	damage(LEAF, rows[_i].change);
	store = fixture_open(path, STORE_READ);
	txn = fixture_read_begin(store);
	ck_assert_msg(scan(txn, OLDEST_FIRST, NULL, &count) == ERR_CORRUPT,
	    "%s: %u of %d events", rows[_i].what, count, EVENTS);
	ck_assert_msg(scan(txn, NEWEST_FIRST, NULL, &count) == ERR_CORRUPT,
	    "%s: %u of %d events, newest first", rows[_i].what, count,
	    EVENTS);
	ck_assert_msg(store_check(txn, ignore_fault, NULL, NULL, &result) !=
	    ERR_NONE || result.faults > 0, "%s: check is content",
	    rows[_i].what);
	store_read_end(txn);
	store_close(store);
}
END_TEST

static void
lower_a_key(uint8_t *page)
{
	/* A moment's first byte that is not zero, of the second page. */
	record_of(page, 2)[8 + 7] = 0;
}

static void
raise_a_key(uint8_t *page)
{
	record_of(page, 1)[8 + 7] = 0xff;
}

static const struct {
	const char *what;
	void (*change)(uint8_t *page);
} branch_rows[] = {
	{ "a key is too low", lower_a_key },
	{ "a key is too high", raise_a_key },
};

/* Whether a cursor is led astray depends on where it is. */
START_TEST(a_damaged_branch_hides_nothing)
{
	struct cursor after = { .id = "zzzzzzzzzzzzzzzzzzzzz" };
	unsigned int errors = 0;
	struct store *store;
	struct store_txn *txn;
	unsigned int count;

	damage(BRANCH, branch_rows[_i].change);
	store = fixture_open(path, STORE_READ);
	for (int i = 0; i < EVENTS; i += 23) {
		after.stored_at_ms = BASE_MS + i;
		for (int order = OLDEST_FIRST; order <= NEWEST_FIRST;
		    order++) {
			enum error err;

			txn = fixture_read_begin(store);
			err = scan(txn, (enum event_order)order, &after,
			    &count);
			ck_assert_msg(err == ERR_CORRUPT || count ==
			    (unsigned int)(order == OLDEST_FIRST ?
			    EVENTS - 1 - i : i + 1),
			    "%s: %u events behind the %dth in order %d",
			    branch_rows[_i].what, count, i, order);
			errors += err == ERR_CORRUPT;
			store_read_end(txn);
		}
	}
	ck_assert_uint_gt(errors, 0);
	store_close(store);
}
END_TEST

static bool
give_a_child_twice(uint8_t *page)
{
	if (!is_of_events(page, BRANCH))
		return false;
	memcpy(record_of(page, 1), record_of(page, 2), 4);
	return true;
}

/* The tree of events, as the tree of trees tells of it. */
static bool
change_tree(uint8_t *page, void (*change)(struct page_tree *tree))
{
	if (page_flags(page) != PAGE_LEAF || !page_adds_up(page, PAGE_BYTES))
		return false;
	for (unsigned int i = 0; i < page_record_count(page); i++) {
		struct page_record record = page_record(page, i);
		struct page_tree tree;

		if (record.flags != VALUE_TREE || record.key_len !=
		    strlen("events") ||
		    memcmp(record.key, "events", record.key_len) != 0)
			continue;
		memcpy(&tree, record.value, sizeof(tree));
		if (tree.depth < 2)
			return false;
		change(&tree);
		memcpy(page + (record.value - page), &tree, sizeof(tree));
		return true;
	}
	return false;
}

/* To its first leaf. */
static void
lower_root(struct page_tree *tree)
{
	tree->root = page_record(pages + tree->root * PAGE_BYTES, 0).page;
	tree->depth--;
}

static void
count_a_record_less(struct page_tree *tree)
{
	tree->entries--;
}

static bool
change_root(uint8_t *page)
{
	return change_tree(page, lower_root);
}

static bool
change_count(uint8_t *page)
{
	return change_tree(page, count_a_record_less);
}

/* One in use, of which this is a list. */
static bool
free_a_page(uint8_t *page)
{
	struct page_record record;
	uint64_t number = page_number(page);

	if (page_flags(page) != PAGE_LEAF || !page_adds_up(page, PAGE_BYTES))
		return false;
	record = page_record(page, 0);
	if (record.key_len != sizeof(uint64_t) || record.flags != 0)
		return false;
	memcpy(page + (record.value - page) + sizeof(number), &number,
	    sizeof(number));
	return true;
}

/* The older meta page says that it is the next one. */
static bool
pass_by_a_transaction(uint8_t *page)
{
	struct page_meta meta;
	struct page_meta other;

	memcpy(&meta, page, sizeof(meta));
	if (!page_meta_is_good(&meta) || meta.page_number >= META_PAGES)
		return false;
	memcpy(&other, pages + (1 - meta.page_number) * PAGE_BYTES,
	    sizeof(other));
	if (meta.txn_number + 1 != other.txn_number)
		return false;
	meta.txn_number += 2;
	memcpy(page, &meta, sizeof(meta));
	return true;
}

static const struct {
	const char *what;
	bool (*change)(uint8_t *page);
	const char *words;	/* of the first fault */
} check_rows[] = {
	{ "a child twice, another one never", give_a_child_twice,
	    "pages of events" },
	{ "a root that points elsewhere", change_root, "pages of events" },
	{ "another number of records", change_count, "299 records" },
	{ "a page in use that counts as free", free_a_page, "free pages" },
	{ "an older state that counts as the latest", pass_by_a_transaction,
	    "the latest transaction" },
};

static void
keep_first_fault(const char *fault, void *arg)
{
	char *first = arg;

	if (first[0] == '\0')
		snprintf(first, FAULT_SIZE, "%s", fault);
}

START_TEST(check_names_pages_that_lead_elsewhere)
{
	char first[FAULT_SIZE] = "";
	struct check_result result;
	struct store *store;
	struct store_txn *txn;

	damage_some(check_rows[_i].change);
	store = fixture_open(path, STORE_READ);
	txn = fixture_read_begin(store);
	ck_assert_msg(store_check(txn, keep_first_fault, NULL, first,
	    &result) != ERR_NONE || result.faults > 0, "%s: check is content",
	    check_rows[_i].what);
	ck_assert_msg(strstr(first, check_rows[_i].words) != NULL, "%s: %s",
	    check_rows[_i].what, first);
	store_read_end(txn);
	store_close(store);
}
END_TEST

static bool
break_turn(uint8_t *page)
{
	struct page_meta meta;

	memcpy(&meta, page, sizeof(meta));
	if (!page_meta_is_good(&meta) || meta.page_number != 0)
		return false;
	meta.txn_number += 4;
	memcpy(page, &meta, sizeof(meta));
	return true;
}

START_TEST(a_store_whose_meta_pages_do_not_agree_is_not_opened)
{
	struct detail detail = { "" };
	struct store *store;

	damage_some(break_turn);
	ck_assert_int_eq(store_open(path, STORE_READ, FIXTURE_MAP_BYTES,
	    &store, &detail), ERR_CORRUPT);
	ck_assert_ptr_nonnull(strstr(detail.text, "do not agree"));
}
END_TEST

START_TEST(a_page_that_is_whole_is_read)
{
	struct check_result result;
	struct store *store = fixture_open(path, STORE_READ);
	struct store_txn *txn = fixture_read_begin(store);
	unsigned int count;

	ck_assert_int_eq(scan(txn, OLDEST_FIRST, NULL, &count), ERR_NONE);
	ck_assert_uint_eq(count, EVENTS);
	ck_assert_int_eq(store_check(txn, ignore_fault, NULL, NULL, &result),
	    ERR_NONE);
	ck_assert_uint_eq(result.faults, 0);
	store_read_end(txn);
	store_close(store);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("leaf page");
	TCase *tcase = tcase_create("leaf page");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_damaged_leaf_is_an_error_and_is_named, 0,
	    COUNT_OF(rows));
	tcase_add_loop_test(tcase, a_damaged_branch_hides_nothing, 0,
	    COUNT_OF(branch_rows));
	tcase_add_loop_test(tcase, check_names_pages_that_lead_elsewhere, 0,
	    COUNT_OF(check_rows));
	tcase_add_test(tcase,
	    a_store_whose_meta_pages_do_not_agree_is_not_opened);
	tcase_add_test(tcase, a_page_that_is_whole_is_read);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
