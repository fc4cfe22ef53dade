/* call_rules.h - which system calls may be made: seccomp. */
#ifndef SANDBOX_CALL_RULES_H
#define SANDBOX_CALL_RULES_H

#include "base/error.h"

struct sandbox_plan;

/*
 * Puts into force that only the calls of the table in call_rules.c succeed.
 * Any other fails with EPERM, and the first are logged.  ERR_NOT_FOUND, with
 * detail: the kernel has no seccomp, or does not allow it.  ERR_IO: the rules
 * could not be made.
 */
enum error call_rules_enter(const struct sandbox_plan *plan,
    struct detail *detail);

#endif
