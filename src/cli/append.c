/* append.c - apitrail append and import: events from NDJSON. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/settings.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/input.h"
#include "cli/intake.h"
#include "cli/json_writer.h"
#include "cli/output.h"
#include "cli/registry.h"
#include "cli/session.h"
#include "cli/spool.h"
#include "model/organization.h"

static enum status take_in(const struct arguments *arguments,
    enum event_source source);
static enum error open_files(const struct arguments *arguments,
    struct intake *intake);
static enum error open_rejects(const struct arguments *arguments,
    struct intake *intake);
static enum error record_whole(struct intake *intake);
static enum error make_rereadable(struct intake *intake);
static enum status report(const struct arguments *arguments,
    const struct intake *intake, enum error err);
static enum error print_counts(const struct arguments *arguments,
    const struct intake *intake);

enum status
run_append(const struct arguments *arguments)
{
	return take_in(arguments, EVENT_RECORDED);
}

enum status
run_import(const struct arguments *arguments)
{
	return take_in(arguments, EVENT_IMPORTED);
}

static enum status
take_in(const struct arguments *arguments, enum event_source source)
{
	struct organization organization;
	struct registry *registry = NULL;
	struct intake intake = {
		.organization = &organization,
		.source = source,
		.retention_ms = settings_number(arguments->settings,
		    SETTING_RETENTION),
		.fd = -1,
		.rejects_fd = -1,
		.bytes_max = UINT64_MAX,
	};
	enum status status = STATUS_FAILED;
	enum error err;

	err = registry_open(arguments, &registry);
	if (err == ERR_NONE)
		err = session_organization_option(registry_store(registry),
		    arguments, &organization);
	if (err == ERR_NONE)
		err = open_files(arguments, &intake);
	if (err != ERR_NONE)
		goto out;
	intake.registry = registry;
	intake.store = registry_store(registry);
	if (arguments_have(arguments, OPTION_STRICT))
		err = record_whole(&intake);
	else
		err = intake_record(&intake);
	status = report(arguments, &intake, err);
out:
	input_close(intake.fd);
	input_close(intake.rejects_fd);
	registry_close(registry);
	return status;
}

static enum error
open_files(const struct arguments *arguments, struct intake *intake)
{
	struct stat stat;
	enum error err;

	intake->file = arguments->operand_count > 0 ?
	    arguments->operands[0] : "-";
	err = input_open(intake->file, &intake->fd, &stat);
	if (err != ERR_NONE)
		return err;
	if (S_ISREG(stat.st_mode))
		intake->size = (uint64_t)stat.st_size;
	return open_rejects(arguments, intake);
}

static enum error
open_rejects(const struct arguments *arguments, struct intake *intake)
{
	struct stat input, rejects;

	intake->rejects = arguments_text(arguments, OPTION_REJECTS, 0);
	if (intake->rejects == NULL)
		return ERR_NONE;
	intake->rejects_fd = open(intake->rejects,
	    O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (intake->rejects_fd == -1 ||
	    fstat(intake->rejects_fd, &rejects) != 0 ||
	    fstat(intake->fd, &input) != 0)
		goto failed;
	if (rejects.st_dev == input.st_dev && rejects.st_ino == input.st_ino) {
		complain("--rejects: %s is the input itself: "
		    "expected another file", intake->rejects);
		return ERR_MEANING;
	}
	if (S_ISREG(rejects.st_mode) && ftruncate(intake->rejects_fd, 0) != 0)
		goto failed;
	return ERR_NONE;
failed:
	complain("--rejects: %s: %s", intake->rejects, strerror(errno));
	return ERR_IO;
}

/* Reads all, and then, when all is good, once more to record it. */
static enum error
record_whole(struct intake *intake)
{
	off_t begin;
	enum error err;

	err = make_rereadable(intake);
	if (err != ERR_NONE)
		return err;
	begin = lseek(intake->fd, 0, SEEK_CUR);
	/* What comes from now on is not checked. */
	intake->bytes_max = intake->size;
	err = intake_check(intake);
	if (err != ERR_NONE || intake->refused > 0)
		return err;
	if (begin == -1 || lseek(intake->fd, begin, SEEK_SET) == -1) {
		complain("%s: %s", intake->file, strerror(errno));
		return ERR_IO;
	}
	intake->bytes_max = intake->input_bytes;
	return intake_record(intake);
}

static enum error
make_rereadable(struct intake *intake)
{
	struct stat stat;
	int spool_fd;
	enum error err;

	if (fstat(intake->fd, &stat) == 0 && S_ISREG(stat.st_mode))
		return ERR_NONE;
	err = spool_copy(intake->fd, intake->file, UINT64_MAX, &spool_fd);
	if (err != ERR_NONE)
		return err;
	input_close(intake->fd);
	intake->fd = spool_fd;
	if (fstat(spool_fd, &stat) != 0)
		return ERR_IO;
	intake->size = (uint64_t)stat.st_size;
	return ERR_NONE;
}

static enum status
report(const struct arguments *arguments, const struct intake *intake,
    enum error err)
{
	if (err != ERR_NONE) {
		complain("events recorded before that: %" PRIu64,
		    intake->recorded);
		return STATUS_FAILED;
	}
	if (print_counts(arguments, intake) != ERR_NONE)
		return STATUS_FAILED;
	return intake->refused > 0 ? STATUS_REFUSED : STATUS_DONE;
}

static enum error
print_counts(const struct arguments *arguments, const struct intake *intake)
{
	struct buffer text;
	struct json_writer json = { .buffer = &text };
	enum error err;

	buffer_init(&text, 0);
	if (arguments_have(arguments, OPTION_JSON)) {
		json_writer_begin(&json, NULL, '{');
		json_writer_number(&json, "recorded",
		    (int64_t)intake->recorded);
		if (intake->source == EVENT_IMPORTED)
			json_writer_number(&json, "repeated",
			    (int64_t)intake->repeated);
		json_writer_number(&json, "refused",
		    (int64_t)intake->refused);
		json_writer_end(&json, '}');
		buffer_add_text(&text, "\n");
	} else {
		buffer_add_format(&text, "recorded %" PRIu64 " event%s",
		    intake->recorded, intake->recorded == 1 ? "" : "s");
		if (intake->source == EVENT_IMPORTED)
			buffer_add_format(&text, ", repeated %" PRIu64,
			    intake->repeated);
		if (intake->refused > 0)
			buffer_add_format(&text, ", refused %" PRIu64
			    " line%s", intake->refused,
			    intake->refused == 1 ? "" : "s");
		buffer_add_text(&text, "\n");
	}
	err = output_buffer(&text);
	buffer_clear(&text);
	return err;
}
