/* clock.c - the time. */
#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

enum {
	CYCLE_DAYS = 400 * 365 + 97,
	/* From the first of March of the year 0. */
	DAYS_TO_1970 = 719468
};

static int64_t read_clock(clockid_t id);
static void find_date(int64_t days, int64_t *year_out, int64_t *month_out,
    int64_t *day_out);
static int count_digits(int64_t number, int least);
static char *put_digits(char *text, int64_t number, int digit_count,
    char mark);
static bool read_date_and_time(const char **text, struct tm *tm);
static bool read_digits(const char **text, size_t digit_count, int *number_out);
static bool read_mark(const char **text, const char *allowed);
static bool read_fraction(const char **text, int *ms_out);
static bool read_offset(const char **text, int64_t *offset_ms_out);

int64_t
clock_now_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

static int64_t
read_clock(clockid_t id)
{
	struct timespec now;

	/* It fails for an unknown clock only. */
	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000;
}

int64_t
clock_steady_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t
clock_steady_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Without libc, whose gmtime_r takes a lock: a signal handler calls this. */
void
clock_format_utc(int64_t time_ms, char text[CLOCK_TEXT_SIZE])
{
	int64_t ms = ((time_ms % DAY_MS) + DAY_MS) % DAY_MS;
	int64_t year;
	int64_t month;
	int64_t day;

	find_date(time_ms / DAY_MS - (time_ms % DAY_MS < 0), &year, &month,
	    &day);
	text[0] = '\0';
	if (year < 0)
		return;
	text = put_digits(text, year, count_digits(year, 4), '-');
	text = put_digits(text, month, 2, '-');
	text = put_digits(text, day, 2, 'T');
	text = put_digits(text, ms / HOUR_MS, 2, ':');
	text = put_digits(text, ms / MINUTE_MS % 60, 2, ':');
	text = put_digits(text, ms / SECOND_MS % 60, 2, '.');
	text = put_digits(text, ms % SECOND_MS, 3, 'Z');
	*text = '\0';
}

/*
 * Of days since 1970.  Years begin with March here, so that the day which is
 * not always there comes last, and repeat after four centuries.
 */
static void
find_date(int64_t days, int64_t *year_out, int64_t *month_out,
    int64_t *day_out)
{
	int64_t since = days + DAYS_TO_1970;
	int64_t cycle = (since >= 0 ? since : since - (CYCLE_DAYS - 1)) /
	    CYCLE_DAYS;
	int64_t day = since - cycle * CYCLE_DAYS;
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t month;

	day -= 365 * year + year / 4 - year / 100;
	/* Of five months from March on, 153 days each time. */
	month = (5 * day + 2) / 153;
	*day_out = day - (153 * month + 2) / 5 + 1;
	*month_out = month < 10 ? month + 3 : month - 9;
	*year_out = year + cycle * 400 + (*month_out <= 2);
}

static int
count_digits(int64_t number, int least)
{
	int count = 1;

	for (; number >= 10; number /= 10)
		count++;
	return count < least ? least : count;
}

static char *
put_digits(char *text, int64_t number, int digit_count, char mark)
{
	for (int i = digit_count - 1; i >= 0; i--) {
		text[i] = (char)('0' + number % 10);
		number /= 10;
	}
	text[digit_count] = mark;
	return text + digit_count + 1;
}

enum error
clock_parse_rfc3339(const char *text, int64_t *time_ms_out)
{
	struct tm tm = { 0 };
	int day;
	int leap_seconds;
	int ms;
	int64_t offset_ms;
	time_t seconds;

	*time_ms_out = 0;
	if (!read_date_and_time(&text, &tm) || !read_fraction(&text, &ms) ||
	    !read_offset(&text, &offset_ms) || *text != '\0')
		return ERR_SYNTAX;
	day = tm.tm_mday;
	leap_seconds = tm.tm_sec == 60 ? 1 : 0;
	tm.tm_sec -= leap_seconds;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	seconds = timegm(&tm) + leap_seconds;
	/* timegm carries a day that the month does not have. */
	if (tm.tm_mday != day)
		return ERR_SYNTAX;
	*time_ms_out = (int64_t)seconds * SECOND_MS + ms - offset_ms;
	return ERR_NONE;
}

static bool
read_date_and_time(const char **text, struct tm *tm)
{
	return read_digits(text, 4, &tm->tm_year) && read_mark(text, "-") &&
	    read_digits(text, 2, &tm->tm_mon) && read_mark(text, "-") &&
	    read_digits(text, 2, &tm->tm_mday) && read_mark(text, "Tt ") &&
	    read_digits(text, 2, &tm->tm_hour) && read_mark(text, ":") &&
	    read_digits(text, 2, &tm->tm_min) && read_mark(text, ":") &&
	    read_digits(text, 2, &tm->tm_sec) &&
	    tm->tm_mon >= 1 && tm->tm_mon <= 12 &&
	    tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 60;
}

/* Reads exactly digit_count digits at *text and steps over them. */
static bool
read_digits(const char **text, size_t digit_count, int *number_out)
{
	*number_out = 0;
	for (size_t i = 0; i < digit_count; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		*number_out = *number_out * 10 + (**text - '0');
	}
	return true;
}

static bool
read_mark(const char **text, const char *allowed)
{
	if (**text == '\0' || strchr(allowed, **text) == NULL)
		return false;
	(*text)++;
	return true;
}

static bool
read_fraction(const char **text, int *ms_out)
{
	int scale = 100;

	*ms_out = 0;
	if (**text != '.')
		return true;
	(*text)++;
	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; (*text)++, scale /= 10)
		*ms_out += (**text - '0') * scale;
	return true;
}

static bool
read_offset(const char **text, int64_t *offset_ms_out)
{
	bool is_behind = **text == '-';
	int hours;
	int minutes;

	*offset_ms_out = 0;
	if (read_mark(text, "Zz"))
		return true;
	if (!read_mark(text, "+-") || !read_digits(text, 2, &hours) ||
	    !read_mark(text, ":") || !read_digits(text, 2, &minutes) ||
	    hours > 23 || minutes > 59)
		return false;
	*offset_ms_out = (int64_t)hours * HOUR_MS + minutes * MINUTE_MS;
	if (is_behind)
		*offset_ms_out = -*offset_ms_out;
	return true;
}
