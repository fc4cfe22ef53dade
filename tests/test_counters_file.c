/* test_counters_file.c - the file of the counters: find or make it. */
#include "shared/counters_file.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "shared/mapping.h"
#include "shared/shared.h"
#include "shared_fixture.h"
#include "suite.h"

#define ASIDE ".counters.making"
enum { NOBODY = 65534, LOG_BYTES_MAX = 4096 };

static const char *
path_of(const char *name)
{
	return shared_fixture_path(name);
}

static struct stat
status_of(const char *name)
{
	return shared_fixture_status(name);
}

START_TEST(the_file_is_made_whole_with_its_owner_and_mode)
{
	struct shared *shared;
	struct stat status;

	ck_assert_int_eq(chown(shared_fixture_directory(), (uid_t)-1,
	    getegid()), 0);
	umask(077);
	shared = shared_fixture();
	status = status_of(COUNTERS_FILE);
	ck_assert(shared_is_file(shared));
	ck_assert(S_ISREG(status.st_mode));
	ck_assert_uint_eq(status.st_mode & 07777, 0660);
	ck_assert_uint_eq(status.st_gid, getegid());
	ck_assert_int_eq(status.st_size, sizeof(struct mapping));
	/* A hole would be SIGBUS on a full disk. */
	ck_assert_int_ge(status.st_blocks * 512, status.st_size);
	ck_assert_int_ne(access(path_of(ASIDE), F_OK), 0);
	shared_free(shared);
	shared_free(NULL);
}
END_TEST

START_TEST(root_gives_the_file_to_the_directorys_owner)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(shared_fixture_directory(), NOBODY, NOBODY), 0);
	shared_free(shared_fixture());
	ck_assert_uint_eq(status_of(COUNTERS_FILE).st_uid, NOBODY);
	ck_assert_uint_eq(status_of(COUNTERS_FILE).st_gid, NOBODY);

	/* As somebody restored it. */
	ck_assert_int_eq(chown(path_of(COUNTERS_FILE), 0, 0), 0);
	ck_assert_int_eq(chmod(path_of(COUNTERS_FILE), 0600), 0);
	shared_free(shared_fixture());
	ck_assert_uint_eq(status_of(COUNTERS_FILE).st_uid, NOBODY);
	ck_assert_uint_eq(status_of(COUNTERS_FILE).st_mode & 07777, 0660);
}
END_TEST

static void
make_empty(void)
{
	shared_fixture_write(COUNTERS_FILE, "", 0);
}

static void
make_text(void)
{
	shared_fixture_write(COUNTERS_FILE, "not ours\n", 9);
}

static void
make_zeros(void)
{
	make_empty();
	ck_assert_int_eq(truncate(path_of(COUNTERS_FILE),
	    sizeof(struct mapping)), 0);
}

static void
cut_a_byte(void)
{
	shared_free(shared_fixture());
	ck_assert_int_eq(truncate(path_of(COUNTERS_FILE),
	    sizeof(struct mapping) - 1), 0);
}

static void
add_a_byte(void)
{
	shared_fixture_spoil(sizeof(struct mapping), "", 1);
}

static void
change_magic(void)
{
	shared_fixture_spoil(0, "x", 1);
}

static void
change_version(void)
{
	shared_fixture_spoil(offsetof(struct mapping_header, version), "\xff",
	    1);
}

static void
change_bytes(void)
{
	shared_fixture_spoil(offsetof(struct mapping_header, bytes),
	    "\xff\xff", 2);
}

static void
make_link_to_nothing(void)
{
	ck_assert_int_eq(symlink("nowhere", path_of(COUNTERS_FILE)), 0);
}

static void
make_link_to_another(void)
{
	char *another = strdup(path_of("another"));

	/* A good one, and yet not to be followed. */
	shared_free(shared_fixture());
	ck_assert_int_eq(rename(path_of(COUNTERS_FILE), another), 0);
	free(another);
	ck_assert_int_eq(symlink("another", path_of(COUNTERS_FILE)), 0);
}

static void
make_pipe(void)
{
	ck_assert_int_eq(mkfifo(path_of(COUNTERS_FILE), 0660), 0);
}

static void
make_socket(void)
{
	ck_assert_int_eq(mknod(path_of(COUNTERS_FILE), S_IFSOCK | 0660, 0),
	    0);
}

static void
leave_half_made(void)
{
	shared_fixture_write(ASIDE, "half", 4);
}

static void (*const spoilers[])(void) = {
	make_empty, make_text, make_zeros, cut_a_byte, add_a_byte,
	change_magic, change_version, change_bytes, make_link_to_nothing,
	make_link_to_another, make_pipe, make_socket, leave_half_made
};

