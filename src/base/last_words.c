/* last_words.c - a log line from within a signal handler. */
#include "base/last_words.h"

#include <errno.h>
#include <string.h>

#include "base/doing.h"
#include "base/log.h"

enum { NUMBER_SIZE = 24, DECIMAL = 10, HEXADECIMAL = 16 };

static void add_bytes(struct last_words *words, const char *text);
static void add_name(struct last_words *words, const char *name);
static void add_quoted(struct last_words *words, const char *text);
static void add_digits(struct last_words *words, const char *name,
    const char *prefix, uint64_t number, unsigned int base);

void
last_words_begin(struct last_words *words, const char *fact)
{
	words->len = 0;
	words->is_full = false;
	add_bytes(words, "fact=");
	add_quoted(words, fact);
}

void
last_words_add(struct last_words *words, const char *name, const char *text)
{
	size_t before = words->len;

	if (text == NULL || text[0] == '\0')
		return;
	add_name(words, name);
	add_quoted(words, text);
	/* Half a field says something wrong. */
	if (words->is_full)
		words->len = before;
}

void
last_words_add_number(struct last_words *words, const char *name,
    uint64_t number)
{
	add_digits(words, name, "", number, DECIMAL);
}

void
last_words_add_address(struct last_words *words, const char *name,
    uintptr_t address)
{
	add_digits(words, name, "0x", address, HEXADECIMAL);
}

void
last_words_send(const struct last_words *words)
{
	int before = errno;

	log_last_words(words->text, words->len);
	errno = before;
}

void
last_words_add_doing(struct last_words *words)
{
	const struct doing *doing = doing_now();

	if (doing->what == NULL)
		return;
	last_words_add(words, "doing", doing->what);
	last_words_add(words, "request_id", doing->request_id);
}

static void
add_name(struct last_words *words, const char *name)
{
	add_bytes(words, " ");
	add_bytes(words, name);
	add_bytes(words, "=");
}

static void
add_bytes(struct last_words *words, const char *text)
{
	size_t text_len = strlen(text);

	if (words->is_full || text_len > sizeof(words->text) - words->len) {
		words->is_full = true;
		return;
	}
	memcpy(words->text + words->len, text, text_len);
	words->len += text_len;
}

static void
add_quoted(struct last_words *words, const char *text)
{
	char one[2] = "";

	add_bytes(words, "\"");
	for (; *text != '\0' && !words->is_full; text++) {
		one[0] = *text;
		if (*text < ' ' || *text > '~' || *text == '"' ||
		    *text == '\\')
			one[0] = '?';
		add_bytes(words, one);
	}
	add_bytes(words, "\"");
}

static void
add_digits(struct last_words *words, const char *name, const char *prefix,
    uint64_t number, unsigned int base)
{
	char digits[NUMBER_SIZE];
	size_t at = sizeof(digits) - 1;
	size_t before = words->len;

	digits[at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number > 0);
	add_name(words, name);
	add_bytes(words, prefix);
	add_bytes(words, digits + at);
	if (words->is_full)
		words->len = before;
}
