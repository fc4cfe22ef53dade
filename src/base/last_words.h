/* last_words.h - a log line from within a signal handler.
 *
 * What is called here allocates nothing, takes no lock and writes the line at
 * once, wherever the log goes; only syslog, whose library does both, is
 * passed by for stderr.
 */
#ifndef BASE_LAST_WORDS_H
#define BASE_LAST_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LAST_WORDS_SIZE = 2048 };

/* A line that is too long loses the fields that do not fit. */
struct last_words {
	char text[LAST_WORDS_SIZE];
	size_t len;
	bool is_full;
};

/* fact has no quotes, nor anything else that would have to be escaped. */
void last_words_begin(struct last_words *words, const char *fact);
/* Bytes of text that are neither printable ASCII nor plain become "?".
 * NULL or "": no field. */
void last_words_add(struct last_words *words, const char *name,
    const char *text);
void last_words_add_number(struct last_words *words, const char *name,
    uint64_t number);
void last_words_add_address(struct last_words *words, const char *name,
    uintptr_t address);
/* What this thread is at, and for which request (doing.h). */
void last_words_add_doing(struct last_words *words);
/* As an error, by one write or send.  Keeps errno. */
void last_words_send(const struct last_words *words);

#endif
