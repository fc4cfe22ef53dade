/* list_events.h - GET /v1/events: what is stored, at once or as it comes. */
#ifndef API_LIST_EVENTS_H
#define API_LIST_EVENTS_H

#include "base/error.h"

struct exchange;

/*
 * Leaves a page or an export in the response, or a wait or a stream that goes
 * on.  ERR_SYNTAX, ERR_MEANING, ERR_STORE, ERR_CORRUPT, ERR_OVERLOAD,
 * ERR_NO_MEMORY.
 */
enum error list_events(struct exchange *exchange);

#endif
