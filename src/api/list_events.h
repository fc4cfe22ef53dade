/* list_events.h - GET /v1/events: a page of events, or all as an export. */
#ifndef API_LIST_EVENTS_H
#define API_LIST_EVENTS_H

#include "base/error.h"

struct exchange;

/* ERR_SYNTAX, ERR_MEANING, ERR_STORE, ERR_CORRUPT, ERR_NO_MEMORY. */
enum error list_events(struct exchange *exchange);

#endif
