/* answer_file.c - what a program of the benchmark answers, from a file. */
#include "answer_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_BYTES_MAX = 1024 * 1024 };

struct answer
answer_read(const char *path)
{
	struct answer answer = { .bytes = calloc(1, ANSWER_BYTES_MAX + 1) };
	FILE *file = fopen(path, "rb");

	if (answer.bytes == NULL || file == NULL)
		answer_fail(path);
	answer.len = fread(answer.bytes, 1, ANSWER_BYTES_MAX, file);
	if (answer.len == 0 || ferror(file) || !feof(file))
		answer_fail(path);
	fclose(file);
	return answer;
}

void
answer_fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}
