/* filter.h - which categories a client wants. */
#ifndef MODEL_FILTER_H
#define MODEL_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/category.h"

struct filter {
	unsigned int categories;	/* bit 1 << category is set: wanted */
};

struct filter filter_all(void);
bool filter_is_all(const struct filter *filter);
bool filter_wants(const struct filter *filter, enum category category);

/*
 * Reads "all", one category's name or several with commas.  ERR_MEANING
 * with the allowed names when one is unknown or empty.
 */
enum error filter_parse(const char *text, size_t text_len,
    struct filter *filter_out, struct detail *detail);

enum { FILTER_TEXT_SIZE = 64 };

/* Writes it as filter_parse reads it, in the categories' order. */
void filter_format(const struct filter *filter, char text[FILTER_TEXT_SIZE]);

#endif
