/* crash.c - the last answer of a CGI process that crashes. */
#include "responder/crash.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/request.h"
#include "base/text.h"
#include "shared/cut_guard.h"

enum {
	STACK_BYTES = 64 * 1024,
	ANSWER_SIZE = 1024,
	WRITES_MAX = 16
};

#define BODY "{\"title\":\"Internal Server Error\",\"status\":500," \
	"\"detail\":\"the server could not answer this request\"}"

static const int signals[] = { SIGSEGV, SIGBUS, SIGABRT };

/* What crashed may be the stack. */
static char stack[STACK_BYTES];

/* Written before the handler is set; the handler allocates nothing. */
static char answer_text[ANSWER_SIZE];
static volatile sig_atomic_t answer_len;

static void answer_crash(int signal_number);

enum error
crash_answer_begin(const struct request *request)
{
	struct sigaction action = { .sa_handler = answer_crash,
		.sa_flags = SA_ONSTACK };
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	bool has_body = strcmp(request->method, "HEAD") != 0;
	char id[REQUEST_ID_LEN_MAX + 1];
	int len;

	request_choose_id(request, id);
	len = snprintf(answer_text, sizeof(answer_text),
	    "Status: 500 Internal Server Error\r\n"
	    "Content-Type: application/json\r\n"
	    "Content-Length: %zu\r\n"
	    "Cache-Control: private, no-store\r\n"
	    "Vary: X-API-KEY, Accept\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "X-Request-Id: %s\r\n\r\n%s",
	    sizeof(BODY) - 1, id, has_body ? BODY : "");
	if (len < 0 || len >= ANSWER_SIZE)
		return ERR_IO;
	answer_len = len;

	if (sigaltstack(&alternate, NULL) != 0)
		return ERR_IO;
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		if (sigaction(signals[i], &action, NULL) != 0)
			return ERR_IO;
	/* A file of counters that is cut short is no crash. */
	return cut_guard_install();
}

void
crash_answer_end(void)
{
	answer_len = 0;
}

static void
answer_crash(int signal_number)
{
	sig_atomic_t sent = 0;

	(void)signal_number;
	for (int i = 0; i < WRITES_MAX && sent < answer_len; i++) {
		ssize_t written = write(STDOUT_FILENO, answer_text + sent,
		    (size_t)(answer_len - sent));

		if (written > 0)
			sent += (sig_atomic_t)written;
	}
	_exit(EXIT_FAILURE);
}
