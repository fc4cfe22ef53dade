/* test_tag.c - 64 bits that stand for some bytes. */
#include "model/tag.h"

#include <string.h>

#include "suite.h"

START_TEST(a_tag_is_siphash_2_4)
{
	uint8_t seed[TAG_SEED_BYTES];
	uint8_t bytes[15];
	/* The sample of SipHash's own paper, its bytes in their order. */
	const uint8_t expected[] = { 0xe5, 0x45, 0xbe, 0x49, 0x61, 0xca,
	    0x29, 0xa1 };
	uint64_t tag;

	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	tag = tag_make(seed, bytes, sizeof(bytes));
	ck_assert_mem_eq(&tag, expected, sizeof(expected));
}
END_TEST

START_TEST(two_seeds_make_two_tags)
{
	uint8_t seeds[2][TAG_SEED_BYTES];

	tag_seed_make(seeds[0]);
	tag_seed_make(seeds[1]);
	ck_assert_mem_ne(seeds[0], seeds[1], TAG_SEED_BYTES);
	ck_assert_uint_ne(tag_make(seeds[0], "key", 3),
	    tag_make(seeds[1], "key", 3));
	ck_assert_uint_eq(tag_make(seeds[0], "key", 3),
	    tag_make(seeds[0], "key", 3));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tag");
	TCase *tcase = tcase_create("tag");

	tcase_add_test(tcase, a_tag_is_siphash_2_4);
	tcase_add_test(tcase, two_seeds_make_two_tags);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
