/* name.h - texts that people give to things: one line, for reading. */
#ifndef MODEL_NAME_H
#define MODEL_NAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether text is 1 to bytes_max bytes of UTF-8 without control characters,
 * which are U+0000 to U+001F and U+007F to U+009F.
 */
bool name_is_valid(const char *text, size_t text_len, size_t bytes_max);

#endif
