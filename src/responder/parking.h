/* parking.h - requests whose answer waits for the recorder or for news.
 *
 * Such a connection has no tray, only what the rest of its answer is made
 * from.  Everything here belongs to the loop's thread.
 */
#ifndef RESPONDER_PARKING_H
#define RESPONDER_PARKING_H

#include <stdint.h>

#include "record/client.h"
#include "responder/connection.h"

/* Sends the recorder the tray's message, and parks. */
enum progress parking_ask_recorder(struct connections *connections,
    struct connection *connection);

/* What came of the message; asker is the connection. */
record_client_answered parking_take_reply;

/* Parks until there is news, or the response's time has come. */
enum progress parking_wait(struct connections *connections,
    struct connection *connection);

/* Looks for news, now that there may be some, and goes on or waits again. */
enum progress parking_resume(struct connections *connections,
    struct connection *connection);

/* A turn while it is parked: has the server gone, or given up? */
enum progress parking_turn(struct connections *connections,
    struct connection *connection, uint32_t events);

/* The recorder's answer would come too late. */
enum progress parking_give_up(struct connections *connections,
    struct connection *connection);

/* The connection is closed; it may be parked or not. */
void parking_leave(struct connections *connections,
    struct connection *connection);

#endif
