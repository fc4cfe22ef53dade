/* moment.c - moments for people: in the terminal's time zone, or UTC. */
#include "cli/moment.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool is_utc;

static void format(int64_t time_ms, bool has_ms, char text[CLOCK_TEXT_SIZE]);
static void cut_ms(char text[CLOCK_TEXT_SIZE]);

void
moment_use_utc(void)
{
	is_utc = true;
}

void
moment_format(int64_t time_ms, char text[CLOCK_TEXT_SIZE])
{
	format(time_ms, true, text);
}

void
moment_format_date(int64_t time_ms, char text[CLOCK_TEXT_SIZE])
{
	format(time_ms, false, text);
}

static void
format(int64_t time_ms, bool has_ms, char text[CLOCK_TEXT_SIZE])
{
	time_t second = (time_t)(time_ms / SECOND_MS);
	long offset_min;
	struct tm local;
	char day[sizeof("2022-07-05T15:32:28")];
	char fraction[sizeof(".150")] = "";

	clock_format_utc(time_ms, text);
	if (!has_ms)
		cut_ms(text);
	if (is_utc || time_ms < 0 || localtime_r(&second, &local) == NULL ||
	    local.tm_gmtoff == 0 ||
	    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &local) == 0)
		return;
	offset_min = labs(local.tm_gmtoff) / 60;
	if (has_ms)
		snprintf(fraction, sizeof(fraction), ".%03u",
		    (unsigned int)(time_ms % SECOND_MS));
	snprintf(text, CLOCK_TEXT_SIZE, "%s%s%c%02u:%02u", day, fraction,
	    local.tm_gmtoff < 0 ? '-' : '+',
	    (unsigned int)(offset_min / 60) % 100,
	    (unsigned int)(offset_min % 60));
}

static void
cut_ms(char text[CLOCK_TEXT_SIZE])
{
	char *fraction = strchr(text, '.');

	if (fraction != NULL)
		memcpy(fraction, "Z", sizeof("Z"));
}
