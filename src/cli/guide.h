/* guide.h - what one would do first: `apitrail` alone. */
#ifndef CLI_GUIDE_H
#define CLI_GUIDE_H

#include "cli/command.h"

/* Shows it on stdout, by what is in the store.  No command was given, so the
 * status is STATUS_USAGE, or STATUS_FAILED when it cannot be shown. */
enum status guide(const struct arguments *arguments);

#endif
