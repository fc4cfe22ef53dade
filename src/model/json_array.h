/* json_array.h - the elements of an array, as they are spelled. */
#ifndef MODEL_JSON_ARRAY_H
#define MODEL_JSON_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of a text, without the blanks around it; borrowed. */
struct json_element {
	const char *text;
	size_t len;
};

/*
 * Walks the elements of an array, which text is: json_text_check has looked at
 * it, and found no fault of syntax.  *offset is 0 at first.  False behind the
 * last one.  Each byte is looked at once.
 */
bool json_array_next(const char *text, size_t text_len, size_t *offset,
    struct json_element *element_out);

#endif
