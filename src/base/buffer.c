/* buffer.c - bytes that grow up to a bound. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BUFFER_SIZE_MIN = 512,
	NUMBER_LEN_MAX = sizeof("-9223372036854775808") - 1
};

static bool grow(struct buffer *buffer, size_t needed);
static char *move_secret(struct buffer *buffer, size_t size);
static void wipe(struct buffer *buffer, size_t begin);

void
buffer_init(struct buffer *buffer, size_t size_max)
{
	*buffer = (struct buffer){ .size_max = size_max };
}

void
buffer_init_secret(struct buffer *buffer, size_t size_max)
{
	buffer_init(buffer, size_max);
	buffer->is_secret = true;
}

void
buffer_clear(struct buffer *buffer)
{
	if (buffer == NULL)
		return;
	wipe(buffer, 0);
	free(buffer->bytes);
	buffer->bytes = NULL;
	buffer->len = 0;
	buffer->size = 0;
	buffer->error = ERR_NONE;
}

void
buffer_reset(struct buffer *buffer)
{
	wipe(buffer, 0);
	buffer->len = 0;
	buffer->error = ERR_NONE;
}

char *
buffer_reserve(struct buffer *buffer, size_t len)
{
	size_t needed;

	if (buffer->error != ERR_NONE)
		return NULL;
	if (__builtin_add_overflow(buffer->len, len, &needed) ||
	    (buffer->size_max != 0 && needed > buffer->size_max)) {
		buffer->error = ERR_TOO_LARGE;
		return NULL;
	}
	/* NULL is for errors, so no room at all is some, too. */
	if ((needed > buffer->size || buffer->bytes == NULL) &&
	    !grow(buffer, needed)) {
		buffer->error = ERR_NO_MEMORY;
		return NULL;
	}
	return buffer->bytes + buffer->len;
}

static bool
grow(struct buffer *buffer, size_t needed)
{
	size_t size = buffer->size < BUFFER_SIZE_MIN ?
	    BUFFER_SIZE_MIN : buffer->size;
	char *bytes;

	while (size < needed)
		size += size / 2;
	if (buffer->size_max != 0 && size > buffer->size_max)
		size = buffer->size_max;
	bytes = buffer->is_secret ? move_secret(buffer, size) :
	    realloc(buffer->bytes, size);
	if (bytes == NULL)
		return false;
	buffer->bytes = bytes;
	buffer->size = size;
	return true;
}

/* realloc would leave a copy in the memory that it gives back. */
static char *
move_secret(struct buffer *buffer, size_t size)
{
	char *bytes = malloc(size);

	if (bytes == NULL || buffer->bytes == NULL)
		return bytes;
	memcpy(bytes, buffer->bytes, buffer->len);
	wipe(buffer, 0);
	free(buffer->bytes);
	return bytes;
}

static void
wipe(struct buffer *buffer, size_t begin)
{
	if (buffer->is_secret && buffer->bytes != NULL)
		explicit_bzero(buffer->bytes + begin, buffer->len - begin);
}

void
buffer_add_slowly(struct buffer *buffer, const void *bytes, size_t len)
{
	char *end;

	if (len == 0)
		return;
	end = buffer_reserve(buffer, len);
	if (end == NULL)
		return;
	memcpy(end, bytes, len);
	buffer->len += len;
}

void
buffer_add_number(struct buffer *buffer, int64_t number)
{
	char digits[NUMBER_LEN_MAX];
	size_t at = sizeof(digits);
	uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (number < 0)
		digits[--at] = '-';
	buffer_add(buffer, digits + at, sizeof(digits) - at);
}

void
buffer_add_format(struct buffer *buffer, const char *format, ...)
{
	va_list args;
	char *end;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len <= 0)
		return;

	/* One byte more for the NUL, which does not count. */
	end = buffer_reserve(buffer, (size_t)len + 1);
	if (end == NULL)
		return;
	va_start(args, format);
	vsnprintf(end, (size_t)len + 1, format, args);
	va_end(args);
	buffer->len += (size_t)len;
}

void
buffer_add_json_string(struct buffer *buffer, const char *text,
    size_t text_len)
{
	size_t plain = 0;

	buffer_add_text(buffer, "\"");
	for (size_t i = 0; i < text_len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte >= 0x20 && byte != '"' && byte != '\\')
			continue;
		buffer_add(buffer, text + plain, i - plain);
		plain = i + 1;
		if (byte == '"' || byte == '\\')
			buffer_add_format(buffer, "\\%c", byte);
		else
			buffer_add_format(buffer, "\\u%04x", byte);
	}
	buffer_add(buffer, text + plain, text_len - plain);
	buffer_add_text(buffer, "\"");
}

void
buffer_drop(struct buffer *buffer, size_t len)
{
	size_t left = buffer->len - len;

	memmove(buffer->bytes, buffer->bytes + len, left);
	wipe(buffer, left);
	buffer->len = left;
}
