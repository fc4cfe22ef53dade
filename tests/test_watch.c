/* test_watch.c - who waits learns of a wake, once a pause. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "api/service.h"
#include "base/clock.h"
#include "responder/watch.h"
#include "store/wake.h"
#include "suite.h"

enum { PATIENCE_MS = 10000, NOW_MS = 1000000 };

static char folder[] = "/tmp/apitrail-watch-XXXXXX";
static char path[sizeof(folder) + sizeof("/" WAKE_FILE)];
static int epoll_fd;
static struct watch *watch;
static int announcements;

/* Instead of the api's: the order of things is seen here. */
void
service_announce_waiter(struct service *service)
{
	ck_assert_ptr_null(service);
	announcements++;
}

static void
start(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/" WAKE_FILE, folder);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	ck_assert_int_eq(watch_new(NULL, folder, epoll_fd, &watch),
	    ERR_NONE);
}

static void
end(void)
{
	watch_free(watch);
	close(epoll_fd);
	unlink(path);
	rmdir(folder);
}

static bool
has_event(int timeout_ms)
{
	struct epoll_event event;
	int count = epoll_wait(epoll_fd, &event, 1, timeout_ms);

	if (count == 1)
		ck_assert_ptr_eq(event.data.ptr, watch);
	return count == 1;
}

START_TEST(while_nobody_waits_nothing_is_told)
{
	ck_assert_int_eq(watch_wake_ms(watch), INT64_MAX);
	ck_assert_int_eq(wake_touch(folder), ERR_NONE);
	ck_assert(!has_event(0));
	ck_assert(!watch_work(watch, false, NOW_MS));
	ck_assert_int_eq(announcements, 0);
}
END_TEST

START_TEST(to_begin_announces_and_asks_for_another_look)
{
	uint64_t before = watch_count(watch);

	watch_begin(watch, NOW_MS);
	ck_assert_int_eq(announcements, 1);
	ck_assert_uint_ne(watch_count(watch), before);
	before = watch_count(watch);
	watch_begin(watch, NOW_MS);
	ck_assert_int_eq(announcements, 1);
	ck_assert_uint_eq(watch_count(watch), before);
	watch_end(watch);
	ck_assert_int_eq(watch_wake_ms(watch), INT64_MAX);
	watch_begin(watch, NOW_MS);
	ck_assert_int_eq(announcements, 2);
	ck_assert_uint_ne(watch_count(watch), before);
}
END_TEST

START_TEST(a_wake_is_news)
{
	uint64_t before;

	watch_begin(watch, NOW_MS);
	before = watch_count(watch);
	ck_assert_int_eq(wake_touch(folder), ERR_NONE);
	ck_assert(has_event(PATIENCE_MS));
	ck_assert(watch_work(watch, true, NOW_MS));
	ck_assert_uint_ne(watch_count(watch), before);
}
END_TEST

START_TEST(wakes_within_a_pause_are_one_and_are_told_after_it)
{
	watch_begin(watch, NOW_MS);
	ck_assert_int_eq(wake_touch(folder), ERR_NONE);
	ck_assert(has_event(PATIENCE_MS));
	ck_assert(watch_work(watch, true, NOW_MS));
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(wake_touch(folder), ERR_NONE);
	ck_assert(!has_event(0));
	ck_assert_int_eq(watch_wake_ms(watch), NOW_MS + WAKE_PAUSE_MS);
	ck_assert(!watch_work(watch, false, NOW_MS + WAKE_PAUSE_MS - 1));
	ck_assert(!has_event(0));
	ck_assert(!watch_work(watch, false, NOW_MS + WAKE_PAUSE_MS));
	ck_assert(has_event(PATIENCE_MS));
	ck_assert(watch_work(watch, true, NOW_MS + WAKE_PAUSE_MS));
	ck_assert(!has_event(0));
}
END_TEST

START_TEST(each_second_it_is_announced_again)
{
	watch_begin(watch, NOW_MS);
	ck_assert_int_eq(watch_wake_ms(watch), NOW_MS + SECOND_MS);
	watch_work(watch, false, NOW_MS + SECOND_MS - 1);
	ck_assert_int_eq(announcements, 1);
	watch_work(watch, false, NOW_MS + SECOND_MS);
	ck_assert_int_eq(announcements, 2);
	ck_assert_int_eq(watch_wake_ms(watch), NOW_MS + 2 * SECOND_MS);
}
END_TEST

START_TEST(a_file_that_is_replaced_is_news_and_is_followed)
{
	ck_assert_int_eq(wake_touch(folder), ERR_NONE);
	watch_begin(watch, NOW_MS);
	ck_assert(!watch_work(watch, false, NOW_MS));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(wake_touch(folder), ERR_NONE);
	ck_assert(has_event(PATIENCE_MS));
	ck_assert(watch_work(watch, true, NOW_MS));
	watch_work(watch, false, NOW_MS + SECOND_MS);
	while (has_event(0))
		watch_work(watch, true, NOW_MS + SECOND_MS);
	watch_work(watch, false, NOW_MS + 2 * SECOND_MS);
	ck_assert_int_eq(wake_touch(folder), ERR_NONE);
	ck_assert(has_event(PATIENCE_MS));
	ck_assert(watch_work(watch, true, NOW_MS + 2 * SECOND_MS));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("watch");
	TCase *tcase = tcase_create("watch");

	tcase_add_checked_fixture(tcase, start, end);
	tcase_add_test(tcase, while_nobody_waits_nothing_is_told);
	tcase_add_test(tcase, to_begin_announces_and_asks_for_another_look);
	tcase_add_test(tcase, a_wake_is_news);
	tcase_add_test(tcase,
	    wakes_within_a_pause_are_one_and_are_told_after_it);
	tcase_add_test(tcase, each_second_it_is_announced_again);
	tcase_add_test(tcase, a_file_that_is_replaced_is_news_and_is_followed);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
