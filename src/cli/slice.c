/* slice.c - a piece of the input: lines, parsed, with what is wrong. */
#include "cli/slice.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "cli/lines.h"
#include "record/batch.h"

static bool read_more(struct slice *slice, const struct slice_source *source);
static void add_line(struct slice *slice, const struct slice_source *source,
    const struct line *line);
static bool take_event(struct slice *slice,
    const struct slice_source *source, const struct line *line,
    struct detail *detail);
static bool is_in_window(const struct event_draft *draft,
    struct detail *detail);
static void refuse(struct slice *slice, struct slice_line *kept,
    const char *reason);
static bool is_full(const struct slice *slice);

void
slice_init(struct slice *slice, struct batch *batch)
{
	slice->batch = batch;
	slice->line_count = 0;
	buffer_init(&slice->raw, 0);
	buffer_init(&slice->reasons, 0);
}

void
slice_clear(struct slice *slice)
{
	batch_free(slice->batch);
	slice->batch = NULL;
	buffer_clear(&slice->raw);
	buffer_clear(&slice->reasons);
}

void
slice_fill(struct slice *slice, const struct slice_source *source)
{
	slice->line_count = 0;
	buffer_reset(&slice->raw);
	buffer_reset(&slice->reasons);
	slice->is_last = false;
	slice->error = ERR_NONE;

	while (!is_full(slice) && slice->error == ERR_NONE) {
		const struct line *line = lines_take(source->lines);

		if (line != NULL)
			add_line(slice, source, line);
		else if (!read_more(slice, source))
			break;
	}
	if (slice->error == ERR_NONE)
		slice->error = slice->raw.error;
	if (slice->error == ERR_NONE)
		slice->error = slice->reasons.error;
	if (slice->error != ERR_NONE)
		slice->is_last = true;
	slice->input_bytes = lines_bytes(source->lines);
}

/* Waits for more as long as there is nothing to hand over. */
static bool
read_more(struct slice *slice, const struct slice_source *source)
{
	bool has_read;

	if (lines_is_at_end(source->lines)) {
		slice->is_last = true;
		return false;
	}
	slice->error = lines_read(source->lines,
	    slice->line_count > 0 ? SLICE_LINGER_MS : -1, &has_read);
	slice->error_number = errno;
	return slice->error == ERR_NONE && has_read;
}

static void
add_line(struct slice *slice, const struct slice_source *source,
    const struct line *line)
{
	struct slice_line *kept = &slice->lines[slice->line_count];
	struct detail detail = { "" };
	bool is_good;

	if (line->is_rest && !source->keeps_raw)
		return;
	*kept = (struct slice_line){
		.number = line->number,
		.is_rest = line->is_rest,
	};
	slice->line_count++;

	is_good = take_event(slice, source, line, &detail);
	if (!is_good)
		refuse(slice, kept, detail.text);
	/* An imported event can still be refused by the store. */
	if (source->keeps_raw &&
	    (!is_good || source->source == EVENT_IMPORTED)) {
		kept->raw_offset = slice->raw.len;
		kept->raw_len = line->raw_len;
		buffer_add(&slice->raw, line->text, line->raw_len);
	}
}

static bool
take_event(struct slice *slice, const struct slice_source *source,
    const struct line *line, struct detail *detail)
{
	struct event_draft *draft = slice->batch != NULL ?
	    batch_next(slice->batch) : &slice->draft;
	enum error err = ERR_NONE;

	if (line->fault == LINE_TOO_LONG)
		err = detail_set(detail, ERR_TOO_LARGE,
		    "the line is too long: expected at most %d bytes",
		    EVENT_LINE_BYTES_MAX);
	else if (line->fault == LINE_NUL)
		err = detail_set(detail, ERR_SYNTAX,
		    "the line holds a NUL byte: expected JSON");
	else
		err = event_draft_parse(line->text, line->text_len,
		    source->source, source->client_id, draft, detail);
	if (err == ERR_NO_MEMORY)
		slice->error = err;
	if (err != ERR_NONE)
		return false;
	if (source->source == EVENT_IMPORTED && !is_in_window(draft, detail))
		return false;
	if (source->check != NULL &&
	    !source->check(draft, source->check_arg, detail))
		return false;
	if (slice->batch != NULL)
		batch_add(slice->batch, line->number);
	return true;
}

static bool
is_in_window(const struct event_draft *draft, struct detail *detail)
{
	int64_t now_ms = clock_now_ms();
	int64_t stored_at_ms = draft->place.stored_at_ms;
	char oldest[CLOCK_TEXT_SIZE];
	char newest[CLOCK_TEXT_SIZE];

	if (stored_at_ms >= now_ms - WINDOW_MS && stored_at_ms <= now_ms)
		return true;
	clock_format_utc(now_ms - WINDOW_MS, oldest);
	clock_format_utc(now_ms, newest);
	detail_set(detail, ERR_MEANING,
	    "stored_at: expected a moment of the past 24 hours, %" PRId64
	    " to %" PRId64 " (%s to %s), got %" PRId64, now_ms - WINDOW_MS,
	    now_ms, oldest, newest, stored_at_ms);
	return false;
}

static void
refuse(struct slice *slice, struct slice_line *kept, const char *reason)
{
	kept->is_refused = true;
	kept->reason_offset = slice->reasons.len;
	buffer_add(&slice->reasons, reason, strlen(reason) + 1);
}

static bool
is_full(const struct slice *slice)
{
	return slice->line_count == SLICE_LINES_MAX ||
	    slice->raw.len >= SLICE_RAW_BYTES_MAX;
}

void
slice_refuse(struct slice *slice, uint64_t number, const char *reason)
{
	size_t low = 0;
	size_t high = slice->line_count;

	/* The numbers rise, so halve until it is found. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (slice->lines[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < slice->line_count && slice->lines[low].number == number)
		refuse(slice, &slice->lines[low], reason);
}
