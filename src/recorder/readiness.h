/* readiness.h - the recorder says once that it is ready, and takes events. */
#ifndef RECORDER_READINESS_H
#define RECORDER_READINESS_H

#include <stdbool.h>

#include "recorder/clustered.h"

struct notify;

struct readiness {
	const char *path;	/* of the store; borrowed */
	const char *sandbox;	/* what it has given up; borrowed */
	bool is_ready;		/* and the service manager knows */
	bool is_taking;		/* events in, and the log says so */
};

/* To be called in every round.  One that waits for the log of several machines
 * is ready as well: it answers whoever asks that there is none. */
void readiness_say(struct readiness *readiness, struct notify *notify,
    enum clustered_state state);

#endif
