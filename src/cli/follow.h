/* follow.h - sleep until something may have been recorded. */
#ifndef CLI_FOLLOW_H
#define CLI_FOLLOW_H

#include <stdbool.h>

#include "base/error.h"

struct follow;

/*
 * From now on this process is woken by commits, and an interrupt ends
 * follow_sleep instead of the process; a second one ends that.  Call it before
 * the first look.  One a process.  ERR_NO_MEMORY, ERR_IO, complained of here;
 * what can be done without is logged.
 */
enum error follow_new(const char *directory, struct follow **follow_out);
void follow_free(struct follow *follow);

/*
 * Sleeps until something may have been recorded, for a second at most.  False
 * when it is time to end: SIGINT or SIGTERM came, or whoever reads standard
 * output has gone.
 */
bool follow_sleep(struct follow *follow);

#endif
