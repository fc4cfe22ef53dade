/* confine.h - a responder gives up what it does not need. */
#ifndef RESPONDER_CONFINE_H
#define RESPONDER_CONFINE_H

#include "base/error.h"
#include "sandbox/sandbox.h"

struct listener;
struct settings;

/* To be called when everything is open that is named by settings, and before
 * there are threads.  The errors of sandbox_enter. */
enum error confine(const struct settings *settings,
    const struct listener *listener, struct sandbox_state *state_out,
    struct detail *detail);

#endif
