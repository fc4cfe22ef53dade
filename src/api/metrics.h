/* metrics.h - /metrics, for the operator's side. */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "base/error.h"

struct exchange;

/*
 * All that is counted by the processes of the store, and what the store's
 * sizes are, as Prometheus reads it.  A store that does not open is told in
 * the answer, which is 200 still.
 */
enum error metrics_answer(struct exchange *exchange);

#endif
