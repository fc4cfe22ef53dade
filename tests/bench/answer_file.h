/* answer_file.h - what a program of the benchmark answers, whatever is asked.
 *
 * For measuring on loopback: whatever goes wrong ends the program.
 */
#ifndef BENCH_ANSWER_FILE_H
#define BENCH_ANSWER_FILE_H

#include <stddef.h>

struct answer {
	char *bytes;		/* head and body, as CGI has them; a NUL
				 * that does not count is behind them */
	size_t len;
};

/* Reads it; it lives as long as the program. */
struct answer answer_read(const char *path);

/* Ends the program with errno's text. */
_Noreturn void answer_fail(const char *what);

#endif
