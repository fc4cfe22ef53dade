/* json.c - fuzz: which texts are JSON.
 *
 * A second checker, slow and plain, has to find the same; what both take has
 * to be JSON to json-c too, and an array's elements have to be those that
 * json-c sees.
 */
#include <json-c/json_object.h>
#include <string.h>

#include "fuzz.h"
#include "model/json_array.h"
#include "model/json_text.h"

const char fuzz_target[] = "json";

enum { TEXT_MAX = 4096, NAMES_MAX = TEXT_MAX / 2, DEPTH_MAX = 8 };

/* What the second checker has of the text, and what it found out. */
static struct {
	const char *at;
	const char *end;
	bool is_odd;		/* it is JSON, but not allowed */
	/* The characters of the names in the objects that are open. */
	uint32_t characters[TEXT_MAX];
	size_t character_count;
	struct {
		size_t first;
		size_t count;
	} names[NAMES_MAX];
	size_t name_count;
} slow;

static enum error check_slowly(const char *text, size_t len);
static bool value(unsigned int depth);
static bool object(unsigned int depth);
static bool array(unsigned int depth);
static bool string(bool is_name);
static bool character(uint32_t *character_out);
static bool escape(uint32_t *character_out);
static bool hexadecimal(uint32_t *number_out);
static bool is_twin(size_t first);
static bool number(void);
static bool digits(void);
static bool take(const char *word);
static void blanks(void);
static void check_json_c(const char *text, size_t len);
static void check_elements(const char *text, size_t len,
    struct json_object *elements);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = len == 0 ? "" : (const char *)bytes;
	struct detail detail = { "" };
	enum error err;

	if (len > TEXT_MAX)
		return 0;
	err = json_text_check(text, len, DEPTH_MAX, &detail);
	FUZZ_EXPECT(err == check_slowly(text, len));
	FUZZ_EXPECT((err == ERR_NONE) == (detail.text[0] == '\0'));
	FUZZ_EXPECT(fuzz_is_utf8(detail.text, strlen(detail.text)));
	if (err == ERR_NONE)
		check_json_c(text, len);
	return 0;
}

static enum error
check_slowly(const char *text, size_t len)
{
	slow.at = text;
	slow.end = text + len;
	slow.is_odd = false;
	slow.character_count = 0;
	slow.name_count = 0;
	if (!value(0) || slow.at < slow.end)
		return ERR_SYNTAX;
	return slow.is_odd ? ERR_MEANING : ERR_NONE;
}

static bool
value(unsigned int depth)
{
	bool is_right;

	blanks();
	if (slow.at == slow.end)
		return false;
	if (*slow.at == '{')
		is_right = object(depth + 1);
	else if (*slow.at == '[')
		is_right = array(depth + 1);
	else if (*slow.at == '"')
		is_right = string(false);
	else
		is_right = take("true") || take("false") || take("null") ||
		    number();
	blanks();
	return is_right;
}

static bool
object(unsigned int depth)
{
	size_t name_count = slow.name_count;
	size_t character_count = slow.character_count;

	if (depth > DEPTH_MAX || !take("{"))
		return false;
	blanks();
	if (take("}"))
		return true;
	do {
		blanks();
		if (!string(true))
			return false;
		if (is_twin(name_count))
			return false;
		blanks();
		if (!take(":") || !value(depth))
			return false;
	} while (take(","));
	slow.name_count = name_count;
	slow.character_count = character_count;
	return take("}");
}

static bool
array(unsigned int depth)
{
	if (depth > DEPTH_MAX || !take("["))
		return false;
	blanks();
	if (take("]"))
		return true;
	do {
		if (!value(depth))
			return false;
	} while (take(","));
	return take("]");
}

/* A name is added to the names. */
static bool
string(bool is_name)
{
	size_t first = slow.character_count;
	uint32_t one;

	if (!take("\""))
		return false;
	while (!take("\"")) {
		if (!character(&one))
			return false;
		if (is_name && one == 0)
			slow.is_odd = true;
		if (is_name)
			slow.characters[slow.character_count++] = one;
	}
	if (is_name) {
		slow.names[slow.name_count].first = first;
		slow.names[slow.name_count++].count =
		    slow.character_count - first;
	}
	return true;
}

