/* meter.h - what is counted of the answers. */
#ifndef API_METER_H
#define API_METER_H

#include <stdint.h>

#include "shared/meters.h"

struct exchange;

/* Of an answer that had to wait for news: nobody's work took so long. */
#define METER_NOT_TIMED INT64_MIN

/* Counts an answer whose status is known; begun_us is clock_steady_us when
 * the request was whole, or METER_NOT_TIMED. */
void meter_answer(const struct exchange *exchange, int64_t begun_us);

/* Counts whatever happened to a request. */
void meter_count(const struct exchange *exchange, enum meter meter);

#endif
