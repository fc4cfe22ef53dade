/* json_spelling.h - JSON's strings, as they are spelled between the quotes.
 *
 * For texts that json_text.c has looked at, or is looking at.
 */
#ifndef MODEL_JSON_SPELLING_H
#define MODEL_JSON_SPELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spelling {
	const char *text;	/* borrowed; valid UTF-8 and escapes */
	uint32_t len;
	bool has_escape;
};

/* Below, equal to or above zero, by their characters, however spelled. */
int spelling_compare(const struct spelling *a, const struct spelling *b);

bool spelling_has_nul(const struct spelling *spelling);

/* Enough for an event without asking for memory. */
enum { SPELLINGS_AT_FIRST = 32 };

/* A stack of them; its bound is the text's, whose bytes each one takes. */
struct spellings {
	struct spelling *all;	/* owned, or first */
	size_t count;		/* the caller lowers it to drop the last */
	size_t size;
	struct spelling first[SPELLINGS_AT_FIRST];
};

void spellings_init(struct spellings *spellings);
void spellings_clear(struct spellings *spellings);

/* False when memory runs out. */
bool spellings_add(struct spellings *spellings,
    const struct spelling *spelling);

/* Of two equal ones from number first on: the one further behind in the text;
 * NULL when all differ.  May sort them. */
const struct spelling *spellings_find_twin(struct spellings *spellings,
    size_t first);

/*
 * Reads the escape at *at, which is a backslash, and steps over it; a pair of
 * surrogates is one character, an unpaired one is given as it is.  False, and
 * no step, when it is no escape of RFC 8259, section 7.
 */
bool json_escape_read(const char **at, const char *end,
    uint32_t *character_out);

bool character_is_surrogate(uint32_t character);

#endif
