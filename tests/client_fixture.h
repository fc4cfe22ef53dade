/* client_fixture.h - a client, and a recorder that the test plays.
 *
 * Both are in one thread, with a clock of their own.
 */
#ifndef TESTS_CLIENT_FIXTURE_H
#define TESTS_CLIENT_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "record/client.h"
#include "record/message.h"
#include "record/recorder_socket.h"

enum { TIMEOUT_MS = 1000, BACK_OFF_MS = 2000, ASKERS_MAX = 16 };

/* What came of a message. */
struct asker {
	int answer_count;
	enum error err;
	enum message_outcome outcome;
	uint64_t ticket;
};

struct client_fixture {
	char *directory;
	struct recorder_socket listening;
	int fd;			/* the recorder's end; -1 */
	struct buffer received;
	struct record_client *client;
	int64_t now_ms;
	struct asker askers[ASKERS_MAX];
};

/* No recorder listens at first. */
void client_fixture_open(struct client_fixture *pair);
void client_fixture_close(struct client_fixture *pair);

/* The recorder's side: begins to listen, takes the client in, ends the
 * connection, reads the next request, which it gives the sequence number of,
 * and replies. */
void client_fixture_listen(struct client_fixture *pair);
void client_fixture_accept(struct client_fixture *pair);
void client_fixture_drop(struct client_fixture *pair);
uint64_t client_fixture_take(struct client_fixture *pair);
void client_fixture_reply(struct client_fixture *pair, uint64_t sequence,
    enum message_outcome outcome);
/* Takes and replies that it is recorded. */
void client_fixture_record(struct client_fixture *pair);

/* The client's side. */
enum error client_fixture_send(struct client_fixture *pair, size_t asker,
    size_t event_count);
void client_fixture_work(struct client_fixture *pair, int64_t later_ms);
bool client_fixture_is_readable(struct client_fixture *pair);
record_client_answered client_fixture_answered;

/* What else may lie where the recorder's socket should. */
void client_fixture_lay_file(struct client_fixture *pair);
void client_fixture_lay_dead_socket(struct client_fixture *pair);

#endif
