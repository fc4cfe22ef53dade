/* test_store_membership.c - the store's place in a cluster. */
#include "store/membership.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/log_digest.h"
#include "store/log_digests.h"
#include "store/meta.h"
#include "store_fixture.h"
#include "suite.h"

static struct store *store;
static struct store_txn *txn;

static void
setup(void)
{
	store = fixture_store();
	txn = fixture_write_begin(store);
}

static void
teardown(void)
{
	store_write_abort(txn);
	store_close(store);
}

static const struct membership somewhere = {
	.stream_created_ns = INT64_C(1657027948150123456),
	.position = UINT64_MAX,
	.position_ms = BASE_MS,
	.bucket_created_ns = -2,
	.revision = 3,
	.skipped = 4,
	.gaps = 5,
	.alarm = MEMBERSHIP_RECREATED,
};

START_TEST(a_store_is_in_no_cluster_until_it_is_put_there)
{
	struct membership membership = somewhere;

	ck_assert_int_eq(store_membership_get(txn, &membership),
	    ERR_NOT_FOUND);
	ck_assert_uint_eq(membership.position, 0);
}
END_TEST

START_TEST(what_is_put_is_read_by_another_process)
{
	struct membership membership;

	ck_assert_int_eq(store_membership_put(txn, &somewhere), ERR_NONE);
	fixture_commit(txn);
	txn = fixture_read_begin(store);
	ck_assert_int_eq(store_membership_get(txn, &membership), ERR_NONE);
	ck_assert_int_eq(membership.stream_created_ns,
	    somewhere.stream_created_ns);
	ck_assert_uint_eq(membership.position, somewhere.position);
	ck_assert_int_eq(membership.position_ms, somewhere.position_ms);
	ck_assert_int_eq(membership.bucket_created_ns,
	    somewhere.bucket_created_ns);
	ck_assert_uint_eq(membership.revision, somewhere.revision);
	ck_assert_uint_eq(membership.skipped, somewhere.skipped);
	ck_assert_uint_eq(membership.gaps, somewhere.gaps);
	ck_assert_int_eq(membership.alarm, somewhere.alarm);
	store_read_end(txn);
	txn = fixture_write_begin(store);
}
END_TEST

START_TEST(a_later_place_takes_the_place_of_an_earlier_one)
{
	struct membership membership = somewhere;

	ck_assert_int_eq(store_membership_put(txn, &somewhere), ERR_NONE);
	membership.position = 7;
	membership.alarm = MEMBERSHIP_WELL;
	ck_assert_int_eq(store_membership_put(txn, &membership), ERR_NONE);
	membership = somewhere;
	ck_assert_uint_eq(fixture_count_faults(txn), 0);
	ck_assert_int_eq(store_membership_get(txn, &membership), ERR_NONE);
	ck_assert_uint_eq(membership.position, 7);
	ck_assert_int_eq(membership.alarm, MEMBERSHIP_WELL);
}
END_TEST

START_TEST(a_store_of_a_cluster_may_not_be_written_alone)
{
	struct detail detail = { "" };

	ck_assert_int_eq(store_membership_check_alone(txn, &detail),
	    ERR_NONE);
	ck_assert_int_eq(store_membership_put(txn, &somewhere), ERR_NONE);
	ck_assert_int_eq(store_membership_check_alone(txn, &detail),
	    ERR_MEANING);
	ck_assert_ptr_nonnull(strstr(detail.text, store->path));
	ck_assert_ptr_nonnull(strstr(detail.text, "APITRAIL_NATS_URL"));
}
END_TEST

/* The body's last byte is the alarm. */
static const struct {
	uint8_t last;
	int more;		/* bytes behind it */
} bad_rows[] = {
	{ MEMBERSHIP_RECREATED + 1, 0 },
	{ 255, 0 },
	{ MEMBERSHIP_WELL, 1 },
	{ MEMBERSHIP_WELL, -1 },
};

START_TEST(a_place_that_cannot_be_is_corrupt)
{
	uint8_t body[7 * 8 + 2] = { 0 };
	struct membership membership = somewhere;

	body[7 * 8] = bad_rows[_i].last;
	ck_assert_int_eq(meta_put(txn, META_CLUSTER, body,
	    (size_t)(7 * 8 + 1 + bad_rows[_i].more)), ERR_NONE);
	ck_assert_int_eq(store_membership_get(txn, &membership),
	    ERR_CORRUPT);
	ck_assert_uint_eq(membership.position, 0);
	ck_assert_uint_eq(fixture_count_faults(txn), 1);
	ck_assert_int_eq(store_membership_check_alone(txn, NULL),
	    ERR_CORRUPT);
}
END_TEST

START_TEST(each_alarm_has_a_name_of_its_own)
{
	ck_assert_str_eq(membership_alarm_name(MEMBERSHIP_WELL), "well");
	ck_assert_str_eq(membership_alarm_name(MEMBERSHIP_EXPIRED),
	    "expired");
	ck_assert_str_eq(membership_alarm_name(MEMBERSHIP_RECREATED),
	    "recreated");
}
END_TEST

START_TEST(what_stands_for_messages_is_read_by_another_process)
{
	const struct log_digest put = {
		.first = 1,
		.last = UINT64_MAX,
		.running = 3,
		.whole_first = 4,
		.whole = 5,
	};
	struct log_digest digest = put;

	ck_assert_int_eq(store_log_digest_get(txn, &digest), ERR_NONE);
	ck_assert_uint_eq(digest.last, 0);
	ck_assert_int_eq(store_log_digest_put(txn, &put), ERR_NONE);
	fixture_commit(txn);
	txn = fixture_read_begin(store);
	ck_assert_int_eq(store_log_digest_get(txn, &digest), ERR_NONE);
	ck_assert_int_eq(memcmp(&digest, &put, sizeof(put)), 0);
	store_read_end(txn);
	txn = fixture_write_begin(store);
}
END_TEST

START_TEST(a_digest_that_cannot_be_is_corrupt)
{
	uint8_t body[5 * 8 + 1] = { 0 };
	struct log_digest digest;

	/* A byte more or less, and a first that is behind the last. */
	for (size_t len = sizeof(body) - 2; len <= sizeof(body); len++) {
		body[7] = len == sizeof(body) - 1;
		ck_assert_int_eq(meta_put(txn, META_LOG_DIGEST, body, len),
		    ERR_NONE);
		ck_assert_int_eq(store_log_digest_get(txn, &digest),
		    ERR_CORRUPT);
		ck_assert_uint_eq(digest.last, 0);
		ck_assert_uint_eq(fixture_count_faults(txn), 1);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store membership");
	TCase *tcase = tcase_create("membership");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_store_is_in_no_cluster_until_it_is_put_there);
	tcase_add_test(tcase, what_is_put_is_read_by_another_process);
	tcase_add_test(tcase, a_later_place_takes_the_place_of_an_earlier_one);
	tcase_add_test(tcase, a_store_of_a_cluster_may_not_be_written_alone);
	tcase_add_loop_test(tcase, a_place_that_cannot_be_is_corrupt, 0,
	    COUNT_OF(bad_rows));
	tcase_add_test(tcase, each_alarm_has_a_name_of_its_own);
	tcase_add_test(tcase,
	    what_stands_for_messages_is_read_by_another_process);
	tcase_add_test(tcase, a_digest_that_cannot_be_is_corrupt);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
