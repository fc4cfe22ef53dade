/* file_rules.h - which files may be opened: Landlock. */
#ifndef SANDBOX_FILE_RULES_H
#define SANDBOX_FILE_RULES_H

#include "base/error.h"

struct sandbox_plan;

/*
 * Puts into force, as far as the kernel's version has it, that only files of
 * the plan can be opened, made or removed; that no TCP port can be bound or
 * connected to; and that neither abstract unix sockets nor processes outside
 * can be reached.  *version_out is Landlock's.  ERR_NOT_FOUND, with detail:
 * the kernel has none, or the store's directory is not there to name.
 */
enum error file_rules_enter(const struct sandbox_plan *plan,
    int *version_out, struct detail *detail);

#endif
