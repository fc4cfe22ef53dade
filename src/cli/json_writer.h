/* json_writer.h - commas and colons for what --json prints. */
#ifndef CLI_JSON_WRITER_H
#define CLI_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

struct buffer;

/*
 * Adds members and values to a buffer, in the order of the calls.  A name is
 * NULL within an array and at the top.  Arrays and objects nest as the calls
 * do.
 */
struct json_writer {
	struct buffer *buffer;	/* borrowed */
	bool needs_comma;
};

void json_writer_begin(struct json_writer *writer, const char *name,
    char bracket);
void json_writer_end(struct json_writer *writer, char bracket);

/* text NULL is null. */
void json_writer_text(struct json_writer *writer, const char *name,
    const char *text);
void json_writer_number(struct json_writer *writer, const char *name,
    int64_t number);
void json_writer_bool(struct json_writer *writer, const char *name,
    bool is_true);
void json_writer_null(struct json_writer *writer, const char *name);
/* A moment in milliseconds; 0 is null. */
void json_writer_moment(struct json_writer *writer, const char *name,
    int64_t time_ms);

#endif
