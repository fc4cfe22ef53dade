/* alone.h - a recorder whose settings name no log that others share. */
#ifndef RECORDER_ALONE_H
#define RECORDER_ALONE_H

#include "base/error.h"

struct shared;
struct store;

/* Tells responders that this machine is alone.  ERR_MEANING: its store belongs
 * to a cluster.  ERR_STORE, ERR_CORRUPT; with detail. */
enum error alone_begin(struct store *store, struct shared *shared,
    struct detail *detail);

#endif
