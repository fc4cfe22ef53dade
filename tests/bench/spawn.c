/* spawn.c - how long two programs take from start to end, in turns.
 *
 *   spawn ROUNDS COUNT FIRST SECOND
 *
 * Starts each of the two COUNT times in each round, alternately, with this
 * environment, and nothing to read.  Prints the median of each round.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stopwatch.h"

enum { COUNT_MAX = 10000 };

static void run_round(size_t count, char *const programs[2]);
static double run_us(char *program, const posix_spawn_file_actions_t *files);
static double median(double *times, size_t count);
static int compare(const void *left, const void *right);

int
main(int argc, char **argv)
{
	size_t rounds = argc == 5 ? strtoul(argv[1], NULL, 10) : 0;
	size_t count = argc == 5 ? strtoul(argv[2], NULL, 10) : 0;

	if (rounds == 0 || count == 0 || count > COUNT_MAX) {
		fputs("usage: spawn ROUNDS COUNT FIRST SECOND\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < rounds; i++)
		run_round(count, argv + 3);
	return 0;
}

static void
run_round(size_t count, char *const programs[2])
{
	static double times[2][COUNT_MAX];
	posix_spawn_file_actions_t files;

	if (posix_spawn_file_actions_init(&files) != 0 ||
	    posix_spawn_file_actions_addopen(&files, STDIN_FILENO,
	    "/dev/null", O_RDONLY, 0) != 0 ||
	    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO,
	    "/dev/null", O_WRONLY, 0) != 0)
		fail("posix_spawn");
	for (size_t i = 0; i < count; i++)
		for (size_t program = 0; program < 2; program++)
			times[program][i] = run_us(programs[program], &files);
	posix_spawn_file_actions_destroy(&files);
	printf("{\"first_us\":%.1f,\"second_us\":%.1f}\n",
	    median(times[0], count), median(times[1], count));
	fflush(stdout);
}

static double
run_us(char *program, const posix_spawn_file_actions_t *files)
{
	char *const arguments[] = { program, NULL };
	int64_t begin_us = clock_us(CLOCK_MONOTONIC);
	pid_t pid;
	int status;

	if (posix_spawn(&pid, program, files, NULL, arguments, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0)
		fail(program);
	return (double)(clock_us(CLOCK_MONOTONIC) - begin_us);
}

static double
median(double *times, size_t count)
{
	qsort(times, count, sizeof(times[0]), compare);
	return times[count / 2];
}

static int
compare(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return a < b ? -1 : a > b;
}
