/* requests.h - what responders ask of the recorder of one among several
 * machines.
 *
 * A request is looked at as in a store of its own, then published; it is
 * answered when this machine's store has what came of it.  Of those with one
 * idempotency key, on any machines, the first in the log is recorded: whoever
 * comes second gets the answer of the first.
 */
#ifndef CLUSTER_REQUESTS_H
#define CLUSTER_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/cursor.h"
#include "record/message.h"

struct cluster;
struct cluster_work;
struct requests;

enum {
	REQUESTS_MAX = 1024,
	/* Below what a responder waits (RECORD_TIMEOUT_MS), above what a
	 * fail-over takes. */
	REQUEST_MS = 9 * 1000,
	/* What is in the log waits so long for this machine's store. */
	REQUEST_FOLLOW_MS = 4 * 1000
};

/* Called once for each request; places are there for RECORDED and REPLAYED,
 * and borrowed. */
typedef void requests_answer(uint64_t asker, uint64_t sequence,
    enum message_outcome outcome, const struct cursor *places,
    size_t place_count, void *arg);

/* The cluster is borrowed.  ERR_NO_MEMORY. */
enum error requests_new(struct cluster *cluster, requests_answer *answer,
    void *arg, struct requests **requests_out);
void requests_free(struct requests *requests);

size_t requests_count(const struct requests *requests);

/* Takes requests between begin and end; what is decided already is answered
 * at once.  False: there is no room now. */
enum error requests_begin(struct requests *requests);
bool requests_add(struct requests *requests,
    const struct message_request *request, uint64_t asker);
void requests_end(struct requests *requests);

/* Puts what has come into the store, and answers whom it can.  The errors of
 * cluster_work. */
enum error requests_work(struct requests *requests,
    struct cluster_work *work_out);

/* When requests_work is to be called though the cluster's descriptor is not
 * readable, of clock_steady_ms. */
int64_t requests_due_ms(const struct requests *requests);

#endif
