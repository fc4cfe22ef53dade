/* test_lines.c - lines of every length and ending, from files and pipes. */
#include "cli/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "model/limits.h"
#include "suite.h"

/* Makes a file that has no name and is at its beginning. */
static int
file_of(const char *bytes, size_t len)
{
	FILE *file = tmpfile();
	int fd;

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
	ck_assert_int_eq(fflush(file), 0);
	fd = dup(fileno(file));
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	fclose(file);
	return fd;
}

static const struct line *
next(struct lines *lines)
{
	const struct line *line;
	bool has_read;

	while ((line = lines_take(lines)) == NULL && !lines_is_at_end(lines))
		ck_assert_int_eq(lines_read(lines, -1, &has_read), ERR_NONE);
	return line;
}

/* Writes each line as its number, what is wrong and its text. */
static void
describe(struct lines *lines, struct buffer *text)
{
	static const char faults[] = { ' ', 'N', 'L' };
	const struct line *line;

	while ((line = next(lines)) != NULL)
		buffer_add_format(text, "%d%c%s%.*s|", (int)line->number,
		    faults[line->fault], line->is_rest ? "+" : "",
		    line->fault == LINE_GOOD ? (int)line->text_len : 0,
		    line->text);
	buffer_add(text, "", 1);
}

#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
	const char *bytes;
	size_t len;
	const char *lines;
} rows[] = {
	{ BYTES(""), "" },
	{ BYTES("\n"), "" },
	{ BYTES("a"), "1 a|" },
	{ BYTES("a\n"), "1 a|" },
	{ BYTES("a\nb\n"), "1 a|2 b|" },
	{ BYTES("a\r\nb\r\n"), "1 a|2 b|" },
	{ BYTES("\n\r\n \t\na\n"), "4 a|" },	/* empty lines count */
	{ BYTES(" a \n"), "1  a |" },
	{ BYTES("a\r"), "1 a\r|" },		/* an ending is CRLF or LF */
	{ BYTES("a\0b\nc\n"), "1N|2 c|" },
	{ BYTES("\0"), "1N|" },
};

START_TEST(a_line_ends_with_lf_or_crlf_or_the_file)
{
	int fd = file_of(rows[_i].bytes, rows[_i].len);
	struct lines *lines;
	struct buffer text;

	buffer_init(&text, 0);
	ck_assert_int_eq(lines_new(fd, -1, UINT64_MAX, &lines), ERR_NONE);
	describe(lines, &text);
	ck_assert_str_eq(text.bytes, rows[_i].lines);
	ck_assert_uint_eq(lines_bytes(lines), rows[_i].len);
	buffer_clear(&text);
	lines_free(lines);
	close(fd);
}
END_TEST

/* How long a line is, and whether that is too long. */
static const struct {
	size_t len;
	bool is_too_long;
} lengths[] = {
	{ EVENT_LINE_BYTES_MAX - 1, false },
	{ EVENT_LINE_BYTES_MAX, false },
	{ EVENT_LINE_BYTES_MAX + 1, true },
	{ EVENT_LINE_BYTES_MAX + 2, true },
	{ EVENT_LINE_BYTES_MAX + 3, true },
	{ 10 * EVENT_LINE_BYTES_MAX, true },
};

