/* test_body.c - bodies are kept up to their bounds, and counted. */
#include <stdlib.h>
#include <string.h>

#include "model/limits.h"
#include "responder/body.h"
#include "suite.h"

static atomic_size_t all_bytes;

static void
start(void)
{
	atomic_store(&all_bytes, 0);
}

static void
add_bytes(struct body *body, size_t len)
{
	char *bytes = calloc(1, len);

	ck_assert_ptr_nonnull(bytes);
	body_add(body, bytes, len);
	free(bytes);
}

START_TEST(a_body_is_what_was_added)
{
	struct body body;

	body_init(&body, &all_bytes);
	body_begin(&body, true);
	body_add(&body, "one", 3);
	body_add(&body, "", 0);
	body_add(&body, "two", 3);
	ck_assert_uint_eq(body.bytes.len, 6);
	ck_assert_mem_eq(body.bytes.bytes, "onetwo", 6);
	ck_assert_uint_eq(all_bytes, body.bytes.size);
	body_begin(&body, true);
	ck_assert_uint_eq(body.bytes.len, 0);
	ck_assert_uint_eq(all_bytes, 0);
	body_clear(&body);
}
END_TEST

START_TEST(nothing_is_kept_of_one_that_is_not_wanted)
{
	struct body body;

	body_init(&body, &all_bytes);
	body_add(&body, "before", 6);
	body_begin(&body, false);
	body_add(&body, "body", 4);
	ck_assert_uint_eq(body.bytes.size, 0);
	ck_assert(!body.is_cut);
	ck_assert(!body.is_refused);
}
END_TEST

static const struct {
	size_t first_len;
	size_t second_len;
	bool is_cut;
} bounds[] = {
	{ BODY_BYTES_MAX, 0, false },
	{ BODY_BYTES_MAX - 1, 1, false },
	{ BODY_BYTES_MAX, 1, true },
	{ BODY_BYTES_MAX + 1, 0, true },
	{ 1, BODY_BYTES_MAX, true },
};

START_TEST(one_beyond_its_bound_is_cut_and_nothing_of_it_kept)
{
	struct body body;

	body_init(&body, &all_bytes);
	body_begin(&body, true);
	add_bytes(&body, bounds[_i].first_len);
	add_bytes(&body, bounds[_i].second_len);
	ck_assert(body.is_cut == bounds[_i].is_cut);
	ck_assert_uint_eq(body.bytes.len, bounds[_i].is_cut ? 0 :
	    bounds[_i].first_len + bounds[_i].second_len);
	ck_assert_uint_eq(all_bytes, body.bytes.size);
	add_bytes(&body, BODY_BYTES_MAX);
	ck_assert(body.is_cut || bounds[_i].second_len == 0 ||
	    body.bytes.len == BODY_BYTES_MAX);
	body_clear(&body);
	ck_assert(!body.is_cut);
	ck_assert_uint_eq(all_bytes, 0);
}
END_TEST

START_TEST(beyond_the_bound_of_all_the_next_is_refused)
{
	enum { COUNT = BODIES_BYTES_MAX / BODY_BYTES_MAX };
	struct body bodies[COUNT];
	struct body body;

	for (size_t i = 0; i < COUNT; i++) {
		body_init(&bodies[i], &all_bytes);
		body_begin(&bodies[i], true);
		add_bytes(&bodies[i], BODY_BYTES_MAX);
		ck_assert(!bodies[i].is_refused);
	}
	body_init(&body, &all_bytes);
	body_begin(&body, true);
	body_add(&body, "x", 1);
	ck_assert(body.is_refused);
	ck_assert_uint_eq(body.bytes.size, 0);
	ck_assert_uint_eq(all_bytes, BODIES_BYTES_MAX);

	/* One makes room for another. */
	body_clear(&bodies[0]);
	body_begin(&body, true);
	body_add(&body, "x", 1);
	ck_assert(!body.is_refused);
	body_clear(&body);
	for (size_t i = 0; i < COUNT; i++)
		body_clear(&bodies[i]);
	ck_assert_uint_eq(all_bytes, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("body");
	TCase *tcase = tcase_create("body");

	tcase_add_checked_fixture(tcase, start, NULL);
	tcase_add_test(tcase, a_body_is_what_was_added);
	tcase_add_test(tcase, nothing_is_kept_of_one_that_is_not_wanted);
	tcase_add_loop_test(tcase,
	    one_beyond_its_bound_is_cut_and_nothing_of_it_kept, 0,
	    sizeof(bounds) / sizeof(bounds[0]));
	tcase_add_test(tcase, beyond_the_bound_of_all_the_next_is_refused);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
