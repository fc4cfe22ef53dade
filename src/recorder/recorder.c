/* recorder.c - the daemon that takes events in from responders.
 *
 * One thread: what came while a commit was on its way to disk waits in the
 * sockets, and is the next commit.
 */
#include "recorder/recorder.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "record/group.h"
#include "record/recorder_socket.h"
#include "recorder/chores.h"
#include "recorder/lock.h"
#include "recorder/notify.h"
#include "recorder/peers.h"
#include "recorder/stop_signal.h"
#include "shared/shared.h"
#include "store/store.h"
#include "store/store_file.h"

enum {
	PROCESS_UMASK = 0007,
	/* How often files are looked at that others may replace. */
	LOOK_MS = 1000,
	/* When it stops: what was sent is committed so long, then refused,
	 * and at last left. */
	STOP_TAKE_MS = 2000,
	STOP_MS = 4000,
	NUMBER_SIZE = 24
};

struct recorder {
	const char *path;	/* of the store */
	int64_t retention_ms;
	int lock_fd;
	struct recorder_socket socket;
	bool is_socket_complained;
	struct file_identity identity;	/* of the data file */
	struct store *store;
	struct shared *shared;
	struct group *group;
	struct notify notify;
	struct chores chores;
	/* Milliseconds in which peers were not looked at, which their
	 * deadlines do not count. */
	int64_t busy_ms;
	int64_t look_at_ms;
	bool is_more;		/* requests that did not fit the group */
	bool is_full;		/* the last commit was refused for that */
	enum error err;		/* why it cannot go on */
	struct group_result all;	/* since it began */
	struct pollfd polls[PEERS_MAX + 1];
	struct peers peers;
};

static enum error open_all(struct recorder *recorder,
    const struct settings *settings, struct detail *detail);
static void close_all(struct recorder *recorder);
static void run(struct recorder *recorder);
static void stop(struct recorder *recorder);
static int wait_ms(struct recorder *recorder);
static void serve(struct recorder *recorder, int timeout_ms,
    bool is_refusing);
static void commit(struct recorder *recorder);
static group_answer reply;
static void note_result(struct recorder *recorder,
    const struct group_result *result);
static bool is_store_ours(struct recorder *recorder);
static void look_around(struct recorder *recorder, int64_t now_ms);
static int64_t peers_now_ms(const struct recorder *recorder);
static void log_end(const struct recorder *recorder);

enum error
recorder_run(const struct settings *settings, struct detail *detail)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	enum error err;

	if (recorder == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	umask(PROCESS_UMASK);
	stop_signal_catch();
	err = open_all(recorder, settings, detail);
	if (err == ERR_NONE) {
		log_fact(LEVEL_NOTICE, "the recorder takes events in",
		    "store", recorder->path, NULL);
		notify_ready(&recorder->notify);
		run(recorder);
		notify_stopping(&recorder->notify);
		stop(recorder);
		log_end(recorder);
		err = recorder->err;
		if (err != ERR_NONE)
			detail_set(detail, err,
			    "%s: the recorder cannot go on", recorder->path);
	}
	close_all(recorder);
	free(recorder);
	return err;
}

static enum error
open_all(struct recorder *recorder, const struct settings *settings,
    struct detail *detail)
{
	enum error err;

	recorder->path = settings_text(settings, SETTING_STORE);
	recorder->retention_ms = settings_number(settings,
	    SETTING_RETENTION);
	recorder->lock_fd = -1;
	recorder->socket.fd = -1;
	peers_init(&recorder->peers, recorder->path);
	notify_open(&recorder->notify);

	recorder->identity = store_file_identity(recorder->path);
	err = store_open(recorder->path, STORE_WRITE,
	    settings_number(settings, SETTING_MAP_SIZE), &recorder->store,
	    detail);
	if (err == ERR_NONE)
		err = lock_take(recorder->path, &recorder->lock_fd, detail);
	if (err == ERR_NONE)
		err = recorder_socket_listen(recorder->path,
		    &recorder->socket, detail);
	if (err != ERR_NONE)
		return err;

