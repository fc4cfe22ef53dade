/* sodium_ready.h - libsodium made ready, once in a process. */
#ifndef MODEL_SODIUM_READY_H
#define MODEL_SODIUM_READY_H

/* Before any of libsodium's functions; cheap, and safe in threads.  Ends the
 * process when the system has no randomness to give. */
void sodium_ready(void);

#endif
