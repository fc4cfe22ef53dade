/* event_lines.h - events one a line: NDJSON and CSV. */
#ifndef API_EVENT_LINES_H
#define API_EVENT_LINES_H

#include "api/accept.h"
#include "base/error.h"

struct buffer;
struct event_view;

/* Adds what stands before the first event: CSV's line of names. */
void event_lines_begin(struct buffer *buffer, enum media media);

/*
 * Adds one event's line.  ERR_CORRUPT when what is stored is no event;
 * ERR_NO_MEMORY.
 */
enum error event_lines_add(struct buffer *buffer, enum media media,
    const struct event_view *view);

#endif
