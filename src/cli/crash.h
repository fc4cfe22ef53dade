/* crash.h - the last words of a command that crashes. */
#ifndef CLI_CRASH_H
#define CLI_CRASH_H

/*
 * From here on a crash says on stderr what it most likely comes from, and the
 * command exits with STATUS_FAILED: LMDB trusts its pages, so those of a
 * damaged store can bring it down before a checksum tells.
 */
void crash_complain(void);

#endif
