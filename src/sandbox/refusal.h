/* refusal.h - a system call that was refused is told of, and fails. */
#ifndef SANDBOX_REFUSAL_H
#define SANDBOX_REFUSAL_H

#include <stdint.h>

#include "base/error.h"

/*
 * Catches SIGSYS.  *action_out is what seccomp has to do with a refused call
 * so that it is told of and fails with EPERM; where the machine's registers
 * are not known here, it fails alone.
 */
enum error refusal_catch(uint32_t *action_out);

#endif
