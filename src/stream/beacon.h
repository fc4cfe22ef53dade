/* beacon.h - each machine of a cluster tells how it is when it is asked. */
#ifndef STREAM_BEACON_H
#define STREAM_BEACON_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct beacon;
struct link;

enum { BEACON_TEXT_BYTES_MAX = 1024, BEACON_ANSWERS_MAX = 1024 };

/* Answers whoever asks with the text that beacon_tell gave last, in a thread
 * of libnats.  ERR_AWAY, ERR_NO_MEMORY. */
enum error beacon_new(struct link *link, struct beacon **beacon_out);
void beacon_free(struct beacon *beacon);
void beacon_tell(struct beacon *beacon, const char *text, size_t text_len);

/* Asks all machines, and visits what comes within the time; the text is
 * borrowed.  ERR_AWAY: it could not be asked. */
typedef void beacon_visit(const char *text, size_t text_len, void *arg);
enum error beacon_ask(struct link *link, int64_t timeout_ms,
    beacon_visit *visit, void *arg);

#endif
