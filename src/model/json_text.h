/* json_text.h - whether a text is JSON, as strictly as RFC 8259 says.
 *
 * json-c 0.16 takes single quotes, NaN, duplicate members, unpaired
 * surrogates and overlong UTF-8 even when told to be strict.
 */
#ifndef MODEL_JSON_TEXT_H
#define MODEL_JSON_TEXT_H

#include <stddef.h>

#include "base/error.h"

struct json_object;

/*
 * ERR_SYNTAX with the byte's offset, counted from 0, and what is wrong: not
 * RFC 8259, not UTF-8, a member's name twice in one object (also when spelled
 * with escapes), nested more than depth_max deep.  ERR_MEANING for an escaped
 * unpaired surrogate, which is JSON but no text, and for \u0000 in a name,
 * when nothing else is wrong.  ERR_TOO_LARGE over JSON_TEXT_BYTES_MAX;
 * ERR_NO_MEMORY.
 */
enum error json_text_check(const char *text, size_t text_len,
    unsigned int depth_max, struct detail *detail);

/* Checks, then parses with json-c.  The caller json_object_puts the object,
 * which is NULL for JSON's null. */
enum error json_text_parse(const char *text, size_t text_len,
    unsigned int depth_max, struct json_object **object_out,
    struct detail *detail);

/* The same for a text that the check has passed, alone or as a part of
 * another: memory is all that can fail. */
enum error json_text_parse_checked(const char *text, size_t text_len,
    unsigned int depth_max, struct json_object **object_out);

#endif
