/* export.h - the whole window as lines, piece by piece. */
#ifndef API_EXPORT_H
#define API_EXPORT_H

#include <stdbool.h>

#include "base/error.h"

struct access_line;
struct access_log;
struct buffer;
struct exchange;
struct export;
struct list_events_query;
struct service;

/*
 * Leaves the first piece in the response's body, and the export in the
 * response unless that was all.  Events recorded after this are not part of
 * it, so it ends however fast others write.  ERR_STORE, ERR_CORRUPT,
 * ERR_NO_MEMORY.
 */
enum error export_begin(struct exchange *exchange,
    const struct list_events_query *query);

/* The line, copied, is written to the log when the export is freed. */
void export_set_line(struct export *export, struct access_log *log,
    const struct access_line *line);

/*
 * Adds the next piece to an empty body.  An error is logged here; also
 * those of a key that was revoked, or an organization locked, meanwhile.
 */
enum error export_next_piece(struct export *export, struct service *service,
    struct buffer *body, bool *is_done_out);

void export_free(struct export *export);

#endif
