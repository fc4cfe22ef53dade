/* recorder.h - the daemon that takes events in from responders. */
#ifndef RECORDER_RECORDER_H
#define RECORDER_RECORDER_H

#include "base/error.h"

struct settings;

/*
 * Runs until SIGTERM, SIGINT or SIGHUP; then all that was taken is on disk
 * and answered.  ERR_EXISTS: another recorder has the store.  ERR_STORE,
 * ERR_CORRUPT, ERR_IO and the like: it cannot begin, with detail, or cannot
 * go on, which is logged too.
 */
enum error recorder_run(const struct settings *settings,
    struct detail *detail);

#endif
