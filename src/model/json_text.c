/* json_text.c - whether a text is JSON, as strictly as RFC 8259 says. */
#include "model/json_text.h"

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/json_spelling.h"
#include "model/limits.h"

/* What json-c counts beyond our levels: a scalar and its own spare. */
enum { TOKENER_DEPTH_SPARE = 2 };

static const char blanks[] = " \t\n\r";

struct scan {
	const char *start;
	const char *at;		/* what was not looked at yet */
	const char *end;
	unsigned int depth;
	unsigned int depth_max;

	/* The first fault of meaning; a fault of syntax outdoes it. */
	const char *meaning_fault;
	const char *meaning_at;

	enum error error;	/* when a scan_ function returned false */
	struct detail *detail;

	/* The names in the objects that are open, the innermost's last. */
	struct spellings names;
};

static bool scan_value(struct scan *scan);
static bool scan_object(struct scan *scan);
static bool scan_member(struct scan *scan);
static bool scan_array(struct scan *scan);
static bool scan_string(struct scan *scan, struct spelling *string);
static bool scan_escape(struct scan *scan);
static bool scan_number(struct scan *scan);
static bool scan_digits(struct scan *scan);
static bool scan_word(struct scan *scan, const char *word);
static bool enter(struct scan *scan);
static void skip_blanks(struct scan *scan);
static int peek(const struct scan *scan);
static bool take(struct scan *scan, char wanted);
static bool is_digit(int byte);
static void note_fault(struct scan *scan, const char *at, const char *fault);
static bool expected(struct scan *scan, const char *what);
static bool refuse(struct scan *scan, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

enum error
json_text_check(const char *text, size_t text_len, unsigned int depth_max,
    struct detail *detail)
{
	struct scan scan;

	if (text_len > JSON_TEXT_BYTES_MAX)
		return detail_set(detail, ERR_TOO_LARGE,
		    "expected at most %d bytes of JSON, got %zu",
		    JSON_TEXT_BYTES_MAX, text_len);

	scan.start = scan.at = text;
	scan.end = text + text_len;
	scan.depth = 0;
	scan.depth_max = depth_max;
	scan.meaning_fault = scan.meaning_at = NULL;
	scan.error = ERR_NONE;
	scan.detail = detail;
	spellings_init(&scan.names);

	if (scan_value(&scan)) {
		skip_blanks(&scan);
		if (scan.at < scan.end)
			expected(&scan, "the end of the text");
		else if (scan.meaning_fault != NULL)
			scan.error = detail_set(detail, ERR_MEANING,
			    "%s at byte %zu", scan.meaning_fault,
			    (size_t)(scan.meaning_at - text));
	}
	spellings_clear(&scan.names);
	return scan.error;
}

enum error
json_text_parse(const char *text, size_t text_len, unsigned int depth_max,
    struct json_object **object_out, struct detail *detail)
{
	enum error err;

	*object_out = NULL;
	err = json_text_check(text, text_len, depth_max, detail);
	if (err != ERR_NONE)
		return err;
	return json_text_parse_checked(text, text_len, depth_max, object_out);
}

enum error
json_text_parse_checked(const char *text, size_t text_len,
    unsigned int depth_max, struct json_object **object_out)
{
	struct json_tokener *tokener;
	enum error err = ERR_NONE;

	*object_out = NULL;
	tokener = json_tokener_new_ex((int)depth_max + TOKENER_DEPTH_SPARE);
	if (tokener == NULL)
		return ERR_NO_MEMORY;
	*object_out = json_tokener_parse_ex(tokener, text, (int)text_len);
	/* A number at the very end might go on; a NUL ends it. */
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		*object_out = json_tokener_parse_ex(tokener, "", 1);
	/* It was JSON, so memory is all that can have failed. */
	if (json_tokener_get_error(tokener) != json_tokener_success)
		err = ERR_NO_MEMORY;
	json_tokener_free(tokener);
	return err;
}

static bool
scan_value(struct scan *scan)
{
	struct spelling ignored;

	skip_blanks(scan);
	switch (peek(scan)) {
	case '{':
		return scan_object(scan);
	case '[':
		return scan_array(scan);
	case '"':
		return scan_string(scan, &ignored);
	case 't':
		return scan_word(scan, "true");
	case 'f':
		return scan_word(scan, "false");
	case 'n':
		return scan_word(scan, "null");
	case '-':
	case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return scan_number(scan);
	default:
		return expected(scan, "a value");
	}
}

static bool
scan_object(struct scan *scan)
{
	size_t first_name = scan->names.count;
	const struct spelling *twin;

	if (!enter(scan))
		return false;
	if (!take(scan, '}')) {
		do {
			if (!scan_member(scan))
				return false;
		} while (take(scan, ','));
		if (!take(scan, '}'))
			return expected(scan, "\",\" or \"}\"");
	}
	twin = spellings_find_twin(&scan->names, first_name);
	if (twin != NULL)
		return refuse(scan, twin->text - 1, "a second member %s",
		    quote(twin->text, twin->len).text);
	scan->names.count = first_name;
	scan->depth--;
	return true;
}

static bool
scan_member(struct scan *scan)
{
	struct spelling name;

	skip_blanks(scan);
	if (peek(scan) != '"')
		return expected(scan, "a member's name in double quotes");
	if (!scan_string(scan, &name))
		return false;
	if (!spellings_add(&scan->names, &name)) {
		scan->error = ERR_NO_MEMORY;
		return false;
	}
	if (name.has_escape && spelling_has_nul(&name))
		note_fault(scan, name.text, "U+0000 in a member's name");
	if (!take(scan, ':'))
		return expected(scan, "\":\"");
	return scan_value(scan);
}

static bool
scan_array(struct scan *scan)
{
	if (!enter(scan))
		return false;
	if (!take(scan, ']')) {
		do {
			if (!scan_value(scan))
				return false;
		} while (take(scan, ','));
		if (!take(scan, ']'))
			return expected(scan, "\",\" or \"]\"");
	}
	scan->depth--;
	return true;
}

static bool
scan_string(struct scan *scan, struct spelling *string)
{
	string->text = ++scan->at;
	string->has_escape = false;
	while (scan->at < scan->end && *scan->at != '"') {
		unsigned char byte = (unsigned char)*scan->at;
		size_t bytes = 1;

		if (byte == '\\') {
			string->has_escape = true;
			if (!scan_escape(scan))
				return false;
			continue;
		}
		if (byte < 0x20)
			return expected(scan, "an escape for a control "
			    "character");
		if (byte >= 0x80)
			bytes = utf8_character_bytes(scan->at,
			    (size_t)(scan->end - scan->at));
		if (bytes == 0)
			return expected(scan, "UTF-8");
		scan->at += bytes;
	}
	if (scan->at == scan->end)
		return expected(scan, "a closing quote");
	string->len = (uint32_t)(scan->at - string->text);
	scan->at++;
	return true;
}

static bool
scan_escape(struct scan *scan)
{
	const char *escape = scan->at;
	uint32_t character;

	if (!json_escape_read(&scan->at, scan->end, &character))
		return refuse(scan, escape,
		    "expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t and "
		    "\\uXXXX");
	if (character_is_surrogate(character))
		note_fault(scan, escape, "an unpaired surrogate");
	return true;
}

static bool
scan_number(struct scan *scan)
{
	if (peek(scan) == '-')
		scan->at++;
	if (peek(scan) == '0')
		scan->at++;	/* and no digit may follow */
	else if (!scan_digits(scan))
		return false;
	if (peek(scan) == '.') {
		scan->at++;
		if (!scan_digits(scan))
			return false;
	}
	if (peek(scan) == 'e' || peek(scan) == 'E') {
		scan->at++;
		if (peek(scan) == '+' || peek(scan) == '-')
			scan->at++;
		if (!scan_digits(scan))
			return false;
	}
	return true;
}

static bool
scan_digits(struct scan *scan)
{
	if (!is_digit(peek(scan)))
		return expected(scan, "a digit");
	while (is_digit(peek(scan)))
		scan->at++;
	return true;
}

static bool
scan_word(struct scan *scan, const char *word)
{
	size_t word_len = strlen(word);

	if ((size_t)(scan->end - scan->at) < word_len ||
	    memcmp(scan->at, word, word_len) != 0)
		return expected(scan, "a value");
	scan->at += word_len;
	return true;
}

/* Steps over the bracket that opens an object or array. */
static bool
enter(struct scan *scan)
{
	if (scan->depth == scan->depth_max)
		return refuse(scan, scan->at, "more than %u levels deep",
		    scan->depth_max);
	scan->depth++;
	scan->at++;
	return true;
}

static void
skip_blanks(struct scan *scan)
{
	while (scan->at < scan->end && memchr(blanks, *scan->at,
	    sizeof(blanks) - 1) != NULL)
		scan->at++;
}

/* The next byte, or -1 at the end. */
static int
peek(const struct scan *scan)
{
	return scan->at < scan->end ? (unsigned char)*scan->at : -1;
}

static bool
take(struct scan *scan, char wanted)
{
	skip_blanks(scan);
	if (peek(scan) != wanted)
		return false;
	scan->at++;
	return true;
}

static bool
is_digit(int byte)
{
	return byte >= '0' && byte <= '9';
}

static void
note_fault(struct scan *scan, const char *at, const char *fault)
{
	if (scan->meaning_fault != NULL)
		return;
	scan->meaning_fault = fault;
	scan->meaning_at = at;
}

static bool
expected(struct scan *scan, const char *what)
{
	size_t left = (size_t)(scan->end - scan->at);
	size_t bytes = utf8_character_bytes(scan->at, left);

	if (left == 0)
		return refuse(scan, scan->at,
		    "expected %s, got the end of the text", what);
	return refuse(scan, scan->at, "expected %s, got %s", what,
	    quote(scan->at, bytes > 0 ? bytes : 1).text);
}

static bool
refuse(struct scan *scan, const char *at, const char *format, ...)
{
	va_list args;

	scan->error = ERR_SYNTAX;
	if (scan->detail == NULL)
		return false;
	va_start(args, format);
	vsnprintf(scan->detail->text, DETAIL_SIZE, format, args);
	va_end(args);
	detail_prefix(scan->detail, "not JSON at byte %zu: ",
	    (size_t)(at - scan->start));
	return false;
}
