/* complete_store.h - what is in the store, for the shells' completion. */
#ifndef CLI_COMPLETE_STORE_H
#define CLI_COMPLETE_STORE_H

struct buffer;
struct settings;

/* Each adds a line for each that begins so, and stops at a bound; nothing
 * where there is no store, or settings is NULL.  Names that data brought are
 * made fit for a terminal. */
void complete_organizations(const struct settings *settings,
    const char *beginning, struct buffer *found);
/* By their ids, with name and organization behind a tab. */
void complete_api_keys(const struct settings *settings,
    const char *beginning, struct buffer *found);

#endif