START_TEST(what_is_no_good_is_replaced)
{
	struct shared *shared;

	shared_fixture_hush();
	spoilers[_i]();
	shared = shared_fixture();
	ck_assert(shared_is_file(shared));
	ck_assert_uint_eq(shared_fixture_taken(shared), 0);
	ck_assert(S_ISREG(status_of(COUNTERS_FILE).st_mode));
	ck_assert_int_ne(access(path_of(ASIDE), F_OK), 0);
	shared_free(shared);
}
END_TEST

static void
put_directory_there(void)
{
	ck_assert_int_eq(mkdir(path_of(COUNTERS_FILE), 0770), 0);
}

static void
mend_directory_there(void)
{
	ck_assert_int_eq(rmdir(path_of(COUNTERS_FILE)), 0);
}

static void
put_directory_aside(void)
{
	ck_assert_int_eq(mkdir(path_of(ASIDE), 0770), 0);
}

static void
mend_directory_aside(void)
{
	ck_assert_int_eq(rmdir(path_of(ASIDE)), 0);
}

static void
remove_directory(void)
{
	ck_assert_int_eq(rmdir(shared_fixture_directory()), 0);
}

static void
mend_removed_directory(void)
{
	ck_assert_int_eq(mkdir(shared_fixture_directory(), 0700), 0);
}

static void
forbid_large_files(void)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 4096;
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
mend_large_files(void)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int lock_fd;

static void
take_lock(void)
{
	lock_fd = open(shared_fixture_directory(), O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(flock(lock_fd, LOCK_EX), 0);
}

static void
mend_lock(void)
{
	close(lock_fd);
}

/* From here on as somebody who is not the owner. */
static void
become_nobody(void)
{
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(NOBODY), 0);
}

static void
become_root(void)
{
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}

static void
forbid_file(void)
{
	shared_free(shared_fixture());
	ck_assert_int_eq(chmod(shared_fixture_directory(), 0777), 0);
	ck_assert_int_eq(chmod(path_of(COUNTERS_FILE), 0), 0);
	become_nobody();
}

static void
mend_file(void)
{
	become_root();
	ck_assert_int_eq(chmod(path_of(COUNTERS_FILE), 0666), 0);
	become_nobody();
}

static void
forbid_directory(void)
{
	ck_assert_int_eq(chmod(shared_fixture_directory(), 0555), 0);
	become_nobody();
}

static void
mend_directory(void)
{
	become_root();
	ck_assert_int_eq(chmod(shared_fixture_directory(), 0777), 0);
	become_nobody();
}

static const struct {
	void (*forbid)(void);
	void (*mend)(void);
	const char *cause;
} forbidden_rows[] = {
	{ put_directory_there, mend_directory_there, "Is a directory" },
	{ put_directory_aside, mend_directory_aside, "File exists" },
	{ remove_directory, mend_removed_directory, "No such file" },
	{ forbid_large_files, mend_large_files, "File too large" },
	{ take_lock, mend_lock, "directory locked" },
	{ forbid_file, mend_file, "Permission denied" },
	{ forbid_directory, mend_directory, "Permission denied" },
};

static size_t
count_lines(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

START_TEST(who_cannot_have_the_file_counts_alone_says_why_and_tries_again)
{
	char log[LOG_BYTES_MAX] = "";
	int ends[2];
	int saved = dup(STDERR_FILENO);
	struct shared *shared;

	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	forbidden_rows[_i].forbid();
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	shared = shared_fixture();
	ck_assert(!shared_is_file(shared));
	ck_assert_uint_eq(shared_fixture_taken(shared), 0);
	for (int i = 0; i < 3; i++)
		shared_renew(shared);
	ck_assert(!shared_is_file(shared));
	ck_assert_uint_eq(shared_fixture_taken(shared), 1);
	forbidden_rows[_i].mend();
	shared_renew(shared);
	ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
	ck_assert(shared_is_file(shared));
	ck_assert_uint_eq(shared_fixture_taken(shared), 0);
	shared_free(shared);
	become_root();

	ck_assert_int_gt(read(ends[0], log, sizeof(log) - 1), 0);
	ck_assert_uint_eq(count_lines(log), 1);
	ck_assert_msg(strstr(log, forbidden_rows[_i].cause) != NULL, "%s",
	    log);
	ck_assert_ptr_nonnull(strstr(log, path_of(COUNTERS_FILE)));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("counters_file");
	TCase *tcase = tcase_create("counters_file");

	tcase_add_checked_fixture(tcase, shared_fixture_set_up,
	    shared_fixture_tear_down);
	tcase_add_test(tcase, the_file_is_made_whole_with_its_owner_and_mode);
	tcase_add_test(tcase, root_gives_the_file_to_the_directorys_owner);
	tcase_add_loop_test(tcase, what_is_no_good_is_replaced, 0,
	    COUNT_OF(spoilers));
	tcase_add_loop_test(tcase,
	    who_cannot_have_the_file_counts_alone_says_why_and_tries_again,
	    0, COUNT_OF(forbidden_rows));
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
