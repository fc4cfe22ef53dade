/* peers.h - all connections of responders. */
#ifndef RECORDER_PEERS_H
#define RECORDER_PEERS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/peer.h"

enum { PEERS_MAX = 512, ACCEPTS_PER_ROUND = 64 };

struct peers {
	const char *store_path;	/* borrowed */
	int64_t accept_at_ms;	/* files or memory were short until then */
	bool is_accept_complained;
	size_t count;
	size_t turn;		/* who is asked first for requests */
	uint64_t last_number;	/* that a peer got */
	struct peer all[PEERS_MAX];
};

void peers_init(struct peers *peers, const char *store_path);
void peers_clear(struct peers *peers);

/* What poll is to look for: PEERS_MAX rows at most. */
size_t peers_fill_polls(const struct peers *peers, struct pollfd *polls);
/* Receives from those of whom the filled rows tell something. */
void peers_receive(struct peers *peers, const struct pollfd *polls,
    int64_t now_ms);

/* Whether the listening socket is worth polling: there is room, or somebody
 * idle was asked to make some. */
bool peers_have_room(struct peers *peers, int64_t now_ms);
void peers_accept(struct peers *peers, int listen_fd, int64_t now_ms);

/* How many whole requests there are, or as many as asked for. */
size_t peers_count_whole(const struct peers *peers, size_t count_max);

/* The one of that number, or NULL when it has gone. */
struct peer *peers_find(struct peers *peers, uint64_t number);

/* Gives whole requests to the sink, by turns of the peers, until there are no
 * more, or it says false: then it had no room, and this returns true. */
typedef bool peers_sink(struct peer *peer,
    const struct message_request *request, void *arg);
bool peers_gather(struct peers *peers, peers_sink *sink, void *arg);
/* After the commit. */
void peers_drop_taken(struct peers *peers, int64_t now_ms);

/* Answers every whole request with this outcome. */
void peers_refuse(struct peers *peers, enum message_outcome outcome,
    int64_t now_ms);

/* peer_end_intake of all. */
void peers_end_intake(struct peers *peers);

/* Sends what waits, and closes those that are over. */
void peers_send(struct peers *peers, int64_t now_ms);

#endif
