/* log.h - one structured line per fact, to stderr, syslog or journald. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/error.h"

enum log_target { LOG_TO_STDERR, LOG_TO_SYSLOG, LOG_TO_JOURNALD };
enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_NOTICE, LEVEL_DEBUG };

/* ERR_MEANING with the allowed names when name is none of the targets. */
enum error log_target_parse(const char *name, enum log_target *target_out,
    struct detail *detail);

/*
 * Chooses where lines go; until then they go to stderr.  program is borrowed
 * for good.  A journald that does not listen is ERR_IO, and lines go to
 * stderr on.
 */
enum error log_open(enum log_target target, const char *program);

/*
 * Writes one line: the fact, then pairs of a field's name and its text, then
 * NULL.  A field whose text is NULL is left out.  On stderr it is logfmt:
 *
 *   time=2022-07-05T13:32:28.150Z level=error program=apitrail.fcgi
 *   fact="the store does not open" path=/srv/x cause="no such file"
 *
 * Text that is not UTF-8 and control characters are escaped.  Safe in
 * threads, one write a line; not in signal handlers.
 */
void log_fact(enum log_level level, const char *fact, ...)
    __attribute__((sentinel));

/* For a signal handler, see last_words.h: an error whose fields are made
 * already, written at once; for syslog, to stderr. */
void log_last_words(const char *line, size_t line_len);

#endif