START_TEST(a_line_that_is_too_long_comes_whole_in_pieces)
{
	static const char *const endings[] = { "\n", "\r\n", "" };
	size_t len = lengths[_i].len;
	char *bytes = malloc(len + 16);

	ck_assert_ptr_nonnull(bytes);
	memset(bytes, 'x', len);
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		size_t raw_len = len + strlen(endings[i]);
		const struct line *line;
		struct lines *lines;
		size_t got = 0;
		int fd;

		memcpy(bytes + len, endings[i], strlen(endings[i]) + 1);
		if (endings[i][0] != '\0')
			memcpy(bytes + raw_len, "next", 5);
		fd = file_of(bytes, strlen(bytes));
		ck_assert_int_eq(lines_new(fd, -1, UINT64_MAX, &lines),
		    ERR_NONE);
		while ((line = next(lines)) != NULL && line->number == 1) {
			ck_assert_int_eq(line->fault == LINE_TOO_LONG,
			    lengths[_i].is_too_long);
			ck_assert_int_eq(line->is_rest, got > 0);
			ck_assert_int_eq(memcmp(line->text, bytes + got,
			    line->raw_len), 0);
			got += line->raw_len;
		}
		ck_assert_uint_eq(got, raw_len);
		if (endings[i][0] != '\0') {
			ck_assert_ptr_nonnull(line);
			ck_assert_int_eq(line->fault, LINE_GOOD);
			ck_assert_uint_eq(line->text_len, 4);
		}
		lines_free(lines);
		close(fd);
	}
	free(bytes);
}
END_TEST

START_TEST(no_more_is_read_than_was_asked_for)
{
	int fd = file_of(BYTES("one\ntwo\nthree\n"));
	struct lines *lines;
	struct buffer text;

	buffer_init(&text, 0);
	ck_assert_int_eq(lines_new(fd, -1, strlen("one\ntwo\n"), &lines),
	    ERR_NONE);
	describe(lines, &text);
	ck_assert_str_eq(text.bytes, "1 one|2 two|");
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), strlen("one\ntwo\n"));
	buffer_clear(&text);
	lines_free(lines);
	close(fd);
}
END_TEST

START_TEST(a_pipe_that_says_nothing_is_waited_for_no_longer_than_asked)
{
	struct lines *lines;
	bool has_read = true;
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(lines_new(fds[0], -1, UINT64_MAX, &lines), ERR_NONE);
	ck_assert_int_eq(lines_read(lines, 1, &has_read), ERR_NONE);
	ck_assert(!has_read);
	ck_assert(!lines_is_at_end(lines));
	ck_assert_int_eq(write(fds[1], "a\nb", 3), 3);
	ck_assert_int_eq(lines_read(lines, -1, &has_read), ERR_NONE);
	ck_assert(has_read);
	ck_assert_ptr_nonnull(lines_take(lines));
	ck_assert_ptr_null(lines_take(lines));
	lines_free(lines);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(a_stop_is_the_end_of_the_input)
{
	struct lines *lines;
	bool has_read;
	int fds[2], stop_fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(pipe(stop_fds), 0);
	ck_assert_int_eq(lines_new(fds[0], stop_fds[0], UINT64_MAX, &lines),
	    ERR_NONE);
	ck_assert_int_eq(write(fds[1], "a", 1), 1);
	ck_assert_int_eq(lines_read(lines, -1, &has_read), ERR_NONE);
	close(stop_fds[1]);
	ck_assert_int_eq(lines_read(lines, -1, &has_read), ERR_NONE);
	ck_assert(lines_is_at_end(lines));
	ck_assert_ptr_null(lines_take(lines));
	lines_free(lines);
	close(stop_fds[0]);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_an_error)
{
	struct lines *lines;
	bool has_read;
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(lines_new(fds[1], -1, UINT64_MAX, &lines), ERR_NONE);
	close(fds[0]);
	ck_assert_int_eq(lines_read(lines, -1, &has_read), ERR_IO);
	lines_free(lines);
	close(fds[1]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lines");
	TCase *all = tcase_create("all");

	tcase_add_loop_test(all, a_line_ends_with_lf_or_crlf_or_the_file, 0,
	    COUNT_OF(rows));
	tcase_add_loop_test(all,
	    a_line_that_is_too_long_comes_whole_in_pieces, 0,
	    COUNT_OF(lengths));
	tcase_add_test(all, no_more_is_read_than_was_asked_for);
	tcase_add_test(all,
	    a_pipe_that_says_nothing_is_waited_for_no_longer_than_asked);
	tcase_add_test(all, a_stop_is_the_end_of_the_input);
	tcase_add_test(all, a_file_that_cannot_be_read_is_an_error);
	suite_add_tcase(suite, all);
	return suite_run(suite);
}
