/* question.c - ask before something is gone for good. */
#include "cli/question.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/write_whole.h"
#include "cli/arguments.h"
#include "cli/complain.h"
#include "cli/visible.h"

enum { SENTENCE_SIZE = DETAIL_SIZE, ANSWER_SIZE = 64 };

static bool is_answered_yes(void);

enum status
question(const struct arguments *arguments, const char *format, ...)
{
	char sentence[SENTENCE_SIZE];
	struct buffer text;
	va_list args;

	if (arguments_have(arguments, OPTION_YES))
		return STATUS_DONE;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		complain("%s; nobody is here to be asked, so --yes has to "
		    "allow it", sentence);
		return STATUS_USAGE;
	}
	buffer_init(&text, 0);
	visible_add(&text, sentence, strlen(sentence));
	buffer_add_text(&text, ". Go on? [y/N] ");
	(void)write_whole(STDERR_FILENO, text.bytes, text.len);
	buffer_clear(&text);
	if (is_answered_yes())
		return STATUS_DONE;
	complain("nothing was changed");
	return STATUS_FAILED;
}

/* One line, which a terminal gives as one read. */
static bool
is_answered_yes(void)
{
	char answer[ANSWER_SIZE];
	ssize_t len = read(STDIN_FILENO, answer, sizeof(answer) - 1);

	if (len < 0)
		len = 0;
	answer[len] = '\0';
	answer[strcspn(answer, "\r\n")] = '\0';
	return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}