static bool
character(uint32_t *character_out)
{
	size_t size;

	if (slow.at == slow.end || (unsigned char)*slow.at < ' ')
		return false;
	if (take("\\"))
		return escape(character_out);
	size = fuzz_character(slow.at, (size_t)(slow.end - slow.at),
	    character_out);
	slow.at += size;
	return size > 0;
}

/* Behind the backslash. */
static bool
escape(uint32_t *character_out)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter;
	uint32_t low;

	if (slow.at == slow.end || *slow.at == '\0')
		return false;
	letter = strchr(letters, *slow.at);
	if (letter != NULL) {
		*character_out = (uint32_t)meanings[letter - letters];
		slow.at++;
		return true;
	}
	if (!take("u") || !hexadecimal(character_out))
		return false;
	if (*character_out < 0xd800 || *character_out >= 0xe000)
		return true;
	if (*character_out < 0xdc00 && slow.end - slow.at >= 6 &&
	    slow.at[0] == '\\' && slow.at[1] == 'u') {
		const char *second = slow.at;

		slow.at += 2;
		if (!hexadecimal(&low))
			return false;
		if (low >= 0xdc00 && low < 0xe000) {
			*character_out = 0x10000 +
			    ((*character_out - 0xd800) << 10) + low - 0xdc00;
			return true;
		}
		/* Not its partner, but a character of its own. */
		slow.at = second;
	}
	slow.is_odd = true;
	return true;
}

static bool
hexadecimal(uint32_t *number_out)
{
	static const char all[] = "00112233445566778899aAbBcCdDeEfF";

	*number_out = 0;
	for (size_t i = 0; i < 4; i++) {
		const char *digit;

		if (slow.at == slow.end || *slow.at == '\0')
			return false;
		digit = strchr(all, *slow.at++);
		if (digit == NULL)
			return false;
		*number_out = *number_out << 4 |
		    (uint32_t)(digit - all) / 2;
	}
	return true;
}

/* Whether the last name is another one's of the same object. */
static bool
is_twin(size_t first)
{
	size_t last = slow.name_count - 1;
	size_t bytes = slow.names[last].count * sizeof(uint32_t);

	for (size_t i = first; i < last; i++)
		if (slow.names[i].count == slow.names[last].count &&
		    memcmp(slow.characters + slow.names[i].first,
		    slow.characters + slow.names[last].first, bytes) == 0)
			return true;
	return false;
}

static bool
number(void)
{
	(void)take("-");
	if (!take("0") && !digits())
		return false;
	if (take(".") && !digits())
		return false;
	if (!take("e") && !take("E"))
		return true;
	if (!take("+"))
		(void)take("-");
	return digits();
}

static bool
digits(void)
{
	const char *begin = slow.at;

	while (slow.at < slow.end && *slow.at >= '0' && *slow.at <= '9')
		slow.at++;
	return slow.at > begin;
}

static bool
take(const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(slow.end - slow.at) < len ||
	    memcmp(slow.at, word, len) != 0)
		return false;
	slow.at += len;
	return true;
}

static void
blanks(void)
{
	while (take(" ") || take("\t") || take("\r") || take("\n"))
		;
}

static void
check_json_c(const char *text, size_t len)
{
	struct json_object *parsed = NULL;

	FUZZ_EXPECT(json_text_parse(text, len, DEPTH_MAX, &parsed, NULL) ==
	    ERR_NONE);
	if (json_object_is_type(parsed, json_type_array))
		check_elements(text, len, parsed);
	json_object_put(parsed);
}

/* Each element is the JSON that json-c found there. */
static void
check_elements(const char *text, size_t len, struct json_object *elements)
{
	struct json_element element;
	size_t offset = 0;
	size_t count = 0;

	while (json_array_next(text, len, &offset, &element)) {
		struct json_object *alone = NULL;

		FUZZ_EXPECT(element.text >= text && element.len > 0 &&
		    element.text + element.len <= text + len);
		FUZZ_EXPECT(count < json_object_array_length(elements));
		FUZZ_EXPECT(json_text_parse(element.text, element.len,
		    DEPTH_MAX, &alone, NULL) == ERR_NONE);
		FUZZ_EXPECT(fuzz_json_is_same(alone,
		    json_object_array_get_idx(elements, count++)));
		json_object_put(alone);
	}
	FUZZ_EXPECT(count == json_object_array_length(elements));
}
