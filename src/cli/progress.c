/* progress.c - how far a long work is, on a terminal. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/write_whole.h"
#include "cli/screen.h"

enum {
	QUIET_MS = SECOND_MS,	/* of work before the first line */
	REDRAW_MS = 100,
	MINUTE_S = 60,
	HOUR_S = 60 * MINUTE_S,
	BAR_WIDTH = 24,
	/* Of a terminal whose line has room for it. */
	BAR_COLUMNS_MIN = 72
};

static bool is_terminal(void);
static void add_bar(struct buffer *line, uint64_t done, uint64_t all);
static void add_time_left(struct buffer *line, int64_t worked_ms,
    uint64_t done, uint64_t all);

void
progress_begin(struct progress *progress, const char *unit)
{
	*progress = (struct progress){
		.unit = unit,
		.began_ms = clock_steady_ms(),
		.is_wanted = is_terminal(),
	};
}

static bool
is_terminal(void)
{
	const char *terminal = getenv("TERM");

	return isatty(STDERR_FILENO) && terminal != NULL &&
	    strcmp(terminal, "dumb") != 0;
}

void
progress_show(struct progress *progress, uint64_t count, uint64_t done,
    uint64_t all)
{
	int64_t now_ms = clock_steady_ms();
	int64_t worked_ms = now_ms - progress->began_ms;
	size_t columns = screen_columns(STDERR_FILENO);
	struct buffer line;

	if (!progress->is_wanted || worked_ms < QUIET_MS ||
	    now_ms - progress->shown_ms < REDRAW_MS)
		return;

	buffer_init(&line, 0);
	buffer_add_text(&line, "\r");
	if (all != 0 && columns >= BAR_COLUMNS_MIN)
		add_bar(&line, done, all);
	buffer_add_format(&line, "%" PRIu64 " %s, %" PRIu64 "/s", count,
	    progress->unit, count * SECOND_MS / (uint64_t)worked_ms);
	if (all != 0)
		add_time_left(&line, worked_ms, done, all);
	/* What begins another line there cannot be wiped.  Of the first byte
	 * nothing is seen, and the last column is left free. */
	if (line.len > columns)
		line.len = columns;
	buffer_add_text(&line, "\033[K");
	(void)write_whole(STDERR_FILENO, line.bytes, line.len);
	buffer_clear(&line);
	progress->shown_ms = now_ms;
	progress->is_shown = true;
}

static void
add_bar(struct buffer *line, uint64_t done, uint64_t all)
{
	double share = done < all ? (double)done / (double)all : 1.0;
	int filled = (int)(share * BAR_WIDTH);

	buffer_add_text(line, "[");
	for (int i = 0; i < BAR_WIDTH; i++)
		buffer_add_text(line, i < filled ? "#" : "-");
	buffer_add_format(line, "] %3d%% ", (int)(share * 100));
}

static void
add_time_left(struct buffer *line, int64_t worked_ms, uint64_t done,
    uint64_t all)
{
	double left_s;

	if (done == 0 || done >= all)
		return;
	left_s = (double)worked_ms / SECOND_MS / (double)done *
	    (double)(all - done);
	if (left_s < MINUTE_S)
		buffer_add_format(line, ", %.0f s left", left_s);
	else if (left_s < HOUR_S)
		buffer_add_format(line, ", %.0f min left", left_s / MINUTE_S);
	else
		buffer_add_format(line, ", %.1f h left", left_s / HOUR_S);
}

void
progress_hide(struct progress *progress)
{
	if (!progress->is_shown)
		return;
	progress_wipe();
	progress->is_shown = false;
	/* Draw again at the next chance, not at the next tenth. */
	progress->shown_ms = 0;
}

void
progress_wipe(void)
{
	static const char erase[] = "\r\033[K";

	if (is_terminal())
		(void)write_whole(STDERR_FILENO, erase, sizeof(erase) - 1);
}
