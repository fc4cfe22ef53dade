/* buffer.h - bytes that grow up to a bound. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"

/*
 * The adders return nothing: the first one that finds no memory, or passes
 * the bound, sets error, after which nothing more is added.  Whoever fills a
 * buffer looks at error once, at the end.
 */
struct buffer {
	char *bytes;		/* owned; no final NUL */
	size_t len;
	size_t size;
	size_t size_max;	/* the bound; 0 is none but memory's */
	enum error error;	/* ERR_NONE, ERR_NO_MEMORY, ERR_TOO_LARGE */
	bool is_secret;
};

void buffer_init(struct buffer *buffer, size_t size_max);
/* The same for what may hold a key: the calls below wipe what they leave
 * behind, in its memory and in memory that they give back. */
void buffer_init_secret(struct buffer *buffer, size_t size_max);
void buffer_clear(struct buffer *buffer);

/* Empties it and forgets its error, but keeps its memory. */
void buffer_reset(struct buffer *buffer);

/*
 * Makes room for len more bytes and returns where they go, or NULL.  The
 * caller writes them and adds to buffer->len what it wrote.
 */
char *buffer_reserve(struct buffer *buffer, size_t len);

/* What buffer_add does where memory is short, or the buffer has an error. */
void buffer_add_slowly(struct buffer *buffer, const void *bytes, size_t len);

/* An answer is made of dozens of pieces, so it costs no call where there is
 * room: size never passes size_max. */
static inline void
buffer_add(struct buffer *buffer, const void *bytes, size_t len)
{
	if (buffer->error != ERR_NONE || len > buffer->size - buffer->len) {
		buffer_add_slowly(buffer, bytes, len);
	} else if (len > 0) {
		memcpy(buffer->bytes + buffer->len, bytes, len);
		buffer->len += len;
	}
}

static inline void
buffer_add_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

/* In decimal digits. */
void buffer_add_number(struct buffer *buffer, int64_t number);
void buffer_add_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds text as a JSON string with its quotes.  text is valid UTF-8. */
void buffer_add_json_string(struct buffer *buffer, const char *text,
    size_t text_len);

/* Drops the first len bytes. */
void buffer_drop(struct buffer *buffer, size_t len);

#endif
