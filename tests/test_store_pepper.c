/* test_store_pepper.c - the file of the secret. */
#include "store/pepper_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "model/api_key.h"
#include "suite.h"

#define DIGITS_64 "0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef"

static char *directory;
static char *path;

static void
setup(void)
{
	directory = suite_directory();
	ck_assert_int_gt(asprintf(&path, "%s/pepper", directory), 0);
}

static void
teardown(void)
{
	free(path);
	free(directory);
}

static void
write_text(const char *text)
{
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static const struct {
	const char *text;
	enum error err;
} rows[] = {
	{ DIGITS_64 "\n", ERR_NONE },
	{ "", ERR_STORE },
	{ "secret", ERR_STORE },
	{ "\n", ERR_STORE },
	{ DIGITS_64 "0\n", ERR_STORE },
	{ DIGITS_64 "\n\n", ERR_STORE },
	{ "g" DIGITS_64, ERR_STORE },
};

START_TEST(a_pepper_is_64_digits_and_a_newline)
{
	struct pepper pepper;
	struct detail detail = { "" };

	write_text(rows[_i].text);
	ck_assert_int_eq(pepper_file_read(path, &pepper, &detail),
	    rows[_i].err);
	if (rows[_i].err != ERR_NONE) {
		ck_assert_ptr_nonnull(strstr(detail.text, path));
		/* It is a secret even when it is a bad one. */
		ck_assert_ptr_null(strstr(detail.text, "0123456789"));
		ck_assert_ptr_null(strstr(detail.text, "secret"));
	}
}
END_TEST

START_TEST(a_pepper_that_is_missing_is_said_to_be)
{
	struct pepper pepper;
	struct detail detail = { "" };

	ck_assert_int_eq(pepper_file_read(path, &pepper, &detail),
	    ERR_STORE);
	ck_assert_ptr_nonnull(strstr(detail.text, path));
	ck_assert_int_eq(pepper_file_read(directory, &pepper, &detail),
	    ERR_STORE);
}
END_TEST

START_TEST(a_pepper_that_is_there_is_never_written_over)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY);
	struct pepper before;
	struct pepper after;
	struct detail detail = { "" };
	bool is_made;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pepper_file_make(path, fd, &is_made, &detail),
	    ERR_NONE);
	ck_assert(is_made);
	ck_assert_int_eq(pepper_file_read(path, &before, &detail), ERR_NONE);
	ck_assert_int_eq(pepper_file_make(path, fd, &is_made, &detail),
	    ERR_NONE);
	ck_assert(!is_made);
	ck_assert_int_eq(pepper_file_read(path, &after, &detail), ERR_NONE);
	ck_assert_mem_eq(before.bytes, after.bytes, PEPPER_BYTES);
	close(fd);
}
END_TEST

START_TEST(what_a_dead_maker_left_is_not_in_the_way)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY);
	char *aside = NULL;
	struct pepper pepper;
	struct detail detail = { "" };
	bool is_made;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_gt(asprintf(&aside, "%s/.pepper.making", directory),
	    0);
	ck_assert_int_eq(symlink("/dev/null", aside), 0);
	ck_assert_int_eq(pepper_file_make(path, fd, &is_made, &detail),
	    ERR_NONE);
	ck_assert_int_eq(pepper_file_read(path, &pepper, &detail), ERR_NONE);
	ck_assert_int_ne(access(aside, F_OK), 0);
	free(aside);
	close(fd);
}
END_TEST

START_TEST(a_pepper_in_a_folder_that_is_not_there_is_an_error)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY);
	char *missing = NULL;
	struct detail detail = { "" };
	bool is_made;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_gt(asprintf(&missing, "%s/no/pepper", directory), 0);
	ck_assert_int_eq(pepper_file_make(missing, fd, &is_made, &detail),
	    ERR_IO);
	ck_assert_ptr_nonnull(strstr(detail.text, missing));
	missing[strlen(directory) + strlen("/no/")] = '\0';
	ck_assert_int_eq(pepper_file_make(missing, fd, &is_made, &detail),
	    ERR_IO);
	free(missing);
	close(fd);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store pepper");
	TCase *tcase = tcase_create("pepper");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_pepper_is_64_digits_and_a_newline, 0,
	    COUNT_OF(rows));
	tcase_add_test(tcase, a_pepper_that_is_missing_is_said_to_be);
	tcase_add_test(tcase, a_pepper_that_is_there_is_never_written_over);
	tcase_add_test(tcase, what_a_dead_maker_left_is_not_in_the_way);
	tcase_add_test(tcase,
	    a_pepper_in_a_folder_that_is_not_there_is_an_error);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