	err = shared_new(recorder->path, &recorder->shared);
	if (err == ERR_NONE)
		err = group_new(recorder->store, recorder->retention_ms,
		    &recorder->group);
	if (err != ERR_NONE)
		return detail_set(detail, err, "out of memory");
	chores_init(&recorder->chores, recorder->store, recorder->shared,
	    recorder->retention_ms);
	return ERR_NONE;
}

static void
close_all(struct recorder *recorder)
{
	peers_clear(&recorder->peers);
	recorder_socket_close(recorder->path, &recorder->socket);
	group_free(recorder->group);
	shared_free(recorder->shared);
	store_close(recorder->store);
	if (recorder->lock_fd >= 0)
		close(recorder->lock_fd);
	notify_close(&recorder->notify);
}

static void
run(struct recorder *recorder)
{
	while (!stop_signal_came() && recorder->err == ERR_NONE) {
		int64_t begin_ms;

		serve(recorder, wait_ms(recorder), false);
		begin_ms = clock_steady_ms();
		if (recorder->err == ERR_NONE)
			recorder->err = chores_work(&recorder->chores,
			    begin_ms);
		look_around(recorder, begin_ms);
		recorder->busy_ms += clock_steady_ms() - begin_ms;
	}
}

/*
 * Whoever has connected is taken in, then nobody more; what was sent up to now
 * is committed and answered; what is sent from now on fails at the sender.
 */
static void
stop(struct recorder *recorder)
{
	int64_t begin_ms = clock_steady_ms();
	int64_t now_ms = begin_ms;

	if (recorder->socket.fd >= 0)
		peers_accept(&recorder->peers, recorder->socket.fd,
		    peers_now_ms(recorder));
	recorder_socket_close(recorder->path, &recorder->socket);
	peers_end_intake(&recorder->peers);
	while (recorder->peers.count > 0 && now_ms < begin_ms + STOP_MS) {
		bool is_late = now_ms >= begin_ms + STOP_TAKE_MS;

		serve(recorder, recorder->is_more ? 0 : LOOK_MS / 10,
		    is_late || recorder->err != ERR_NONE);
		now_ms = clock_steady_ms();
	}
	if (recorder->err == ERR_NONE)
		chores_finish(&recorder->chores);
}

static int
wait_ms(struct recorder *recorder)
{
	int64_t now_ms = clock_steady_ms();
	int64_t due_ms = chores_due_ms(&recorder->chores);

	if (recorder->is_more)
		return 0;
	if (recorder->notify.alive_at_ms < due_ms)
		due_ms = recorder->notify.alive_at_ms;
	if (due_ms <= now_ms)
		return 0;
	return due_ms - now_ms < LOOK_MS ? (int)(due_ms - now_ms) : LOOK_MS;
}

static void
serve(struct recorder *recorder, int timeout_ms, bool is_refusing)
{
	struct peers *peers = &recorder->peers;
	size_t count = peers_fill_polls(peers, recorder->polls);
	bool is_listening = recorder->socket.fd >= 0 &&
	    peers_have_room(peers, peers_now_ms(recorder));
	int ready;

	recorder->polls[count] = (struct pollfd){
		.fd = is_listening ? recorder->socket.fd : -1,
		.events = POLLIN,
	};
	ready = stop_signal_poll(recorder->polls, count + 1, timeout_ms);
	notify_alive(&recorder->notify, clock_steady_ms());
	if (ready > 0) {
		peers_receive(peers, recorder->polls,
		    peers_now_ms(recorder));
		if (recorder->polls[count].revents != 0)
			peers_accept(peers, recorder->socket.fd,
			    peers_now_ms(recorder));
	}
	if (is_refusing)
		peers_refuse(peers, MESSAGE_STOPPING, peers_now_ms(recorder));
	else
		commit(recorder);
	peers_send(peers, peers_now_ms(recorder));
}

static void
commit(struct recorder *recorder)
{
	struct group_result result;
	int64_t begin_ms;

	recorder->is_more = peers_gather(&recorder->peers, recorder->group);
	if (group_count(recorder->group) == 0)
		return;
	if (!is_store_ours(recorder)) {
		recorder->err = ERR_STORE;
		group_refuse(recorder->group, reply, recorder);
	} else {
		begin_ms = clock_steady_ms();
		group_commit(recorder->group, reply, recorder, &result);
		recorder->busy_ms += clock_steady_ms() - begin_ms;
		note_result(recorder, &result);
	}
	peers_drop_taken(&recorder->peers, peers_now_ms(recorder));
}

