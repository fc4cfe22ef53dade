/* doctor.c - apitrail doctor: what is wrong here, and the mend. */
#include "cli/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/json_writer.h"
#include "cli/output.h"
#include "cli/records.h"
#include "cli/screen.h"
#include "cli/session.h"
#include "cli/visible.h"
#include "store/store.h"

/* As wide as it likes. */
enum { COLUMNS_OF_A_FILE = 100000 };

static const char *const states[] = {
	[DOCTOR_GOOD] = "good",
	[DOCTOR_NOTE] = "note",
	[DOCTOR_WRONG] = "wrong",
};

static enum error report(const struct arguments *arguments,
    struct doctor *doctor);
static void add_lines(struct buffer *text, const struct finding *finding,
    size_t columns);
static void add_json(struct buffer *text, const struct doctor *doctor);
static size_t finding_count(const struct doctor *doctor);
static struct finding *finding_at(const struct doctor *doctor, size_t i);

enum status
run_doctor(const struct arguments *arguments)
{
	const char *url = arguments_text(arguments, OPTION_URL, 0);
	struct doctor doctor = {
		.settings = arguments->settings,
		.path = settings_text(arguments->settings, SETTING_STORE),
		.now_ms = clock_now_ms(),
	};
	enum error err;

	if (url != NULL && !doctor_url_is_valid(url)) {
		arguments_complain(arguments,
		    "--url: expected http[s]://HOST[:PORT][/PATH]");
		return STATUS_USAGE;
	}
	buffer_init(&doctor.findings, 0);
	doctor_open_store(&doctor);
	doctor_look_at_files(&doctor);
	doctor_look_at_store(&doctor);
	doctor_look_at_processes(&doctor);
	if (url != NULL)
		doctor_ask_web(&doctor, url);
	store_close(doctor.store);
	err = session_complain(doctor.findings.error);
	if (err == ERR_NONE)
		err = report(arguments, &doctor);
	buffer_clear(&doctor.findings);
	return err == ERR_NONE && !doctor.is_wrong ? STATUS_DONE :
	    STATUS_FAILED;
}

void
doctor_find(struct doctor *doctor, const char *check, enum doctor_state state,
    const char *format, ...)
{
	struct finding finding = { .check = check, .state = state };
	va_list args;

	va_start(args, format);
	if (vsnprintf(finding.text.text, sizeof(finding.text.text), format,
	    args) < 0)
		finding.text.text[0] = '\0';
	va_end(args);
	if (state == DOCTOR_WRONG)
		doctor->is_wrong = true;
	buffer_add(&doctor->findings, &finding, sizeof(finding));
}

void
doctor_mend(struct doctor *doctor, const char *format, ...)
{
	struct detail *mend;
	va_list args;

	if (doctor->findings.error != ERR_NONE)
		return;
	mend = &finding_at(doctor, finding_count(doctor) - 1)->mend;
	va_start(args, format);
	if (vsnprintf(mend->text, sizeof(mend->text), format, args) < 0)
		mend->text[0] = '\0';
	va_end(args);
}

static size_t
finding_count(const struct doctor *doctor)
{
	return doctor->findings.len / sizeof(struct finding);
}

static struct finding *
finding_at(const struct doctor *doctor, size_t i)
{
	return (struct finding *)(void *)doctor->findings.bytes + i;
}

static enum error
report(const struct arguments *arguments, struct doctor *doctor)
{
	size_t columns = isatty(STDOUT_FILENO) ?
	    screen_columns(STDOUT_FILENO) : COLUMNS_OF_A_FILE;
	struct buffer text;
	enum error err;

	buffer_init(&text, 0);
	if (arguments_have(arguments, OPTION_JSON))
		add_json(&text, doctor);
	else
		for (size_t i = 0; i < finding_count(doctor); i++)
			add_lines(&text, finding_at(doctor, i), columns);
	err = output_buffer(&text);
	buffer_clear(&text);
	return err;
}

static void
add_lines(struct buffer *text, const struct finding *finding, size_t columns)
{
	struct buffer line;

	buffer_init(&line, 0);
	buffer_add_format(&line, "%s: ", states[finding->state]);
	visible_add(&line, finding->text.text, strlen(finding->text.text));
	buffer_add(&line, "", 1);
	if (line.error == ERR_NONE)
		records_add(text, finding->check, line.bytes, columns);
	buffer_reset(&line);
	visible_add(&line, finding->mend.text, strlen(finding->mend.text));
	buffer_add(&line, "", 1);
	if (line.error == ERR_NONE)
		records_add(text, "  mend", line.bytes, columns);
	buffer_clear(&line);
}

static void
add_json(struct buffer *text, const struct doctor *doctor)
{
	struct json_writer json = { .buffer = text };

	json_writer_begin(&json, NULL, '{');
	json_writer_bool(&json, "is_healthy", !doctor->is_wrong);
	json_writer_begin(&json, "checks", '[');
	for (size_t i = 0; i < finding_count(doctor); i++) {
		const struct finding *finding = finding_at(doctor, i);

		json_writer_begin(&json, NULL, '{');
		json_writer_text(&json, "check", finding->check);
		json_writer_text(&json, "state", states[finding->state]);
		json_writer_text(&json, "finding", finding->text.text);
		json_writer_text(&json, "mend", finding->mend.text[0] ==
		    '\0' ? NULL : finding->mend.text);
		json_writer_end(&json, '}');
	}
	json_writer_end(&json, ']');
	json_writer_end(&json, '}');
	buffer_add_text(text, "\n");
}
