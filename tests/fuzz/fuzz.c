/* fuzz.c - what the targets of the fuzzer share. */
#include "fuzz.h"

#include <json-c/json_object.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/log.h"

void
fuzz_fail(const char *file, int line, const char *claim)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, claim);
	abort();
}

uint8_t
fuzz_take(struct fuzz_input *input)
{
	if (input->len == 0)
		return 0;
	input->len--;
	return *input->bytes++;
}

const char *
fuzz_text(const uint8_t *bytes, size_t len)
{
	static char room[FUZZ_TEXT_MAX + 1];
	const uint8_t *nul = len == 0 ? NULL : memchr(bytes, '\0', len);
	char *text;

	if (nul != NULL)
		len = (size_t)(nul - bytes);
	if (len > FUZZ_TEXT_MAX)
		len = FUZZ_TEXT_MAX;
	text = room + FUZZ_TEXT_MAX - len;
	if (len > 0)
		memcpy(text, bytes, len);
	return text;
}

void
fuzz_silence_log(void)
{
	(void)log_open(LOG_TO_SYSLOG, "fuzz");
	setlogmask(LOG_MASK(LOG_EMERG));
}

size_t
fuzz_character(const char *text, size_t len, uint32_t *character_out)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const uint8_t *bytes = (const uint8_t *)text;
	uint32_t character;
	size_t more;

	*character_out = 0;
	if (len == 0 || (bytes[0] >= 0x80 && bytes[0] < 0xc0) ||
	    bytes[0] >= 0xf8)
		return 0;
	more = (bytes[0] >= 0xc0 ? 1 : 0) + (bytes[0] >= 0xe0 ? 1 : 0) +
	    (bytes[0] >= 0xf0 ? 1 : 0);
	if (more >= len)
		return 0;
	character = more == 0 ? bytes[0] : bytes[0] & (0x3fU >> more);
	for (size_t i = 1; i <= more; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (bytes[i] & 0x3fU);
	}
	if (character < least[more] || character > 0x10ffff ||
	    (character >= 0xd800 && character < 0xe000))
		return 0;
	*character_out = character;
	return more + 1;
}

bool
fuzz_is_utf8(const char *text, size_t len)
{
	uint32_t character;

	while (len > 0) {
		size_t size = fuzz_character(text, len, &character);

		if (size == 0)
			return false;
		text += size;
		len -= size;
	}
	return true;
}

bool
fuzz_json_is_same(struct json_object *a, struct json_object *b)
{
	size_t a_len;
	size_t b_len;
	const char *a_text = json_object_to_json_string_length(a,
	    JSON_C_TO_STRING_PLAIN, &a_len);
	const char *b_text = json_object_to_json_string_length(b,
	    JSON_C_TO_STRING_PLAIN, &b_len);

	return a_len == b_len && memcmp(a_text, b_text, a_len) == 0;
}
