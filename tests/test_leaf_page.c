/* test_leaf_page.c - LMDB's own pages are damaged, which no checksum tells,
 * and events do not vanish without a word. */
#include <string.h>

#include "base/text.h"
#include "page_fixture.h"
#include "store/check.h"
#include "store/events.h"
#include "store/page.h"
#include "store_fixture.h"
#include "suite.h"

static void
set(uint8_t *bytes, int number)
{
	uint16_t short_number = (uint16_t)number;

	memcpy(bytes, &short_number, sizeof(short_number));
}

static int wanted_flags;
static void (*wanted_change)(uint8_t *page);

static bool
change_wanted(uint8_t *page)
{
	bool is_wanted = page_fixture_is_of_events(page, wanted_flags);

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
	page_fixture_damage(change_wanted);
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
	set(page + 12, page_fixture_get(page + 12) - 2);
}

static void
add_a_record(uint8_t *page)
{
	set(page + PAGE_HEADER_BYTES + 2 * (int)page_fixture_record_count(page),
	    page_fixture_get(page + PAGE_HEADER_BYTES));
	set(page + 12, page_fixture_get(page + 12) + 2);
}

static void
move_records(uint8_t *page)
{
	set(page + 14, page_fixture_get(page + 14) - 2);
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
	memcpy(page + PAGE_HEADER_BYTES + 2 * 5,
	    page + PAGE_HEADER_BYTES + 2 * 4, 2);
}

static void
lengthen_a_key(uint8_t *page)
{
	page_fixture_record(page, 7)[6] ^= 0x40;
}

static void
exchange_two_records(uint8_t *page)
{
	uint8_t *offsets = page + PAGE_HEADER_BYTES + 2 * 9;
	uint16_t first = page_fixture_get(offsets);

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

	damage(PAGE_LEAF, rows[_i].change);
	store = fixture_open(page_fixture_path(), STORE_READ);
	txn = fixture_read_begin(store);
	ck_assert_msg(scan(txn, OLDEST_FIRST, NULL, &count) == ERR_CORRUPT,
	    "%s: %u of %d events", rows[_i].what, count, PAGE_FIXTURE_EVENTS);
	ck_assert_msg(scan(txn, NEWEST_FIRST, NULL, &count) == ERR_CORRUPT,
	    "%s: %u of %d events, newest first", rows[_i].what, count,
	    PAGE_FIXTURE_EVENTS);
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
	page_fixture_record(page, 2)[8 + 7] = 0;
}

static void
raise_a_key(uint8_t *page)
{
	page_fixture_record(page, 1)[8 + 7] = 0xff;
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

	damage(PAGE_BRANCH, branch_rows[_i].change);
	store = fixture_open(page_fixture_path(), STORE_READ);
	for (int i = 0; i < PAGE_FIXTURE_EVENTS; i += 23) {
		after.stored_at_ms = BASE_MS + i;
		for (int order = OLDEST_FIRST; order <= NEWEST_FIRST;
		    order++) {
			enum error err;

			txn = fixture_read_begin(store);
			err = scan(txn, (enum event_order)order, &after,
			    &count);
			ck_assert_msg(err == ERR_CORRUPT || count ==
			    (unsigned int)(order == OLDEST_FIRST ?
			    PAGE_FIXTURE_EVENTS - 1 - i : i + 1),
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

START_TEST(a_page_that_is_whole_is_read)
{
	struct check_result result;
	struct store *store = fixture_open(page_fixture_path(), STORE_READ);
	struct store_txn *txn = fixture_read_begin(store);
	unsigned int count;

	ck_assert_int_eq(scan(txn, OLDEST_FIRST, NULL, &count), ERR_NONE);
	ck_assert_uint_eq(count, PAGE_FIXTURE_EVENTS);
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

	tcase_add_checked_fixture(tcase, page_fixture_setup,
	    page_fixture_teardown);
	tcase_add_loop_test(tcase, a_damaged_leaf_is_an_error_and_is_named, 0,
	    COUNT_OF(rows));
	tcase_add_loop_test(tcase, a_damaged_branch_hides_nothing, 0,
	    COUNT_OF(branch_rows));
	tcase_add_test(tcase, a_page_that_is_whole_is_read);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
