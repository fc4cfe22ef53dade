/* peers.c - all connections of responders. */
#include "recorder/peers.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "record/recorder_socket.h"

/* While files or memory are short. */
enum { ACCEPT_PAUSE_MS = 100 };

static bool gather_from(struct peer *peer, peers_sink *sink, void *arg);
static bool has_idle(struct peers *peers);
static void pause_accepting(struct peers *peers, int64_t now_ms);

void
peers_init(struct peers *peers, const char *store_path)
{
	peers->store_path = store_path;
	peers->accept_at_ms = 0;
	peers->is_accept_complained = false;
	peers->count = 0;
	peers->turn = 0;
	peers->last_number = 0;
}

void
peers_clear(struct peers *peers)
{
	while (peers->count > 0)
		peer_close(&peers->all[--peers->count]);
}

size_t
peers_fill_polls(const struct peers *peers, struct pollfd *polls)
{
	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->all[i];

		polls[i] = (struct pollfd){ .fd = peer->fd };
		if (peer_wants_to_read(peer))
			polls[i].events |= POLLIN;
		if (peer_wants_to_send(peer))
			polls[i].events |= POLLOUT;
		/* One that hung up would be told of for ever. */
		if (polls[i].events == 0)
			polls[i].fd = -1;
	}
	return peers->count;
}

void
peers_receive(struct peers *peers, const struct pollfd *polls,
    int64_t now_ms)
{
	for (size_t i = 0; i < peers->count; i++)
		if ((polls[i].revents & ~POLLOUT) != 0)
			peer_receive(&peers->all[i], now_ms);
}

bool
peers_have_room(struct peers *peers, int64_t now_ms)
{
	return now_ms >= peers->accept_at_ms &&
	    (peers->count < PEERS_MAX || has_idle(peers));
}

void
peers_accept(struct peers *peers, int listen_fd, int64_t now_ms)
{
	for (int i = 0; i < ACCEPTS_PER_ROUND && peers->count < PEERS_MAX;
	    i++) {
		int fd = accept4(listen_fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0) {
			if (errno != EAGAIN && errno != EINTR &&
			    errno != ECONNABORTED)
				pause_accepting(peers, now_ms);
			return;
		}
		peers->is_accept_complained = false;
		if (recorder_socket_admits(peers->store_path, fd)) {
			peer_open(&peers->all[peers->count], fd, now_ms);
			peers->all[peers->count++].number =
			    ++peers->last_number;
		} else {
			close(fd);
		}
	}
	/* It takes what was sent, and then its place is free. */
	for (size_t i = 0; i < peers->count && peers->count == PEERS_MAX; i++)
		if (peer_is_idle(&peers->all[i])) {
			peer_end_intake(&peers->all[i]);
			return;
		}
}

size_t
peers_count_whole(const struct peers *peers, size_t count_max)
{
	size_t count = 0;

	for (size_t i = 0; i < peers->count && count < count_max; i++)
		count += peer_count_whole(&peers->all[i]);
	return count;
}

struct peer *
peers_find(struct peers *peers, uint64_t number)
{
	for (size_t i = 0; i < peers->count; i++)
		if (peers->all[i].number == number)
			return &peers->all[i];
	return NULL;
}

bool
peers_gather(struct peers *peers, peers_sink *sink, void *arg)
{
	for (size_t i = 0; i < peers->count; i++) {
		size_t index = (peers->turn + i) % peers->count;

		if (gather_from(&peers->all[index], sink, arg))
			continue;
		/* Who had to wait is asked first. */
		peers->turn = index;
		return true;
	}
	return false;
}

void
peers_drop_taken(struct peers *peers, int64_t now_ms)
{
	for (size_t i = 0; i < peers->count; i++)
		peer_drop_taken(&peers->all[i], now_ms);
}

void
peers_refuse(struct peers *peers, enum message_outcome outcome,
    int64_t now_ms)
{
	for (size_t i = 0; i < peers->count; i++) {
		struct peer *peer = &peers->all[i];
		struct message_request request;
		size_t bytes;

		while (peer_next(peer, &request, &bytes)) {
			peer_take(peer, bytes);
			peer_reply(peer, request.sequence, outcome, NULL, 0,
			    now_ms);
		}
		peer_drop_taken(peer, now_ms);
	}
}

void
peers_end_intake(struct peers *peers)
{
	for (size_t i = 0; i < peers->count; i++)
		peer_end_intake(&peers->all[i]);
}

void
peers_send(struct peers *peers, int64_t now_ms)
{
	for (size_t i = 0; i < peers->count; i++) {
		struct peer *peer = &peers->all[i];

		peer_send(peer, now_ms);
		if (!peer_is_over(peer, now_ms))
			continue;
		peer_close(peer);
		peers->all[i--] = peers->all[--peers->count];
	}
}

/* False when the sink is full. */
static bool
gather_from(struct peer *peer, peers_sink *sink, void *arg)
{
	struct message_request request;
	size_t bytes;

	while (peer_next(peer, &request, &bytes)) {
		if (!sink(peer, &request, arg))
			return false;
		peer_take(peer, bytes);
	}
	return true;
}

static bool
has_idle(struct peers *peers)
{
	for (size_t i = 0; i < peers->count; i++)
		if (peer_is_idle(&peers->all[i]))
			return true;
	return false;
}

static void
pause_accepting(struct peers *peers, int64_t now_ms)
{
	if (!peers->is_accept_complained)
		log_fact(LEVEL_ERROR, "connections cannot be accepted",
		    "cause", strerror(errno), NULL);
	peers->is_accept_complained = true;
	peers->accept_at_ms = now_ms + ACCEPT_PAUSE_MS;
}
