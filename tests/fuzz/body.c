/* body.c - fuzz: the events that a POST's body holds, as JSON or NDJSON.
 *
 * The first byte chooses which.
 */
#include <json-c/json_object.h>
#include <string.h>

#include "api/body_events.h"
#include "fuzz.h"
#include "model/json_text.h"
#include "model/limits.h"

const char fuzz_target[] = "body";

enum { TEXT_MAX = 64 * 1024 };

static size_t check_events(const struct body_events *events);
static size_t count_lines(const char *text, size_t len);
static bool is_blank(const char *text, size_t len);
static size_t count_json(const char *text, size_t len, bool is_batch);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fuzz_input input = { bytes, len };
	enum body_type type = (fuzz_take(&input) & 1) == 0 ?
	    BODY_JSON : BODY_NDJSON;
	const char *text = (const char *)input.bytes;
	struct body_events events;
	struct detail detail = { "" };
	enum error err;

	if (len == 0 || input.len > TEXT_MAX)
		return 0;
	err = body_events_read(type, text, input.len, &events, &detail);
	if (err != ERR_NONE) {
		FUZZ_EXPECT(err == ERR_SYNTAX || err == ERR_MEANING);
		FUZZ_EXPECT(detail.text[0] != '\0');
		FUZZ_EXPECT(fuzz_is_utf8(detail.text, strlen(detail.text)));
		return 0;
	}
	FUZZ_EXPECT(events.count >= 1 && events.count <= RECORD_EVENTS_MAX);
	FUZZ_EXPECT(check_events(&events) == events.count);
	if (type == BODY_NDJSON)
		FUZZ_EXPECT(count_lines(text, input.len) == events.count);
	else if (events.is_checked)
		FUZZ_EXPECT(count_json(text, input.len, events.is_batch) ==
		    events.count);
	return 0;
}

/* Each is within the body, behind the one before, and passes alone. */
static size_t
check_events(const struct body_events *events)
{
	const char *behind = events->text;
	struct json_element event;
	size_t offset = 0;
	size_t count = 0;
	bool are_right = true;

	while (body_events_next(events, &offset, &event)) {
		enum error err;

		FUZZ_EXPECT(event.text >= behind && event.len > 0);
		behind = event.text + event.len;
		FUZZ_EXPECT(behind <= events->text + events->len);
		err = json_text_check(event.text, event.len, JSON_DEPTH_MAX,
		    NULL);
		FUZZ_EXPECT(err == ERR_NONE || err == ERR_MEANING);
		if (err != ERR_NONE)
			are_right = false;
		count++;
	}
	FUZZ_EXPECT(are_right == events->is_checked);
	return count;
}

static size_t
count_lines(const char *text, size_t len)
{
	size_t count = 0;
	size_t begin = 0;

	for (size_t i = 0; i <= len; i++)
		if (i == len || text[i] == '\n') {
			if (!is_blank(text + begin, i - begin))
				count++;
			begin = i + 1;
		}
	return count;
}

static bool
is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
			return false;
	return true;
}

static size_t
count_json(const char *text, size_t len, bool is_batch)
{
	struct json_object *body = NULL;
	size_t count = 1;

	FUZZ_EXPECT(json_text_parse(text, len, JSON_DEPTH_MAX + 1, &body,
	    NULL) == ERR_NONE);
	FUZZ_EXPECT(json_object_is_type(body, is_batch ? json_type_array :
	    json_type_object));
	if (is_batch)
		count = json_object_array_length(body);
	json_object_put(body);
	return count;
}
