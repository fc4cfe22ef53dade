/* loss.c - a connection that is closed as there is no room for it. */
#include "responder/loss.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"

void
loss_tell(atomic_bool *is_told, const char *cause)
{
	if (!atomic_exchange(is_told, true))
		log_fact(LEVEL_ERROR, "a connection was closed, for which "
		    "there was no room", "cause", cause, NULL);
}
