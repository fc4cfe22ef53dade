/* intake.c - lines of NDJSON into the store: parse beside commit. */
#include "cli/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/write_whole.h"
#include "cli/complain.h"
#include "cli/lines.h"
#include "cli/pipeline.h"
#include "cli/places.h"
#include "cli/progress.h"
#include "cli/registry.h"
#include "cli/session.h"
#include "cli/slice.h"
#include "cli/twins.h"
#include "model/organization.h"
#include "record/batch.h"

/* What one reading of the input needs. */
struct reading {
	struct lines *lines;
	struct slice *slices[PIPELINE_SLICES];
	int stop_fds[2];	/* a pipe: the end to watch, and to close */
};

static enum error run(struct intake *intake, bool is_recording);
static enum error use_slices(struct intake *intake,
    struct pipeline *pipeline, bool is_recording, struct places *places);
static void refuse_twins(struct slice *slice, struct places *places);
static enum error record_slices(struct intake *intake,
    struct slice **slices, size_t *slice_count);
static enum error commit_slices(struct intake *intake,
    struct slice **slices, size_t slice_count);
static batch_refused refuse_twin;
static enum error report_slice(struct intake *intake,
    const struct slice *slice);
static enum error keep_reject(const struct intake *intake,
    const struct slice *slice, const struct slice_line *line);
static enum error complain_of_slice(const struct intake *intake,
    const struct slice *slice);
static enum error open_reading(struct reading *reading,
    const struct intake *intake, bool has_batches);
static enum error new_slice(const struct intake *intake, bool has_batch,
    struct slice **slice_out);
static void close_reading(struct reading *reading);

enum error
intake_check(struct intake *intake)
{
	return run(intake, false);
}

enum error
intake_record(struct intake *intake)
{
	return run(intake, true);
}

static enum error
run(struct intake *intake, bool is_recording)
{
	const struct twins twins = {
		.store = intake->store,
		.organization = intake->organization->number,
	};
	/* When recording, the commit finds what has a taken place. */
	bool is_checking_places = !is_recording &&
	    intake->source == EVENT_IMPORTED;
	struct pipeline *pipeline = NULL;
	struct places *places = NULL;
	struct reading reading;
	struct slice_source source;
	enum error err;

	err = open_reading(&reading, intake, is_recording);
	if (err == ERR_NONE && is_checking_places)
		err = places_new(intake->bytes_max, &places);
	if (err != ERR_NONE)
		goto out;
	source = (struct slice_source){
		.lines = reading.lines,
		.source = intake->source,
		.client_id = intake->organization->id,
	};
	if (is_checking_places) {
		source.check = twins_check;
		source.check_arg = &twins;
	}
	err = pipeline_begin(reading.slices, &source, &pipeline);
	if (err == ERR_NONE)
		err = use_slices(intake, pipeline, is_recording, places);
	else
		session_complain(err);
	/* Also wakes a thread that waits for a slow input. */
	close(reading.stop_fds[1]);
	reading.stop_fds[1] = -1;
	pipeline_end(pipeline);
out:
	places_free(places);
	close_reading(&reading);
	return err;
}

/* places is NULL when they need no check. */
static enum error
use_slices(struct intake *intake, struct pipeline *pipeline,
    bool is_recording, struct places *places)
{
	struct progress progress;
	uint64_t line_count = 0;
	bool is_last = false;
	enum error err = ERR_NONE;

	progress_begin(&progress, is_recording ? "events" : "lines checked");
	while (err == ERR_NONE && !is_last) {
		struct slice *slices[PIPELINE_TAKEN_MAX];
		size_t slice_count = pipeline_take(pipeline, slices);
		enum error commit_err = ERR_NONE;

		if (is_recording)
			commit_err = record_slices(intake, slices,
			    &slice_count);
		for (size_t i = 0; i < slice_count && err == ERR_NONE; i++) {
			struct slice *slice = slices[i];

			if (places != NULL)
				refuse_twins(slice, places);
			if (slice->reasons.len > 0)
				progress_hide(&progress);
			err = report_slice(intake, slice);
			line_count += slice->line_count;
			intake->input_bytes = slice->input_bytes;
			is_last = slice->is_last;
		}
		if (err == ERR_NONE)
			err = registry_is_shared(intake->registry) ?
			    commit_err : session_complain(commit_err);
		progress_show(&progress,
		    is_recording ? intake->recorded : line_count,
		    intake->input_bytes, intake->size);
		/* After an error their batches keep what they have. */
		if (err == ERR_NONE)
			pipeline_give(pipeline, slice_count);
	}
	progress_hide(&progress);
	return err;
}

