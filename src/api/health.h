/* health.h - /healthz and /readyz, for the operator's side. */
#ifndef API_HEALTH_H
#define API_HEALTH_H

#include "base/error.h"

struct exchange;

/* 200 while the process answers at all. */
enum error health_answer_alive(struct exchange *exchange);

/*
 * 200 when requests can be answered.  ERR_STORE when the store does not open,
 * or the clock is more than a minute behind the last stamp.  ERR_AWAY when
 * there was a recorder, and it gives no sign of life any more.
 */
enum error health_answer_ready(struct exchange *exchange);

#endif
