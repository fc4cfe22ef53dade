/* test_store_file_system.c - which file systems can carry a store. */
#include "store/file_system.h"

#include <stdlib.h>

#include "base/text.h"
#include "suite.h"

static const struct {
	uint32_t type;		/* as statfs(2) tells it */
	enum file_system_fitness fitness;
} rows[] = {
	{ 0xEF53,     FILE_SYSTEM_GOOD },	/* ext4 */
	{ 0x58465342, FILE_SYSTEM_GOOD },	/* XFS */
	{ 0x9123683E, FILE_SYSTEM_GOOD },	/* Btrfs */
	{ 0x2FC12FC1, FILE_SYSTEM_GOOD },	/* ZFS */
	{ 0x01021994, FILE_SYSTEM_GOOD },	/* tmpfs */
	{ 0x794C7630, FILE_SYSTEM_OVERLAY },
	{ 0x6969,     FILE_SYSTEM_NETWORK },	/* NFS */
	{ 0x517B,     FILE_SYSTEM_NETWORK },	/* SMB */
	{ 0xFF534D42, FILE_SYSTEM_NETWORK },	/* CIFS */
	{ 0xFE534D42, FILE_SYSTEM_NETWORK },	/* SMB2 */
	{ 0x5346414F, FILE_SYSTEM_NETWORK },	/* AFS */
	{ 0x00C36400, FILE_SYSTEM_NETWORK },	/* Ceph */
	{ 0x0BD00BD0, FILE_SYSTEM_NETWORK },	/* Lustre */
	{ 0x47504653, FILE_SYSTEM_NETWORK },	/* GPFS */
	{ 0x01161970, FILE_SYSTEM_NETWORK },	/* GFS2 */
	{ 0x7461636F, FILE_SYSTEM_NETWORK },	/* OCFS2 */
	{ 0x01021997, FILE_SYSTEM_NETWORK },	/* 9P */
	{ 0x65735546, FILE_SYSTEM_NETWORK },	/* FUSE */
};

START_TEST(network_file_systems_are_refused_and_overlays_warned_of)
{
	const char *name;

	ck_assert_int_eq(file_system_classify(rows[_i].type, &name),
	    rows[_i].fitness);
	if (rows[_i].fitness == FILE_SYSTEM_GOOD)
		ck_assert_ptr_null(name);
	else
		ck_assert_ptr_nonnull(name);
}
END_TEST

START_TEST(a_path_that_is_not_there_is_left_to_whoever_opens_it)
{
	char *directory = suite_directory();
	struct detail detail = { "" };

	ck_assert_int_eq(file_system_check(directory, &detail), ERR_NONE);
	ck_assert_int_eq(file_system_check("/nowhere/at/all", &detail),
	    ERR_NONE);
	free(directory);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store file system");
	TCase *tcase = tcase_create("file system");

	tcase_add_loop_test(tcase,
	    network_file_systems_are_refused_and_overlays_warned_of, 0,
	    COUNT_OF(rows));
	tcase_add_test(tcase,
	    a_path_that_is_not_there_is_left_to_whoever_opens_it);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
