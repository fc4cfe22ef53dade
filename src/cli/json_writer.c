/* json_writer.c - commas and colons for what --json prints. */
#include "cli/json_writer.h"

#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "cli/visible.h"

static void begin_value(struct json_writer *writer, const char *name);

void
json_writer_begin(struct json_writer *writer, const char *name, char bracket)
{
	begin_value(writer, name);
	buffer_add(writer->buffer, &bracket, 1);
	writer->needs_comma = false;
}

static void
begin_value(struct json_writer *writer, const char *name)
{
	if (writer->needs_comma)
		buffer_add_text(writer->buffer, ",");
	writer->needs_comma = true;
	if (name == NULL)
		return;
	buffer_add_json_string(writer->buffer, name, strlen(name));
	buffer_add_text(writer->buffer, ":");
}

void
json_writer_end(struct json_writer *writer, char bracket)
{
	buffer_add(writer->buffer, &bracket, 1);
	writer->needs_comma = true;
}

void
json_writer_text(struct json_writer *writer, const char *name, const char *text)
{
	if (text == NULL) {
		json_writer_null(writer, name);
		return;
	}
	begin_value(writer, name);
	visible_add_json_string(writer->buffer, text);
}

void
json_writer_number(struct json_writer *writer, const char *name,
    int64_t number)
{
	begin_value(writer, name);
	buffer_add_format(writer->buffer, "%" PRId64, number);
}

void
json_writer_bool(struct json_writer *writer, const char *name,
    bool is_true)
{
	begin_value(writer, name);
	buffer_add_text(writer->buffer, is_true ? "true" : "false");
}

void
json_writer_null(struct json_writer *writer, const char *name)
{
	begin_value(writer, name);
	buffer_add_text(writer->buffer, "null");
}

void
json_writer_moment(struct json_writer *writer, const char *name,
    int64_t time_ms)
{
	if (time_ms == 0)
		json_writer_null(writer, name);
	else
		json_writer_number(writer, name, time_ms);
}
