/* verdicts.c - places of the log at which no answer was that of most
 * replicas, and what machines agreed about each. */
#include "model/verdicts.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "model/cluster_secrets.h"

enum { SEAL_LEN = 2 * SEAL_BYTES };

static const char *const names[] = {
	[VERDICT_ASKED] = "asked",
	[VERDICT_VOID]  = "void",
	[VERDICT_KEPT]  = "kept",
};

static size_t find(const struct verdicts *verdicts, uint64_t sequence);
static bool read_line(const char *line, size_t len,
    struct verdicts *verdicts);

enum verdict
verdicts_find(const struct verdicts *verdicts, uint64_t sequence)
{
	size_t i = find(verdicts, sequence);

	return i < verdicts->count &&
	    verdicts->all[i].sequence == sequence ?
	    verdicts->all[i].verdict : VERDICT_NONE;
}

bool
verdicts_put(struct verdicts *verdicts, uint64_t sequence,
    enum verdict verdict)
{
	size_t i = find(verdicts, sequence);
	struct verdict_place *place = &verdicts->all[i];

	if (i < verdicts->count && place->sequence == sequence) {
		if (place->verdict == VERDICT_ASKED)
			place->verdict = verdict;
		return true;
	}
	if (verdicts->count == VERDICTS_MAX)
		return false;
	memmove(place + 1, place, (verdicts->count - i) * sizeof(*place));
	*place = (struct verdict_place){ sequence, verdict };
	verdicts->count++;
	return true;
}

void
verdicts_expire(struct verdicts *verdicts, uint64_t first)
{
	size_t gone = find(verdicts, first);

	verdicts->count -= gone;
	memmove(verdicts->all, verdicts->all + gone,
	    verdicts->count * sizeof(verdicts->all[0]));
}

void
verdicts_write(const struct verdicts *verdicts,
    const struct cluster_secrets *secrets, const char *key,
    struct buffer *value)
{
	uint8_t seal[SEAL_BYTES];
	char digits[SEAL_LEN + 1];
	struct buffer lines;

	buffer_init(&lines, VERDICTS_BYTES_MAX);
	for (size_t i = 0; i < verdicts->count; i++)
		buffer_add_format(&lines, "%" PRIu64 " %s\n",
		    verdicts->all[i].sequence,
		    names[verdicts->all[i].verdict]);
	seal_make(secrets, key, lines.bytes, lines.len, seal);
	sodium_bin2hex(digits, sizeof(digits), seal, sizeof(seal));
	buffer_add(value, digits, SEAL_LEN);
	buffer_add_text(value, "\n");
	buffer_add(value, lines.bytes, lines.len);
	if (lines.error != ERR_NONE)
		value->error = lines.error;
	buffer_clear(&lines);
}

enum error
verdicts_read(const struct cluster_secrets *secrets, const char *key,
    const char *value, size_t value_len, struct verdicts *verdicts)
{
	uint8_t seal[SEAL_BYTES];
	size_t at = SEAL_LEN + 1;

	verdicts->count = 0;
	if (value_len < at || value[SEAL_LEN] != '\n' ||
	    sodium_hex2bin(seal, sizeof(seal), value, SEAL_LEN, NULL, NULL,
	    NULL) != 0 || !seal_is_right(secrets, key, value + at,
	    value_len - at, seal))
		return ERR_SYNTAX;
	while (at < value_len) {
		const char *end = memchr(value + at, '\n', value_len - at);
		size_t len = end == NULL ? 0 : (size_t)(end - value) - at;

		if (end == NULL || !read_line(value + at, len, verdicts)) {
			verdicts->count = 0;
			return ERR_SYNTAX;
		}
		at += len + 1;
	}
	return ERR_NONE;
}

/* The first that is not before the sequence; the count when there is none. */
static size_t
find(const struct verdicts *verdicts, uint64_t sequence)
{
	size_t i = 0;

	while (i < verdicts->count && verdicts->all[i].sequence < sequence)
		i++;
	return i;
}

static bool
read_line(const char *line, size_t len, struct verdicts *verdicts)
{
	const char *space = memchr(line, ' ', len);
	size_t number_len = space == NULL ? 0 : (size_t)(space - line);
	int64_t sequence = 0;

	if (space == NULL || text_parse_int64(line, number_len, &sequence) !=
	    ERR_NONE || sequence < 1)
		return false;
	for (size_t i = VERDICT_ASKED; i < COUNT_OF(names); i++)
		if (strlen(names[i]) == len - number_len - 1 &&
		    memcmp(names[i], space + 1, strlen(names[i])) == 0)
			return verdicts_put(verdicts, (uint64_t)sequence,
			    (enum verdict)i);
	return false;
}
