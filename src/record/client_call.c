/* client_call.c - one message to the recorder, waited for. */
#include <poll.h>
#include <stdbool.h>

#include "base/clock.h"
#include "record/client.h"

/* What record_client_call waits for. */
struct call {
	record_client_answered *answered;
	void *asker;
	bool is_answered;
};

static record_client_answered finish;

enum error
record_client_call(const char *store_path, struct buffer *message,
    int64_t timeout_ms, record_client_answered *answered, void *asker)
{
	struct call call = { .answered = answered, .asker = asker };
	struct record_client *client = NULL;
	int64_t now_ms = clock_steady_ms();
	uint64_t ticket;
	enum error err;

	err = record_client_new(store_path, timeout_ms, finish, &client);
	if (err == ERR_NONE)
		err = record_client_send(client, message, now_ms, &call,
		    &ticket);
	/* Its own deadline ends this. */
	while (err == ERR_NONE && !call.is_answered) {
		struct pollfd poll_fd = {
			.fd = record_client_fd(client),
			.events = POLLIN,
		};
		int64_t wait_ms = record_client_wake_ms(client) - now_ms;

		(void)poll(&poll_fd, 1, wait_ms < 0 ? 0 : (int)wait_ms);
		now_ms = clock_steady_ms();
		record_client_work(client, now_ms);
	}
	record_client_free(client);
	return err;
}

static void
finish(void *asker, enum error err, const struct message_reply *reply,
    struct buffer *message)
{
	struct call *call = asker;

	call->is_answered = true;
	call->answered(call->asker, err, reply, message);
}
