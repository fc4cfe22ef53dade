/* last_use.h - when keys were last used, as far as anybody knows. */
#ifndef CLI_LAST_USE_H
#define CLI_LAST_USE_H

#include <stddef.h>

struct arguments;
struct listed_key;

/* The store knows it since the recorder wrote it down last; what the counters
 * know of later uses is filled in. */
void last_use_fill(const struct arguments *arguments,
    struct listed_key *keys, size_t count);

#endif
