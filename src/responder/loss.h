/* loss.h - a connection that is closed as there is no room for it. */
#ifndef RESPONDER_LOSS_H
#define RESPONDER_LOSS_H

#include <stdatomic.h>

/* Logs it, unless *is_told, which it sets: once a process in each place, as
 * when there is no memory for one connection, there is for none. */
void loss_tell(atomic_bool *is_told, const char *cause);

#endif
