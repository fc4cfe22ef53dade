/* client.h - the way of a request to the recorder, and of its reply back.
 *
 * One client to an event loop, used by its thread alone.  It keeps one
 * connection, made when first needed and again when lost, sends messages
 * without waiting for the replies to those before, and never blocks.
 */
#ifndef RECORD_CLIENT_H
#define RECORD_CLIENT_H

#include <stdint.h>

#include "base/error.h"

struct buffer;
struct message_reply;
struct record_client;

enum {
	/* Messages that are sent or wait, and the bytes of those that wait:
	 * beyond is ERR_OVERLOAD. */
	RECORD_CLIENT_MESSAGES_MAX = 4096,
	RECORD_CLIENT_BYTES_MAX = 16 * 1024 * 1024,
	/* What a responder allows the recorder, all in all. */
	RECORD_TIMEOUT_MS = 10 * 1000
};

/*
 * What came of a message.
 *
 *   ERR_NONE     reply says; it and its places are borrowed for the call
 *   ERR_AWAY     it did not reach the recorder: nothing was recorded.  Also
 *                when there is none, or it does not take messages
 *   ERR_IO       it was sent, and then the connection was lost or the time
 *                was over: nobody knows.  A repeat under the same idempotency
 *                key will tell
 *
 * reply is NULL but for ERR_NONE.  message is the one that was sent, for its
 * events; what the call leaves in it is freed.  record_client_send and
 * record_client_forget are allowed within.
 */
typedef void record_client_answered(void *asker, enum error err,
    const struct message_reply *reply, struct buffer *message);

/* store_path is copied; timeout_ms is all that a message may take.  Connects
 * to nobody yet.  ERR_NO_MEMORY, ERR_IO. */
enum error record_client_new(const char *store_path, int64_t timeout_ms,
    record_client_answered *answered, struct record_client **client_out);
/* Nobody is answered any more. */
void record_client_free(struct record_client *client);

/* The same for all its life, whatever connection is behind it: readable
 * (EPOLLIN) when record_client_work has something to do. */
int record_client_fd(const struct record_client *client);

/* When record_client_work is to be called though the descriptor is not
 * readable; INT64_MAX: no need.  Times are clock_steady_ms. */
int64_t record_client_wake_ms(const struct record_client *client);

/*
 * Takes a whole request over, of which the buffer is empty afterwards, gives
 * it its sequence number and sends what the socket takes.  Each message that
 * was taken is answered once, never within this call, unless it is forgotten.
 *
 * ERR_OVERLOAD, ERR_AWAY, ERR_NO_MEMORY: the message stays with the caller.
 */
enum error record_client_send(struct record_client *client,
    struct buffer *message, int64_t now_ms, void *asker,
    uint64_t *ticket_out);

/* The asker went away.  The message is recorded all the same, if it was
 * sent; otherwise it is dropped. */
void record_client_forget(struct record_client *client, uint64_t ticket);

/* Does what is due, and answers whom it can. */
void record_client_work(struct record_client *client, int64_t now_ms);

/*
 * Sends one message and waits for what comes of it, timeout_ms at the most;
 * answered is called before it returns, unless it returns an error, which are
 * those of record_client_new and record_client_send.
 */
enum error record_client_call(const char *store_path, struct buffer *message,
    int64_t timeout_ms, record_client_answered *answered, void *asker);

#endif
