/* readiness.c - the recorder says once that it is ready, and takes events. */
#include "recorder/readiness.h"

#include "base/log.h"
#include "recorder/notify.h"

void
readiness_say(struct readiness *readiness, struct notify *notify,
    enum clustered_state state)
{
	if (!readiness->is_taking && state == CLUSTERED_JOINED) {
		readiness->is_taking = true;
		log_fact(LEVEL_NOTICE, "the recorder takes events in",
		    "store", readiness->path, "sandbox", readiness->sandbox,
		    NULL);
	}
	if (!readiness->is_ready && state != CLUSTERED_BEGUN) {
		readiness->is_ready = true;
		notify_ready(notify);
	}
}
