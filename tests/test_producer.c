/* test_producer.c - who sends messages, and which of them came already. */
#include "model/producer.h"

#include <string.h>

#include "suite.h"

#define NOW_MS INT64_C(1700000000000)

static struct producer_window window;

static void
set_up(void)
{
	window = (struct producer_window){ 0 };
}

static bool
take(uint64_t number)
{
	return producer_window_take(&window, number, NOW_MS);
}

START_TEST(each_producer_is_another_one)
{
	struct producer one;
	struct producer other;

	producer_make(&one);
	producer_make(&other);
	ck_assert(producer_is(&one, &one));
	ck_assert(!producer_is(&one, &other));
}
END_TEST

START_TEST(each_number_comes_once_in_any_order)
{
	static const uint64_t numbers[] = { 3, 1, 2, 700, 4, 2047, 5 };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		ck_assert(take(numbers[i]));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		ck_assert(!take(numbers[i]));
	ck_assert_uint_eq(window.count,
	    sizeof(numbers) / sizeof(numbers[0]));
	ck_assert(!take(0));
}
END_TEST

START_TEST(what_nobody_waits_for_any_more_came_before)
{
	ck_assert(take(PRODUCER_WINDOW + 1));
	ck_assert(!take(1));
	ck_assert(take(2));
	ck_assert(take(PRODUCER_WINDOW + 2));
	ck_assert(!take(2));
	ck_assert(take(3));
}
END_TEST

START_TEST(bits_of_numbers_long_gone_are_those_of_new_ones)
{
	for (uint64_t i = 1; i <= 3 * PRODUCER_WINDOW; i++)
		ck_assert(take(i));
	/* One that is skipped over may still come. */
	ck_assert(take(4 * PRODUCER_WINDOW - 2));
	ck_assert(take(4 * PRODUCER_WINDOW - 3));
	ck_assert(take(UINT64_MAX - 1));
	ck_assert(take(UINT64_MAX));
	ck_assert(!take(UINT64_MAX));
	ck_assert(take(UINT64_MAX - PRODUCER_WINDOW + 1));
	ck_assert(!take(UINT64_MAX - PRODUCER_WINDOW));
}
END_TEST

START_TEST(who_was_silent_for_long_begins_anew)
{
	ck_assert(take(7));
	ck_assert(!producer_window_is_over(&window,
	    NOW_MS + PRODUCER_MS - 1));
	ck_assert(!producer_window_take(&window, 7,
	    NOW_MS + PRODUCER_MS - 1));
	/* What came again kept it in memory. */
	ck_assert(!producer_window_is_over(&window, NOW_MS + PRODUCER_MS));
	ck_assert(producer_window_take(&window, 7,
	    NOW_MS + 2 * PRODUCER_MS));
	ck_assert_uint_eq(window.count, 1);
}
END_TEST

START_TEST(a_window_is_read_as_it_was_written)
{
	static const uint64_t numbers[] = { 1, 9, 2047, 2048, 5000 };
	uint8_t bytes[PRODUCER_WINDOW_BYTES_MAX];
	struct producer_window read;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		size_t len;

		ck_assert(take(numbers[i]));
		len = producer_window_write(&window, bytes);
		ck_assert(producer_window_read(bytes, len, &read));
		ck_assert_mem_eq(&read, &window, sizeof(window));
	}
}
END_TEST

START_TEST(a_young_window_is_small)
{
	uint8_t bytes[PRODUCER_WINDOW_BYTES_MAX];

	ck_assert(take(1));
	ck_assert_uint_eq(producer_window_write(&window, bytes), 8 + 8 + 8 + 1);
	ck_assert(!producer_window_read(bytes, 23, &window));
	ck_assert(!producer_window_read(bytes,
	    PRODUCER_WINDOW_BYTES_MAX + 1, &window));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("producer");
	TCase *tests = tcase_create("producer");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, each_producer_is_another_one);
	tcase_add_test(tests, each_number_comes_once_in_any_order);
	tcase_add_test(tests, what_nobody_waits_for_any_more_came_before);
	tcase_add_test(tests, bits_of_numbers_long_gone_are_those_of_new_ones);
	tcase_add_test(tests, who_was_silent_for_long_begins_anew);
	tcase_add_test(tests, a_window_is_read_as_it_was_written);
	tcase_add_test(tests, a_young_window_is_small);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
