/* suite.c - what the libcheck programs share. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "remove_tree.h"

enum { DIRECTORIES_MAX = 32 };

static char *directories[DIRECTORIES_MAX];
static size_t directory_count;

int
suite_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
remove_directories(void)
{
	for (size_t i = 0; i < directory_count; i++) {
		remove_tree(directories[i]);
		free(directories[i]);
	}
	directory_count = 0;
}

char *
suite_directory(void)
{
	const char *top = getenv("TMPDIR");
	char *path = NULL;

	ck_assert_uint_lt(directory_count, DIRECTORIES_MAX);
	ck_assert_int_gt(asprintf(&path, "%s/apitrail-test-XXXXXX",
	    top == NULL ? "/tmp" : top), 0);
	ck_assert_ptr_nonnull(mkdtemp(path));
	if (directory_count == 0)
		atexit(remove_directories);
	directories[directory_count++] = strdup(path);
	return path;
}
