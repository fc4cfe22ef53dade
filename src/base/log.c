/* log.c - one structured line per fact, to stderr, syslog or journald. */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"

enum { LINE_BYTES_MAX = 4096, PARTS_MAX = 8 };

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

static const struct {
	const char *name;
	int priority;		/* of syslog and journald */
} levels[] = {
	[LEVEL_ERROR]   = { "error",   LOG_ERR },
	[LEVEL_WARNING] = { "warning", LOG_WARNING },
	[LEVEL_NOTICE]  = { "notice",  LOG_NOTICE },
	[LEVEL_DEBUG]   = { "debug",   LOG_DEBUG },
};

static const char *const target_names[] = {
	[LOG_TO_STDERR]   = "stderr",
	[LOG_TO_SYSLOG]   = "syslog",
	[LOG_TO_JOURNALD] = "journald",
};

/* Set by log_open, before there are threads; only read after that. */
static struct {
	enum log_target target;
	const char *program;
	int journal;		/* socket, when target is LOG_TO_JOURNALD */
} open_log = { LOG_TO_STDERR, "apitrail", -1 };

static struct iovec part_of(const char *text);
static int connect_to_journald(void);
static void add_fields(struct buffer *line, const char *fact, va_list args);
static void add_field(struct buffer *line, const char *name, const char *text);
static void send_to_journald(enum log_level level, const struct buffer *line);
static void write_to_stderr(enum log_level level, const struct buffer *line);

enum error
log_target_parse(const char *name, enum log_target *target_out,
    struct detail *detail)
{
	*target_out = LOG_TO_STDERR;
	for (size_t i = 0; i < COUNT_OF(target_names); i++) {
		if (strcmp(name, target_names[i]) != 0)
			continue;
		*target_out = (enum log_target)i;
		return ERR_NONE;
	}
	return detail_set(detail, ERR_MEANING,
	    "expected stderr, syslog or journald");
}

enum error
log_open(enum log_target target, const char *program)
{
	open_log.target = LOG_TO_STDERR;
	open_log.program = program;
	if (target == LOG_TO_JOURNALD) {
		open_log.journal = connect_to_journald();
		if (open_log.journal < 0)
			return ERR_IO;
	} else if (target == LOG_TO_SYSLOG) {
		openlog(program, LOG_PID | LOG_NDELAY, LOG_DAEMON);
	}
	open_log.target = target;
	return ERR_NONE;
}

void
log_last_words(const char *line, size_t line_len)
{
	static const char priority[] = "PRIORITY=3\nSYSLOG_IDENTIFIER=";
	static const char message[] = "\nMESSAGE=";
	static const char level[] = " level=error program=";
	char time_text[CLOCK_TEXT_SIZE];
	bool is_journal = open_log.target == LOG_TO_JOURNALD;
	struct iovec parts[PARTS_MAX];
	size_t count = 0;
	ssize_t written;

	if (is_journal) {
		parts[count++] = part_of(priority);
	} else {
		clock_format_utc(clock_now_ms(), time_text);
		parts[count++] = part_of("time=");
		parts[count++] = part_of(time_text);
		parts[count++] = part_of(level);
	}
	parts[count++] = part_of(open_log.program);
	parts[count++] = part_of(is_journal ? message : " ");
	parts[count++] = (struct iovec){
		/* It is not written to. */
		.iov_base = (void *)(uintptr_t)line,
		.iov_len = line_len,
	};
	parts[count++] = part_of("\n");
	written = writev(is_journal ? open_log.journal : STDERR_FILENO, parts,
	    (int)count);
	/* Nobody is left to tell. */
	(void)written;
}

static struct iovec
part_of(const char *text)
{
	return (struct iovec){
		.iov_base = (void *)(uintptr_t)text,
		.iov_len = strlen(text),
	};
}

static int
connect_to_journald(void)
{
	struct sockaddr_un address = {
		.sun_family = AF_UNIX,
		.sun_path = JOURNAL_SOCKET,
	};
	int journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (journal < 0)
		return -1;
	if (connect(journal, (const struct sockaddr *)&address,
	    sizeof(address)) == 0)
		return journal;
	close(journal);
	return -1;
}

void
log_fact(enum log_level level, const char *fact, ...)
{
	struct buffer line;
	va_list args;

	/* A line that is too long loses the fields that do not fit. */
	buffer_init(&line, LINE_BYTES_MAX);
	va_start(args, fact);
	add_fields(&line, fact, args);
	va_end(args);

	switch (open_log.target) {
	case LOG_TO_SYSLOG:
		syslog(levels[level].priority, "%.*s", (int)line.len,
		    line.bytes);
		break;
	case LOG_TO_JOURNALD:
		send_to_journald(level, &line);
		break;
	case LOG_TO_STDERR:
		write_to_stderr(level, &line);
		break;
	}
	buffer_clear(&line);
}

static void
add_fields(struct buffer *line, const char *fact, va_list args)
{
	const char *name;

	add_field(line, "fact", fact);
	while ((name = va_arg(args, const char *)) != NULL) {
		const char *text = va_arg(args, const char *);

		if (text != NULL)
			add_field(line, name, text);
	}
}

/* logfmt: as it is when that can be told apart, else quoted and escaped. */
static void
add_field(struct buffer *line, const char *name, const char *text)
{
	static const char plain[] = TEXT_ALNUM "-._/:@+,%";
	size_t text_len = strlen(text);

	if (line->len > 0)
		buffer_add_text(line, " ");
	buffer_add_text(line, name);
	buffer_add_text(line, "=");
	if (text_is_of_set(text, text_len, plain)) {
		buffer_add(line, text, text_len);
	} else if (utf8_is_valid(text, text_len)) {
		buffer_add_json_string(line, text, text_len);
	} else {
		struct quoted quoted = quote(text, text_len);

		buffer_add_text(line, quoted.text);
	}
}

/* The journal's native protocol: NAME=text lines in one datagram. */
static void
send_to_journald(enum log_level level, const struct buffer *line)
{
	struct buffer datagram;

	buffer_init(&datagram, 2 * LINE_BYTES_MAX);
	buffer_add_format(&datagram,
	    "PRIORITY=%d\nSYSLOG_IDENTIFIER=%s\nMESSAGE=",
	    levels[level].priority, open_log.program);
	/* Escaped before: no newline is in it. */
	buffer_add(&datagram, line->bytes, line->len);
	buffer_add_text(&datagram, "\n");
	/* Losing a line is better than waiting for the journal. */
	(void)send(open_log.journal, datagram.bytes, datagram.len,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
	buffer_clear(&datagram);
}

static void
write_to_stderr(enum log_level level, const struct buffer *line)
{
	char time_text[CLOCK_TEXT_SIZE];
	struct buffer whole;

	clock_format_utc(clock_now_ms(), time_text);
	buffer_init(&whole, 2 * LINE_BYTES_MAX);
	buffer_add_format(&whole, "time=%s level=%s program=%s ", time_text,
	    levels[level].name, open_log.program);
	buffer_add(&whole, line->bytes, line->len);
	buffer_add_text(&whole, "\n");
	/* Nobody is left to tell when stderr does not take it. */
	if (write(STDERR_FILENO, whole.bytes, whole.len) < 0)
		whole.error = ERR_IO;
	buffer_clear(&whole);
}
