/* clock.h - the time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
	SECOND_MS = 1000,
	MINUTE_MS = 60 * SECOND_MS,
	HOUR_MS = 60 * MINUTE_MS,
	DAY_MS = 24 * HOUR_MS
};

/* Milliseconds since 1970, UTC.  It may step back when somebody sets it. */
int64_t clock_now_ms(void);

/* Milliseconds since some moment in the past; never steps back. */
int64_t clock_steady_ms(void);

/* The same clock in microseconds. */
int64_t clock_steady_us(void);

enum { CLOCK_TEXT_SIZE = 32 };

/* Writes time_ms as RFC 3339 in UTC, "2022-07-05T13:32:28.150Z". */
void clock_format_utc(int64_t time_ms, char text[CLOCK_TEXT_SIZE]);

/*
 * Reads an RFC 3339 moment, with Z or a numeric offset, seconds' fraction
 * optional and cut to milliseconds.  ERR_SYNTAX otherwise.
 */
enum error clock_parse_rfc3339(const char *text, int64_t *time_ms_out);

#endif
