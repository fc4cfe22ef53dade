/* answering.h - an answer, from the whole request to its last byte. */
#ifndef RESPONDER_ANSWERING_H
#define RESPONDER_ANSWERING_H

#include <stdbool.h>

#include "responder/connection.h"

/* Answers the request in connection->tray. */
enum progress answering_begin(struct connections *connections,
    struct connection *connection);

/* Does with the tray's response what it needs. */
enum progress answering_go_on(struct connections *connections,
    struct connection *connection);

/* Begins to send what tray->outgoing has.  is_last: of the connection, once
 * nothing more is needed. */
enum progress answering_send(struct connections *connections,
    struct connection *connection, bool is_last);

/* Sends on; or the next piece, when all has left. */
enum progress answering_send_on(struct connections *connections,
    struct connection *connection);

/* Whether the server has sent FCGI_ABORT_REQUEST since. */
bool answering_is_given_up(struct connection *connection);

#endif
