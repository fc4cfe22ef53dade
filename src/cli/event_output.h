/* event_output.h - events to stdout: for people, and for programs. */
#ifndef CLI_EVENT_OUTPUT_H
#define CLI_EVENT_OUTPUT_H

#include "base/error.h"

struct event_pages;

enum event_form { FORM_TABLE, FORM_NDJSON, FORM_CSV, FORM_JSON };

/* Writes all pages, one in memory at a time.  Errors are complained of
 * here; JSON is then not ended, so that nobody takes it for whole. */
enum error event_output(struct event_pages *pages, enum event_form form);

#endif
