/* surroundings.h - the files around the recorder that others may replace. */
#ifndef RECORDER_SURROUNDINGS_H
#define RECORDER_SURROUNDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "record/recorder_socket.h"
#include "store/store_file.h"

struct surroundings {
	const char *path;		/* of the store; borrowed */
	struct file_identity store;	/* of its data file */
	struct recorder_socket socket;
	bool is_socket_complained;
	int64_t look_at_ms;
};

/* To be called before the store is opened. */
void surroundings_init(struct surroundings *surroundings, const char *path);

/* Begins to listen; the errors of recorder_socket_listen. */
enum error surroundings_listen(struct surroundings *surroundings,
    struct detail *detail);
/* Nobody finds the recorder any more. */
void surroundings_hide(struct surroundings *surroundings);

/* Whether what was opened still lies at its path: another store there would
 * never show what is recorded here.  Logs when not. */
bool surroundings_are_ours(const struct surroundings *surroundings);

/* Now and then, by clock_steady_ms: a socket that is gone is made anew.
 * ERR_STORE: the store is not ours any more. */
enum error surroundings_look(struct surroundings *surroundings,
    int64_t now_ms);

#endif