static void
refuse_twins(struct slice *slice, struct places *places)
{
	for (size_t i = 0; i < slice->line_count; i++) {
		const struct slice_line *line = &slice->lines[i];

		if (!line->is_refused && !line->is_rest &&
		    !places_take(places, &line->place, line->json_hash))
			slice_refuse(slice, line->number, TWIN_REASON);
	}
}

/* When there is no room for all of them, there may be for the first. */
static enum error
record_slices(struct intake *intake, struct slice **slices,
    size_t *slice_count)
{
	enum error err;

	/* What is behind a slice that could not be parsed is not wanted. */
	for (size_t i = 0; i < *slice_count; i++)
		if (slices[i]->error != ERR_NONE)
			*slice_count = i + 1;
	err = commit_slices(intake, slices, *slice_count);
	/* A log that is shared may have some of them already. */
	if (err == ERR_FULL && *slice_count > 1 &&
	    !registry_is_shared(intake->registry)) {
		*slice_count = 1;
		err = commit_slices(intake, slices, 1);
	}
	return err;
}

static enum error
commit_slices(struct intake *intake, struct slice **slices,
    size_t slice_count)
{
	struct batch *batches[PIPELINE_TAKEN_MAX];
	struct batch_result result = { 0 };
	enum error err;

	for (size_t i = 0; i < slice_count; i++)
		batches[i] = slices[i]->batch;
	err = registry_record(intake->registry, batches, slice_count,
	    refuse_twin, slices, &result);
	if (err != ERR_NONE)
		return err;
	intake->recorded += result.added;
	intake->repeated += result.repeated;
	return ERR_NONE;
}

static void
refuse_twin(size_t batch, uint64_t line_number, void *arg)
{
	struct slice **slices = arg;

	slice_refuse(slices[batch], line_number, TWIN_REASON);
}

/* Names the bad lines in their order, and keeps them when that is wanted. */
static enum error
report_slice(struct intake *intake, const struct slice *slice)
{
	for (size_t i = 0; i < slice->line_count; i++) {
		const struct slice_line *line = &slice->lines[i];
		enum error err;

		if (!line->is_refused)
			continue;
		if (!line->is_rest) {
			intake->refused++;
			complain_of_line(intake->file, line->number,
			    slice->reasons.bytes + line->reason_offset);
		}
		err = keep_reject(intake, slice, line);
		if (err != ERR_NONE)
			return err;
	}
	return complain_of_slice(intake, slice);
}

static enum error
keep_reject(const struct intake *intake, const struct slice *slice,
    const struct slice_line *line)
{
	if (intake->rejects_fd == -1)
		return ERR_NONE;
	if (write_whole(intake->rejects_fd,
	    slice->raw.bytes + line->raw_offset, line->raw_len) == ERR_NONE)
		return ERR_NONE;
	complain("%s: %s", intake->rejects, strerror(errno));
	return ERR_IO;
}

static enum error
complain_of_slice(const struct intake *intake, const struct slice *slice)
{
	if (slice->error == ERR_IO)
		complain("%s: %s", intake->file,
		    strerror(slice->error_number));
	else
		session_complain(slice->error);
	return slice->error;
}

static enum error
open_reading(struct reading *reading, const struct intake *intake,
    bool has_batches)
{
	enum error err;

	*reading = (struct reading){ .stop_fds = { -1, -1 } };
	if (pipe2(reading->stop_fds, O_CLOEXEC) != 0) {
		complain("a pipe: %s", strerror(errno));
		return ERR_IO;
	}
	err = lines_new(intake->fd, reading->stop_fds[0], intake->bytes_max,
	    &reading->lines);
	for (size_t i = 0; i < PIPELINE_SLICES && err == ERR_NONE; i++)
		err = new_slice(intake, has_batches, &reading->slices[i]);
	return session_complain(err);
}

static enum error
new_slice(const struct intake *intake, bool has_batch,
    struct slice **slice_out)
{
	struct slice *slice = malloc(sizeof(*slice));
	struct batch *batch = NULL;
	enum error err;

	*slice_out = NULL;
	if (slice == NULL)
		return ERR_NO_MEMORY;
	if (has_batch) {
		err = batch_new(intake->store, intake->organization->number,
		    intake->source, intake->retention_ms, &batch);
		if (err != ERR_NONE) {
			free(slice);
			return err;
		}
	}
	slice_init(slice, batch);
	*slice_out = slice;
	return ERR_NONE;
}

static void
close_reading(struct reading *reading)
{
	for (size_t i = 0; i < PIPELINE_SLICES; i++) {
		if (reading->slices[i] == NULL)
			continue;
		slice_clear(reading->slices[i]);
		free(reading->slices[i]);
	}
	lines_free(reading->lines);
	for (size_t i = 0; i < 2; i++)
		if (reading->stop_fds[i] != -1)
			close(reading->stop_fds[i]);
}
