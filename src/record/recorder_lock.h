/* recorder_lock.h - one recorder to a store. */
#ifndef RECORD_RECORDER_LOCK_H
#define RECORD_RECORDER_LOCK_H

#include "base/error.h"

/* In the store's directory. */
#define RECORDER_LOCK "recorder.lock"

/*
 * Takes the lock, which this process has until it ends, however it does.  The
 * file itself says nothing, and stays.  ERR_EXISTS: another process has it,
 * which detail names.  ERR_IO.
 */
enum error recorder_lock_take(const char *store_path, int *fd_out,
    struct detail *detail);

#endif
