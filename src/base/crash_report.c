/* crash_report.c - say what a daemon was at when it crashes. */
#include "base/crash_report.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/doing.h"
#include "base/last_words.h"
#include "base/text.h"

enum {
	STACK_BYTES = 64 * 1024,
	MAPS_READ_BYTES = 4096,
	/* A megabyte: some ten thousand mappings. */
	MAPS_READS_MAX = 256,
	MAPS_LINE_SIZE = 512,
	/* Words before a mapping's path: range, mode, offset, device, inode. */
	MAPS_WORDS = 5,
	HEXADECIMAL = 16,
	PAGE_BYTES = 4096
};

static const struct {
	int number;
	const char *name;
} signals[] = {
	{ SIGSEGV, "SIGSEGV" },
	{ SIGBUS, "SIGBUS" },
	{ SIGABRT, "SIGABRT" },
};

/* A line of /proc/self/maps. */
struct mapped {
	uintptr_t start;
	uintptr_t end;
	uint64_t offset;
	const char *path;	/* "" when it is no file's */
};

/* Kept open, as the sandbox lets nobody open it. */
static int maps_fd = -1;

/* Two threads may crash at once; one explains. */
static atomic_flag is_reported = ATOMIC_FLAG_INIT;

static _Thread_local void *own_stack;

static bool is_caught(int number);
static void report(int number, siginfo_t *cause, void *context);
static const char *name_of(int number);
static void add_place(struct last_words *words, uintptr_t address);
static bool find_mapped(uintptr_t address, char line[MAPS_LINE_SIZE],
    struct mapped *mapped_out);
static bool parse_line(const char *line, struct mapped *mapped_out);
static const char *parse_number(const char *text, uint64_t *number_out);
static void add_doing(struct last_words *words);

void
crash_report_begin(void)
{
	struct sigaction action = { .sa_sigaction = report,
		.sa_flags = SA_SIGINFO | SA_ONSTACK };

	/* The first line would be wrong for a child, but there is none. */
	if (maps_fd < 0)
		maps_fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	crash_report_thread();
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		if (is_caught(signals[i].number))
			/* No number of the table is wrong. */
			(void)sigaction(signals[i].number, &action, NULL);
}

/* A sanitizer says more about a bad address than we can. */
static bool
is_caught(int number)
{
#ifdef HAVE_SANITIZERS
	return number != SIGSEGV;
#else
	(void)number;
	return true;
#endif
}

void
crash_report_thread(void)
{
	stack_t stack = { .ss_size = STACK_BYTES };

	if (own_stack != NULL)
		return;
	own_stack = malloc(STACK_BYTES);
	if (own_stack == NULL)
		return;
	stack.ss_sp = own_stack;
	(void)sigaltstack(&stack, NULL);
}

void
crash_report_thread_end(void)
{
	stack_t none = { .ss_flags = SS_DISABLE };

	(void)sigaltstack(&none, NULL);
	free(own_stack);
	own_stack = NULL;
}

/* Here and below, nothing but what a signal handler may call. */
static void
report(int number, siginfo_t *cause, void *context)
{
	bool was_sent = cause->si_code <= 0;
	struct last_words words;

	(void)context;
	if (!atomic_flag_test_and_set(&is_reported)) {
		last_words_begin(&words, "crashed");
		last_words_add(&words, "signal", name_of(number));
		/* What abort raises is sent by ourselves. */
		if (was_sent && cause->si_pid != getpid())
			last_words_add_number(&words, "sent_by",
			    (uint64_t)cause->si_pid);
		add_doing(&words);
		if (!was_sent)
			add_place(&words, (uintptr_t)cause->si_addr);
		last_words_send(&words);
	}
	/* Comes when this returns, and ends the process. */
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

static const char *
name_of(int number)
{
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		if (signals[i].number == number)
			return signals[i].name;
	return "";
}

static void
add_doing(struct last_words *words)
{
	const struct doing *doing = doing_now();

	last_words_add_doing(words);
	if (doing->what != NULL && doing->organization != 0)
		last_words_add_number(words, "organization",
		    doing->organization);
}

static void
add_place(struct last_words *words, uintptr_t address)
{
	/* The other stack has room, yet not for much. */
	static char line[MAPS_LINE_SIZE];
	struct mapped mapped;
	uint64_t offset;

	last_words_add_address(words, "address", address);
	if (!find_mapped(address, line, &mapped) || mapped.path[0] != '/')
		return;
	offset = address - mapped.start + mapped.offset;
	last_words_add(words, "file", mapped.path);
	last_words_add_number(words, "offset", offset);
	last_words_add_number(words, "page", offset / PAGE_BYTES);
}

/* A path that is longer than the line is cut. */
static bool
find_mapped(uintptr_t address, char line[MAPS_LINE_SIZE],
    struct mapped *mapped_out)
{
	static char bytes[MAPS_READ_BYTES];
	size_t line_len = 0;

	if (maps_fd < 0 || lseek(maps_fd, 0, SEEK_SET) != 0)
		return false;
	for (int reads = 0; reads < MAPS_READS_MAX; reads++) {
		ssize_t count = read(maps_fd, bytes, sizeof(bytes));

		if (count <= 0)
			return false;
		for (ssize_t i = 0; i < count; i++) {
			if (bytes[i] != '\n') {
				if (line_len < MAPS_LINE_SIZE - 1)
					line[line_len++] = bytes[i];
				continue;
			}
			line[line_len] = '\0';
			line_len = 0;
			if (parse_line(line, mapped_out) &&
			    address >= mapped_out->start &&
			    address < mapped_out->end)
				return true;
		}
	}
	return false;
}

static bool
parse_line(const char *line, struct mapped *mapped_out)
{
	uint64_t start;
	uint64_t end;
	const char *at = parse_number(line, &start);

	if (*at != '-')
		return false;
	at = parse_number(at + 1, &end);
	for (int words = 1; words < MAPS_WORDS; words++) {
		at += strspn(at, " ");
		if (words == 2)
			(void)parse_number(at, &mapped_out->offset);
		at += strcspn(at, " ");
	}
	mapped_out->start = (uintptr_t)start;
	mapped_out->end = (uintptr_t)end;
	mapped_out->path = at + strspn(at, " ");
	return true;
}

/* Returns where it ends. */
static const char *
parse_number(const char *text, uint64_t *number_out)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t number = 0;

	for (; *text != '\0'; text++) {
		const char *digit = strchr(digits, *text);

		if (digit == NULL)
			break;
		number = number * HEXADECIMAL + (uint64_t)(digit - digits);
	}
	*number_out = number;
	return text;
}
