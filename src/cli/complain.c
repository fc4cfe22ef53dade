/* complain.c - say on stderr what is wrong. */
#include "cli/complain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/write_whole.h"
#include "cli/visible.h"

enum { SENTENCE_SIZE = 8 * 1024 };

static void write_line(struct buffer *line);

void
complain(const char *format, ...)
{
	char sentence[SENTENCE_SIZE];
	struct buffer line;
	va_list args;

	va_start(args, format);
	if (vsnprintf(sentence, sizeof(sentence), format, args) < 0)
		sentence[0] = '\0';
	va_end(args);

	buffer_init(&line, 0);
	buffer_add_text(&line, "apitrail: ");
	visible_add(&line, sentence, strlen(sentence));
	write_line(&line);
}

void
complain_of_line(const char *file, uint64_t line_number, const char *sentence)
{
	struct buffer line;

	buffer_init(&line, 0);
	visible_add(&line, file, strlen(file));
	buffer_add_format(&line, ":%" PRIu64 ": ", line_number);
	visible_add(&line, sentence, strlen(sentence));
	write_line(&line);
}

static void
write_line(struct buffer *line)
{
	static const char no_memory[] = "apitrail: out of memory\n";
	bool is_whole;

	buffer_add_text(line, "\n");
	is_whole = line->error == ERR_NONE;
	/* When stderr is gone too, the exit status still tells. */
	(void)write_whole(STDERR_FILENO, is_whole ? line->bytes : no_memory,
	    is_whole ? line->len : sizeof(no_memory) - 1);
	buffer_clear(line);
}
