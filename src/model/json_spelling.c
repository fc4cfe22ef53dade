/* json_spelling.c - JSON's strings, as they are spelled between the quotes. */
#include "model/json_spelling.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { ESCAPE_U_LEN = sizeof("\\uXXXX") - 1, PAIRWISE_MAX = 8 };

static int compare_bytes(const char *a, size_t a_len, const char *b,
    size_t b_len);
static uint32_t next_character(const char **at, const char *end);
static const struct spelling *find_twin_pairwise(const struct spelling *some,
    size_t some_count);
static int compare_for_qsort(const void *a, const void *b);
static bool read_letter(const char **at, const char *end,
    uint32_t *character_out);
static bool read_hex4(const char *at, const char *end, uint32_t *number_out);
static bool is_high_surrogate(uint32_t character);
static bool is_low_surrogate(uint32_t character);

int
spelling_compare(const struct spelling *a, const struct spelling *b)
{
	const char *at_a = a->text;
	const char *at_b = b->text;
	const char *end_a = at_a + a->len;
	const char *end_b = at_b + b->len;

	/* UTF-8 sorts by its bytes as it does by its characters. */
	if (!a->has_escape && !b->has_escape)
		return compare_bytes(at_a, a->len, at_b, b->len);

	while (at_a < end_a && at_b < end_b) {
		uint32_t character_a = next_character(&at_a, end_a);
		uint32_t character_b = next_character(&at_b, end_b);

		if (character_a != character_b)
			return character_a < character_b ? -1 : 1;
	}
	return (at_a < end_a) - (at_b < end_b);
}

static int
compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* Of a name that was scanned, so nothing can be wrong with it. */
static uint32_t
next_character(const char **at, const char *end)
{
	/* By the count of bytes: what the first one holds. */
	static const unsigned char first_bits[] = { 0, 0x7f, 0x1f, 0xf, 7 };
	uint32_t character = 0;
	size_t bytes;

	if (**at == '\\') {
		(void)json_escape_read(at, end, &character);
		return character;
	}
	bytes = utf8_character_bytes(*at, (size_t)(end - *at));
	character = (unsigned char)**at & first_bits[bytes];
	for (size_t i = 1; i < bytes; i++)
		character = character << 6 | ((unsigned char)(*at)[i] & 0x3f);
	*at += bytes;
	return character;
}

bool
spelling_has_nul(const struct spelling *spelling)
{
	const char *at = spelling->text;
	const char *end = at + spelling->len;

	while (at < end)
		if (next_character(&at, end) == 0)
			return true;
	return false;
}

void
spellings_init(struct spellings *spellings)
{
	/* Not all of first, which is too much to clear for a small event. */
	spellings->all = spellings->first;
	spellings->count = 0;
	spellings->size = SPELLINGS_AT_FIRST;
}

void
spellings_clear(struct spellings *spellings)
{
	if (spellings->all != spellings->first)
		free(spellings->all);
	spellings_init(spellings);
}

bool
spellings_add(struct spellings *spellings, const struct spelling *spelling)
{
	if (spellings->count == spellings->size) {
		bool is_first = spellings->all == spellings->first;
		struct spelling *all = reallocarray(
		    is_first ? NULL : spellings->all,
		    2 * spellings->size, sizeof(*all));

		if (all == NULL)
			return false;
		if (is_first)
			memcpy(all, spellings->first,
			    sizeof(spellings->first));
		spellings->all = all;
		spellings->size *= 2;
	}
	spellings->all[spellings->count++] = *spelling;
	return true;
}

const struct spelling *
spellings_find_twin(struct spellings *spellings, size_t first)
{
	struct spelling *some = spellings->all + first;
	size_t some_count = spellings->count - first;

	if (some_count <= PAIRWISE_MAX)
		return find_twin_pairwise(some, some_count);
	/* Very many must not take the square of their count. */
	qsort(some, some_count, sizeof(*some), compare_for_qsort);
	for (size_t i = 1; i < some_count; i++) {
		const struct spelling *a = &some[i - 1];
		const struct spelling *b = &some[i];

		if (spelling_compare(a, b) == 0)
			return a->text > b->text ? a : b;
	}
	return NULL;
}

/* Quicker than sorting, for few. */
static const struct spelling *
find_twin_pairwise(const struct spelling *some, size_t some_count)
{
	for (size_t i = 1; i < some_count; i++)
		for (size_t j = 0; j < i; j++)
			if (spelling_compare(&some[j], &some[i]) == 0)
				return &some[i];
	return NULL;
}

static int
compare_for_qsort(const void *a, const void *b)
{
	return spelling_compare(a, b);
}

bool
json_escape_read(const char **at, const char *end, uint32_t *character_out)
{
	uint32_t low;

	if (end - *at < 2 || (*at)[1] != 'u')
		return read_letter(at, end, character_out);
	if (!read_hex4(*at + 2, end, character_out))
		return false;
	*at += ESCAPE_U_LEN;
	if (is_high_surrogate(*character_out) && end - *at >= 2 &&
	    memcmp(*at, "\\u", 2) == 0 && read_hex4(*at + 2, end, &low) &&
	    is_low_surrogate(low)) {
		*character_out = 0x10000 + ((*character_out & 0x3ff) << 10) +
		    (low & 0x3ff);
		*at += ESCAPE_U_LEN;
	}
	return true;
}

/* A backslash and one letter or mark. */
static bool
read_letter(const char **at, const char *end, uint32_t *character_out)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char characters[] = "\"\\/\b\f\n\r\t";
	const char *letter = end - *at < 2 ? NULL :
	    memchr(letters, (*at)[1], sizeof(letters) - 1);

	*character_out = 0;
	if (letter == NULL)
		return false;
	*character_out = (unsigned char)characters[letter - letters];
	*at += 2;
	return true;
}

static bool
read_hex4(const char *at, const char *end, uint32_t *number_out)
{
	uint32_t number = 0;

	*number_out = 0;
	if (end - at < 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		unsigned char byte = (unsigned char)at[i];

		if (!isxdigit(byte))
			return false;
		/* A letter's low bits count from 1. */
		number = number << 4 |
		    ((byte & 0xfU) + (byte > '9' ? 9 : 0));
	}
	*number_out = number;
	return true;
}

bool
character_is_surrogate(uint32_t character)
{
	return is_high_surrogate(character) || is_low_surrogate(character);
}

static bool
is_high_surrogate(uint32_t character)
{
	return character >= 0xd800 && character <= 0xdbff;
}

static bool
is_low_surrogate(uint32_t character)
{
	return character >= 0xdc00 && character <= 0xdfff;
}
