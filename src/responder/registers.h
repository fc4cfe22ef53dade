/* registers.h - what a thread leaves in its vector registers. */
#ifndef RESPONDER_REGISTERS_H
#define RESPONDER_REGISTERS_H

/*
 * Empties the vector registers of the calling thread.  Memory is copied and
 * compared through them, so that a key which passed by stays there while the
 * thread sleeps, and a core of the process would hold it.  Nothing on
 * processors of which this does not know.
 */
void registers_wipe(void);

#endif
