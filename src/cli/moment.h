/* moment.h - moments for people: in the terminal's time zone, or UTC. */
#ifndef CLI_MOMENT_H
#define CLI_MOMENT_H

#include <stdint.h>

#include "base/clock.h"

/* From now on all are in UTC. */
void moment_use_utc(void);

/* RFC 3339 with the zone's offset: "2022-07-05T15:32:28.150+02:00", and Z
 * where that is none.  A moment that no calendar has is in UTC. */
void moment_format(int64_t time_ms, char text[CLOCK_TEXT_SIZE]);

/* The same without milliseconds. */
void moment_format_date(int64_t time_ms, char text[CLOCK_TEXT_SIZE]);

#endif
