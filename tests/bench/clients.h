/* clients.h - many HTTP clients on one thread, each with a kept connection.
 *
 * For measuring a server on loopback: whatever goes wrong ends the program.
 */
#ifndef BENCH_CLIENTS_H
#define BENCH_CLIENTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum { CLIENTS_MAX = 10000, US_PER_S = 1000000, US_PER_MS = 1000 };

struct client {
	int fd;			/* -1: it connects when it asks */
	int64_t asked_us;	/* by CLOCK_MONOTONIC */
	size_t sent;
	bool is_asking;
	struct buffer answer;	/* head and body, or a piece of a stream */
};

struct clients {
	in_port_t port;
	bool is_stream;		/* an event is an answer */
	int epoll_fd;
	struct client *all;
	size_t count;
	size_t asking_count;
	struct buffer request;	/* what all of them send */
};

/* Called with each answer that is whole; it may ask anew. */
typedef void clients_answered(struct clients *clients,
    struct client *client, void *arg);

void clients_init(struct clients *clients, in_port_t port, size_t count);
void clients_clear(struct clients *clients);

/* Reads the request, as it goes over the wire, from a file. */
void clients_read_request(struct clients *clients, const char *path);

void clients_ask(struct clients *clients, struct client *client);
void clients_ask_all(struct clients *clients);
/* On streams that are there: each awaits an event from now on. */
void clients_await_all(struct clients *clients);

/* Sends, and takes in what has come. */
void clients_turn(struct clients *clients, clients_answered *answered,
    void *arg);

unsigned int client_status(const struct client *client);
/* In milliseconds since 1970. */
int64_t client_stored_at(const struct client *client);

#endif