static void
reply(void *asker, uint64_t sequence, enum message_outcome outcome,
    const struct cursor *places, size_t place_count, void *arg)
{
	peer_reply(asker, sequence, outcome, places, place_count,
	    peers_now_ms(arg));
}

static void
note_result(struct recorder *recorder, const struct group_result *result)
{
	struct group_result *all = &recorder->all;

	all->requests += result->requests;
	all->recorded += result->recorded;
	all->events += result->events;
	all->pruned += result->pruned;
	all->commits += result->commits;
	if (result->is_broken)
		recorder->err = ERR_STORE;
	if (result->is_full && !recorder->is_full)
		log_fact(LEVEL_ERROR, "the store is full: events are "
		    "refused until some are too old, or APITRAIL_MAP_SIZE is "
		    "larger", "store", recorder->path, NULL);
	if (recorder->is_full && result->commits > 0 && !result->is_full)
		log_fact(LEVEL_NOTICE, "the store has room again",
		    "store", recorder->path, NULL);
	if (result->is_full || result->commits > 0)
		recorder->is_full = result->is_full;
}

/* Another store at its path would never show what is recorded here. */
static bool
is_store_ours(struct recorder *recorder)
{
	struct file_identity now = store_file_identity(recorder->path);

	if (now.is_there && now.device == recorder->identity.device &&
	    now.inode == recorder->identity.inode)
		return true;
	log_fact(LEVEL_ERROR, now.is_there ?
	    "another store has taken this one's place" :
	    "the store is not there any more", "store", recorder->path,
	    NULL);
	return false;
}

static void
look_around(struct recorder *recorder, int64_t now_ms)
{
	struct detail detail;

	if (now_ms < recorder->look_at_ms || recorder->err != ERR_NONE)
		return;
	recorder->look_at_ms = now_ms + LOOK_MS;
	shared_renew(recorder->shared);
	if (!is_store_ours(recorder)) {
		recorder->err = ERR_STORE;
		return;
	}
	if (recorder_socket_is_there(recorder->path, &recorder->socket)) {
		recorder->is_socket_complained = false;
		return;
	}
	/* Nobody would find the old one. */
	recorder_socket_close(recorder->path, &recorder->socket);
	if (recorder_socket_listen(recorder->path, &recorder->socket,
	    &detail) == ERR_NONE)
		log_fact(LEVEL_WARNING, "the recorder's socket was gone, and "
		    "is made anew", "store", recorder->path, NULL);
	else if (!recorder->is_socket_complained)
		log_fact(LEVEL_ERROR, "the recorder's socket is gone",
		    "store", recorder->path, "cause", detail.text, NULL);
	recorder->is_socket_complained = recorder->socket.fd < 0;
}

static int64_t
peers_now_ms(const struct recorder *recorder)
{
	return clock_steady_ms() - recorder->busy_ms;
}

static void
log_end(const struct recorder *recorder)
{
	const struct group_result *all = &recorder->all;
	char requests[NUMBER_SIZE];
	char recorded[NUMBER_SIZE];
	char events[NUMBER_SIZE];
	char commits[NUMBER_SIZE];
	char pruned[NUMBER_SIZE];

	snprintf(requests, NUMBER_SIZE, "%" PRIu64, all->requests);
	snprintf(recorded, NUMBER_SIZE, "%" PRIu64, all->recorded);
	snprintf(events, NUMBER_SIZE, "%" PRIu64, all->events);
	snprintf(commits, NUMBER_SIZE, "%" PRIu64, all->commits);
	snprintf(pruned, NUMBER_SIZE, "%" PRIu64,
	    all->pruned + recorder->chores.pruned);
	log_fact(LEVEL_NOTICE, "the recorder stops", "store",
	    recorder->path, "requests", requests, "recorded", recorded,
	    "events", events, "commits", commits, "pruned", pruned, NULL);
}
