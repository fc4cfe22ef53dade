/* load.c - ask a server on loopback as many clients would, and measure.
 *
 *   load rate PORT CLIENTS FILE SECONDS    each client asks again and again
 *   load wait PORT CLIENTS FILE            each client waits for an event
 *   load stream PORT CLIENTS FILE          the same, on a stream of events
 *
 * FILE holds a whole request, as it goes over the wire.  `rate` prints how
 * long answers took.  The others print "asked" once all have asked, and then
 * how long after its stored_at an event was at each client; a line of
 * standard input begins that anew, for `wait` with what FILE holds by then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "clients.h"
#include "stopwatch.h"

enum { SECONDS_MAX = 600, SUCCESS_MIN = 200, SUCCESS_MAX = 299 };

/* What a run knows when an answer comes. */
struct run {
	struct stopwatch stopwatch;
	int64_t end_us;
};

static void run_rate(struct clients *clients, struct run *run,
    int64_t seconds);
static clients_answered note_answer;
static void run_rounds(struct clients *clients, struct run *run,
    const char *path);
static clients_answered note_event;
static int64_t number_of(const char *text, int64_t max);

int
main(int argc, char **argv)
{
	bool is_rate = argc == 6 && strcmp(argv[1], "rate") == 0;
	bool is_wait = argc == 5 && strcmp(argv[1], "wait") == 0;
	bool is_stream = argc == 5 && strcmp(argv[1], "stream") == 0;
	struct clients clients;
	struct run run;

	if (!is_rate && !is_wait && !is_stream) {
		fputs("usage: load rate PORT CLIENTS FILE SECONDS\n"
		    "       load wait|stream PORT CLIENTS FILE\n", stderr);
		return 2;
	}
	clients_init(&clients, (in_port_t)number_of(argv[2], UINT16_MAX),
	    (size_t)number_of(argv[3], CLIENTS_MAX));
	clients.is_stream = is_stream;
	stopwatch_init(&run.stopwatch);
	if (is_rate) {
		clients_read_request(&clients, argv[4]);
		run_rate(&clients, &run, number_of(argv[5], SECONDS_MAX));
	} else {
		run_rounds(&clients, &run, argv[4]);
	}
	stopwatch_clear(&run.stopwatch);
	clients_clear(&clients);
	return 0;
}

static void
run_rate(struct clients *clients, struct run *run, int64_t seconds)
{
	int64_t begin_us = clock_us(CLOCK_MONOTONIC);

	run->end_us = begin_us + seconds * US_PER_S;
	clients_ask_all(clients);
	while (clients->asking_count > 0)
		clients_turn(clients, note_answer, run);
	stopwatch_print(&run->stopwatch, (double)(clock_us(CLOCK_MONOTONIC) -
	    begin_us) / US_PER_S);
}

static void
note_answer(struct clients *clients, struct client *client, void *arg)
{
	struct run *run = arg;
	unsigned int status = client_status(client);
	int64_t now_us = clock_us(CLOCK_MONOTONIC);

	if (status < SUCCESS_MIN || status > SUCCESS_MAX)
		run->stopwatch.bad_count++;
	stopwatch_add(&run->stopwatch, now_us - client->asked_us);
	if (now_us < run->end_us)
		clients_ask(clients, client);
}

static void
run_rounds(struct clients *clients, struct run *run, const char *path)
{
	char line[16];

	clients_read_request(clients, path);
	clients_ask_all(clients);
	do {
		int64_t begin_us = clock_us(CLOCK_MONOTONIC);

		puts("asked");
		fflush(stdout);
		while (clients->asking_count > 0)
			clients_turn(clients, note_event, run);
		stopwatch_print(&run->stopwatch,
		    (double)(clock_us(CLOCK_MONOTONIC) - begin_us) / US_PER_S);
		if (fgets(line, sizeof(line), stdin) == NULL)
			return;
		if (clients->is_stream) {
			clients_await_all(clients);
		} else {
			clients_read_request(clients, path);
			clients_ask_all(clients);
		}
	} while (true);
}

static void
note_event(struct clients *clients, struct client *client, void *arg)
{
	struct run *run = arg;

	(void)clients;
	stopwatch_add(&run->stopwatch, clock_us(CLOCK_REALTIME) -
	    client_stored_at(client) * US_PER_MS);
}

static int64_t
number_of(const char *text, int64_t max)
{
	int64_t number;

	if (text_parse_int64(text, strlen(text), &number) != ERR_NONE ||
	    number < 1 || number > max) {
		fprintf(stderr, "load: expected a number from 1 to %lld, "
		    "got %s\n", (long long)max, text);
		exit(2);
	}
	return number;
}
