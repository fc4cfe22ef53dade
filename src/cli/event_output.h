/* event_output.h - events to stdout: for people, and for programs. */
#ifndef CLI_EVENT_OUTPUT_H
#define CLI_EVENT_OUTPUT_H

#include "base/error.h"

struct arguments;
struct event_output;
struct event_pages;

enum event_form { FORM_TABLE, FORM_NDJSON, FORM_CSV, FORM_JSON };

/* Reads --ndjson, --csv and --json, of which one at most may be given.
 * ERR_MEANING, complained of here. */
enum error event_form_read(const struct arguments *arguments,
    enum event_form *form_out);

/* ERR_NO_MEMORY, complained of here. */
enum error event_output_new(enum event_form form,
    struct event_output **output_out);
void event_output_free(struct event_output *output);

/*
 * Writes what is left of the pages, one in memory at a time; more can follow.
 * Errors are complained of here; JSON is then not to be ended, so that nobody
 * takes it for whole.
 */
enum error event_output_pages(struct event_output *output,
    struct event_pages *pages);
enum error event_output_end(struct event_output *output);

#endif
