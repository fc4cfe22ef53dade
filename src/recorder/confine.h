/* confine.h - the recorder gives up what it does not need. */
#ifndef RECORDER_CONFINE_H
#define RECORDER_CONFINE_H

#include "base/error.h"
#include "sandbox/sandbox.h"

struct settings;

/* To be called when everything is open but what lies in the store.  The
 * errors of sandbox_enter. */
enum error confine(const struct settings *settings,
    struct sandbox_state *state_out, struct detail *detail);

#endif
