/* event_lines.c - events one a line: NDJSON and CSV. */
#include "api/event_lines.h"

#include "base/buffer.h"
#include "model/event.h"
#include "model/event_columns.h"

void
event_lines_begin(struct buffer *buffer, enum media media)
{
	if (media == MEDIA_CSV)
		event_csv_add_header(buffer);
}

enum error
event_lines_add(struct buffer *buffer, enum media media,
    const struct event_view *view)
{
	enum error err = ERR_NONE;

	if (media == MEDIA_CSV) {
		err = event_csv_add_row(buffer, view->json, view->json_len);
	} else {
		buffer_add(buffer, view->json, view->json_len);
		buffer_add(buffer, "\n", 1);
	}
	if (err == ERR_NONE && buffer->error != ERR_NONE)
		err = ERR_NO_MEMORY;
	return err;
}
