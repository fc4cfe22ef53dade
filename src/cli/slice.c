/* slice.c - a piece of the input: lines, parsed, with what is wrong. */
#include "cli/slice.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "cli/places.h"
#include "record/batch.h"

static const char mark[] = { '\xef', '\xbb', '\xbf' };

static bool is_full(const struct slice *slice);
static bool read_more(struct slice *slice, struct lines *lines);
static void keep_line(struct slice *slice, const struct line *line);
static enum error parse_line(struct slice *slice,
    const struct slice_source *source, struct slice_line *line,
    struct detail *detail);
static enum error check_window(const struct event_draft *draft,
    struct detail *detail);
static bool is_refusal(enum error err);
static void refuse(struct slice *slice, struct slice_line *line,
    const char *reason);

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
slice_read(struct slice *slice, const struct slice_source *source)
{
	slice->line_count = 0;
	buffer_reset(&slice->raw);
	buffer_reset(&slice->reasons);
	slice->is_last = false;
	slice->error = ERR_NONE;

	while (!is_full(slice) && slice->error == ERR_NONE) {
		const struct line *line = lines_take(source->lines);

		if (line != NULL)
			keep_line(slice, line);
		else if (!read_more(slice, source->lines))
			break;
	}
	if (slice->error != ERR_NONE)
		slice->is_last = true;
	slice->input_bytes = lines_bytes(source->lines);
}

static bool
is_full(const struct slice *slice)
{
	return slice->line_count == SLICE_LINES_MAX ||
	    slice->raw.len >= SLICE_RAW_BYTES_MAX;
}

/* Waits for more as long as there is nothing to hand over. */
static bool
read_more(struct slice *slice, struct lines *lines)
{
	bool has_read;

	if (lines_is_at_end(lines)) {
		slice->is_last = true;
		return false;
	}
	slice->error = lines_read(lines,
	    slice->line_count > 0 ? SLICE_LINGER_MS : -1, &has_read);
	slice->error_number = errno;
	return slice->error == ERR_NONE && has_read;
}

static void
keep_line(struct slice *slice, const struct line *line)
{
	slice->lines[slice->line_count++] = (struct slice_line){
		.number = line->number,
		.raw_offset = slice->raw.len,
		.raw_len = line->raw_len,
		.text_len = line->text_len,
		.fault = line->fault,
		.is_rest = line->is_rest,
	};
	buffer_add(&slice->raw, line->text, line->raw_len);
	slice->error = slice->raw.error;
	/* Its bytes are not there to be parsed. */
	if (slice->error != ERR_NONE)
		slice->line_count--;
}

void
slice_parse(struct slice *slice, const struct slice_source *source)
{
	for (size_t i = 0; i < slice->line_count; i++) {
		struct slice_line *line = &slice->lines[i];
		struct detail detail = { "" };
		enum error err;

		err = parse_line(slice, source, line, &detail);
		if (is_refusal(err))
			refuse(slice, line, detail.text);
		else if (err != ERR_NONE && slice->error == ERR_NONE)
			slice->error = err;
	}
	if (slice->error == ERR_NONE)
		slice->error = slice->reasons.error;
}

static enum error
parse_line(struct slice *slice, const struct slice_source *source,
    struct slice_line *line, struct detail *detail)
{
	struct event_draft *draft = slice->batch != NULL ?
	    batch_next(slice->batch) : &slice->draft;
	const char *text = slice->raw.bytes + line->raw_offset;
	size_t text_len = line->text_len;
	enum error err;

	if (line->fault == LINE_TOO_LONG)
		return detail_set(detail, ERR_TOO_LARGE,
		    "the line is too long: expected at most %d bytes",
		    EVENT_LINE_BYTES_MAX);
	if (line->fault == LINE_NUL)
		return detail_set(detail, ERR_SYNTAX,
		    "the line holds a NUL byte: expected JSON");

	/* RFC 8259, section 8.1: a byte order mark may be passed over. */
	if (line->number == 1 && text_len >= sizeof(mark) &&
	    memcmp(text, mark, sizeof(mark)) == 0) {
		text += sizeof(mark);
		text_len -= sizeof(mark);
	}
	err = event_draft_parse(text, text_len, source->source,
	    source->client_id, draft, detail);
	if (err == ERR_NONE && source->source == EVENT_IMPORTED)
		err = check_window(draft, detail);
	if (err == ERR_NONE && source->check != NULL)
		err = source->check(draft, source->check_arg, detail);
	if (err != ERR_NONE)
		return err;
	if (slice->batch != NULL) {
		batch_add(slice->batch, line->number);
	} else {
		line->place = draft->place;
		line->json_hash = places_hash(draft->json, draft->json_len);
	}
	return ERR_NONE;
}

static enum error
check_window(const struct event_draft *draft, struct detail *detail)
{
	int64_t now_ms = clock_now_ms();
	int64_t stored_at_ms = draft->place.stored_at_ms;
	char oldest[CLOCK_TEXT_SIZE];
	char newest[CLOCK_TEXT_SIZE];

	if (stored_at_ms >= now_ms - WINDOW_MS && stored_at_ms <= now_ms)
		return ERR_NONE;
	clock_format_utc(now_ms - WINDOW_MS, oldest);
	clock_format_utc(now_ms, newest);
	return detail_set(detail, ERR_MEANING,
	    "stored_at: expected a moment of the past 24 hours, %" PRId64
	    " to %" PRId64 " (%s to %s), got %" PRId64, now_ms - WINDOW_MS,
	    now_ms, oldest, newest, stored_at_ms);
}

/* Whether the line is to blame, and not the machine. */
static bool
is_refusal(enum error err)
{
	return err == ERR_SYNTAX || err == ERR_MEANING ||
	    err == ERR_TOO_LARGE;
}

static void
refuse(struct slice *slice, struct slice_line *line, const char *reason)
{
	line->is_refused = true;
	line->reason_offset = slice->reasons.len;
	buffer_add(&slice->reasons, reason, strlen(reason) + 1);
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
