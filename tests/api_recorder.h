/* api_recorder.h - what comes back for a POST: of a recorder, or made up. */
#ifndef TESTS_API_RECORDER_H
#define TESTS_API_RECORDER_H

#include <stddef.h>
#include <sys/types.h>

#include "api_fixture.h"
#include "record/message.h"

/* Starts a recorder of the fixture's store, in a process of its own that ends
 * with this one. */
pid_t recorder_start(const struct fixture *fixture);
void recorder_stop(pid_t recorder);

/* As fixture_ask, by POST unless ask says another method; what the recorder is
 * to be asked, it is asked. */
void recorder_ask(struct fixture *fixture, const struct ask *ask);

/* Answers a response that needs the recorder with this outcome; the events
 * get places in order, one a millisecond from first_ms on. */
void recorder_reply(struct fixture *fixture, enum message_outcome outcome,
    size_t place_count, int64_t first_ms);

/* Answers it with an error and no reply. */
void recorder_fail(struct fixture *fixture, enum error err);

#endif
