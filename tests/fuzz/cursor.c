/* cursor.c - fuzz: places among the events, as clients give them back. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "model/cursor.h"

const char fuzz_target[] = "cursor";

static bool is_cursor(const char *text, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = len == 0 ? "" : (const char *)bytes;
	struct cursor cursor;
	struct cursor again;
	char written[CURSOR_TEXT_SIZE];
	enum error err = cursor_parse(text, len, &cursor);

	FUZZ_EXPECT((err == ERR_NONE) == is_cursor(text, len));
	if (err != ERR_NONE) {
		FUZZ_EXPECT(err == ERR_SYNTAX && cursor.id[0] == '\0' &&
		    cursor.stored_at_ms == 0);
		return 0;
	}
	FUZZ_EXPECT(cursor.stored_at_ms >= 0 &&
	    event_id_is_valid(cursor.id, strlen(cursor.id)));
	cursor_format(&cursor, written);
	/* It differs from what came in leading zeros alone. */
	FUZZ_EXPECT(strlen(written) <= len && memcmp(written,
	    text + len - strlen(written), strlen(written)) == 0);
	FUZZ_EXPECT(cursor_parse(written, strlen(written), &again) ==
	    ERR_NONE);
	FUZZ_EXPECT(cursor_compare(&cursor, &again) == 0);
	return 0;
}

/* A second opinion: 1 to 19 digits behind zeros, a colon, 21 of an id. */
static bool
is_cursor(const char *text, size_t len)
{
	size_t at = 0;
	size_t first;

	while (at < len && text[at] >= '0' && text[at] <= '9')
		at++;
	if (at == 0 || len - at != 1 + 21 || text[at] != ':')
		return false;
	for (first = 0; first < at && text[first] == '0'; first++)
		;
	if (at - first > 19 || (at - first == 19 &&
	    memcmp(text + first, "9223372036854775807", 19) > 0))
		return false;
	for (at++; at < len; at++)
		if (!((text[at] >= '0' && text[at] <= '9') ||
		    (text[at] >= 'a' && text[at] <= 'z') ||
		    (text[at] >= 'A' && text[at] <= 'Z') ||
		    text[at] == '-' || text[at] == '_'))
			return false;
	return true;
}
