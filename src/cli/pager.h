/* pager.h - long output on a terminal, page by page. */
#ifndef CLI_PAGER_H
#define CLI_PAGER_H

#include <stdbool.h>

/* No pager, whatever comes: --no-pager. */
void pager_forbid(void);

/* Whether stdout is a terminal that can show pages, and somebody wants them:
 * PAGER is neither empty nor cat. */
bool pager_is_wanted(void);

/*
 * Starts it: PAGER's, or less where that is installed.  Returns where to write
 * to, -1 when it cannot be started.  From then on the terminal's interrupts
 * are for the pager.
 */
int pager_start(void);

/* Closes that, and waits until whoever reads has had enough. */
void pager_end(int fd);

#endif
