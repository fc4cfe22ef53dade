/* recorder.c - the daemon that takes events in from responders.
 *
 * One thread: what came while a commit was on its way to disk waits in the
 * sockets, and is the next commit.
 */
#include "recorder/recorder.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crash_report.h"
#include "base/doing.h"
#include "base/log.h"
#include "base/settings.h"
#include "record/group.h"
#include "recorder/chores.h"
#include "recorder/clustered.h"
#include "recorder/confine.h"
#include "record/recorder_lock.h"
#include "recorder/notify.h"
#include "recorder/peers.h"
#include "recorder/readiness.h"
#include "recorder/stop_signal.h"
#include "recorder/surroundings.h"
#include "recorder/totals.h"
#include "shared/cut_guard.h"
#include "shared/shared.h"
#include "store/store.h"

enum {
	PROCESS_UMASK = 0007,
	/* How long a commit waits for as many as the last one had. */
	GATHER_MS = 1,
	/* How long a full store is left alone. */
	FULL_MS = 100,
	/* The longest wait; when it stops, a shorter one. */
	ROUND_MS = 1000,
	STOP_ROUND_MS = 100,
	/* When it stops: what was sent is committed so long, then refused,
	 * and at last left. */
	STOP_TAKE_MS = 2000,
	STOP_MS = 4000
};

struct recorder {
	const char *path;	/* of the store */
	int64_t retention_ms;
	int lock_fd;
	struct surroundings around;
	struct store *store;
	struct shared *shared;
	struct group *group;
	struct clustered *clustered;	/* NULL: the store is its own */
	struct readiness readiness;
	struct notify notify;
	struct chores chores;
	/* Milliseconds in which peers were not looked at, which their
	 * deadlines do not count. */
	int64_t busy_ms;
	size_t last_requests;	/* of the last commit */
	bool is_more;		/* requests that did not fit the group */
	bool is_full;		/* the last commit was refused for that */
	int64_t full_until_ms;	/* and no other is tried before */
	enum error err;		/* why it cannot go on */
	struct totals totals;		/* since it began */
	struct pollfd polls[PEERS_MAX + 2];
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
static bool poll_all(struct recorder *recorder, int timeout_ms);
static void wait_for_others(struct recorder *recorder);
static void work_in_cluster(struct recorder *recorder);
static void commit(struct recorder *recorder);
static peers_sink add;
static group_answer reply;
static void note_result(struct recorder *recorder,
    const struct group_result *result);
static int64_t peers_now_ms(const struct recorder *recorder);

enum error
recorder_run(const struct settings *settings, struct detail *detail)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	struct sandbox_state sandbox;
	enum error err;

	if (recorder == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	umask(PROCESS_UMASK);
	stop_signal_catch();
	crash_report_begin();
	/* A file of counters that is cut short is no crash. */
	(void)cut_guard_install();
	err = open_all(recorder, settings, detail);
	if (err == ERR_NONE)
		err = confine(settings, &sandbox, detail);
	/* It has threads, which are confined as well. */
	if (err == ERR_NONE)
		err = clustered_open(settings, recorder->store,
		    recorder->shared, &recorder->peers, &recorder->clustered,
		    detail);
	if (err == ERR_NONE) {
		recorder->readiness.sandbox = sandbox.text;
		run(recorder);
		notify_stopping(&recorder->notify);
		stop(recorder);
		totals_log(&recorder->totals, recorder->path,
		    recorder->chores.pruned);
		err = recorder->err;
		if (err != ERR_NONE)
			clustered_explain(recorder->clustered,
			    recorder->path, err, detail);
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
	recorder->readiness.path = recorder->path;
	surroundings_init(&recorder->around, recorder->path);
	peers_init(&recorder->peers, recorder->path);
	notify_open(&recorder->notify);

	err = store_open(recorder->path, STORE_WRITE,
	    settings_number(settings, SETTING_MAP_SIZE), &recorder->store,
	    detail);
	if (err == ERR_NONE)
		err = recorder_lock_take(recorder->path, &recorder->lock_fd,
		    detail);
	if (err == ERR_NONE)
		err = surroundings_listen(&recorder->around, detail);
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
	clustered_close(recorder->clustered);
	surroundings_hide(&recorder->around);
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

		readiness_say(&recorder->readiness, &recorder->notify,
		    clustered_state(recorder->clustered));
		serve(recorder, wait_ms(recorder), false);
		begin_ms = clock_steady_ms();
		if (recorder->err == ERR_NONE)
			recorder->err = surroundings_look(&recorder->around,
			    begin_ms);
		if (recorder->err == ERR_NONE)
			recorder->err = chores_work(&recorder->chores,
			    begin_ms);
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

	if (recorder->around.socket.fd >= 0)
		peers_accept(&recorder->peers, recorder->around.socket.fd,
		    peers_now_ms(recorder));
	surroundings_hide(&recorder->around);
	peers_end_intake(&recorder->peers);
	while (recorder->peers.count > 0 && now_ms < begin_ms + STOP_MS) {
		bool is_late = now_ms >= begin_ms + STOP_TAKE_MS;

		serve(recorder, recorder->is_more ? 0 : STOP_ROUND_MS,
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
	if (clustered_due_ms(recorder->clustered) < due_ms)
		due_ms = clustered_due_ms(recorder->clustered);
	if (due_ms <= now_ms)
		return 0;
	return due_ms - now_ms < ROUND_MS ? (int)(due_ms - now_ms) : ROUND_MS;
}

static void
serve(struct recorder *recorder, int timeout_ms, bool is_refusing)
{
	struct peers *peers = &recorder->peers;
	bool is_called = poll_all(recorder, timeout_ms);

	if (is_refusing) {
		peers_refuse(peers, MESSAGE_STOPPING, peers_now_ms(recorder));
	} else if (recorder->clustered != NULL) {
		work_in_cluster(recorder);
	} else {
		wait_for_others(recorder);
		commit(recorder);
	}
	/* Not before the commit: it borrows from those who are there. */
	if (is_called)
		peers_accept(peers, recorder->around.socket.fd,
		    peers_now_ms(recorder));
	peers_send(peers, peers_now_ms(recorder));
}

/* Receives what comes within the time; whether somebody wants to connect. */
static bool
poll_all(struct recorder *recorder, int timeout_ms)
{
	struct peers *peers = &recorder->peers;
	size_t count = peers_fill_polls(peers, recorder->polls);
	bool is_listening = recorder->around.socket.fd >= 0 &&
	    peers_have_room(peers, peers_now_ms(recorder));
	int ready;

	recorder->polls[count] = (struct pollfd){
		.fd = is_listening ? recorder->around.socket.fd : -1,
		.events = POLLIN,
	};
	recorder->polls[count + 1] = (struct pollfd){
		.fd = clustered_fd(recorder->clustered),
		.events = POLLIN,
	};
	ready = stop_signal_poll(recorder->polls, count + 2, timeout_ms);
	notify_alive(&recorder->notify, clock_steady_ms());
	if (ready <= 0)
		return false;
	peers_receive(peers, recorder->polls, peers_now_ms(recorder));
	return recorder->polls[count].revents != 0;
}

/*
 * Clients that were answered together ask again almost together.  To commit
 * the first one alone, and the others after it, costs everybody two commits;
 * who is alone waits for nobody.
 */
static void
wait_for_others(struct recorder *recorder)
{
	int64_t end_ms = clock_steady_ms() + GATHER_MS;
	size_t wanted = recorder->last_requests;
	size_t count = peers_count_whole(&recorder->peers, wanted);

	while (count > 0 && count < wanted && !stop_signal_came() &&
	    clock_steady_ms() <= end_ms) {
		(void)poll_all(recorder, GATHER_MS);
		count = peers_count_whole(&recorder->peers, wanted);
	}
}

static void
work_in_cluster(struct recorder *recorder)
{
	struct totals work = { 0 };
	enum error err;

	if (!surroundings_are_ours(&recorder->around)) {
		recorder->err = ERR_STORE;
		return;
	}
	doing_begin("the log", "");
	err = clustered_work(recorder->clustered, peers_now_ms(recorder),
	    &work);
	doing_end();
	if (err != ERR_NONE)
		recorder->err = err;
	totals_add(&recorder->totals, &work);
}

static void
commit(struct recorder *recorder)
{
	struct group_result result;
	int64_t begin_ms = clock_steady_ms();

	recorder->is_more = peers_gather(&recorder->peers, add,
	    recorder->group);
	if (group_count(recorder->group) == 0)
		return;
	if (!surroundings_are_ours(&recorder->around)) {
		recorder->err = ERR_STORE;
		group_refuse(recorder->group, MESSAGE_FAILED, reply,
		    recorder);
	} else if (begin_ms < recorder->full_until_ms) {
		group_refuse_full(recorder->group, reply, recorder);
	} else {
		doing_begin("a commit", "");
		group_commit(recorder->group, reply, recorder, &result);
		doing_end();
		note_result(recorder, &result);
	}
	recorder->busy_ms += clock_steady_ms() - begin_ms;
	peers_drop_taken(&recorder->peers, peers_now_ms(recorder));
}

static bool
add(struct peer *peer, const struct message_request *request, void *arg)
{
	return group_add(arg, request, peer);
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
	recorder->last_requests = result->requests;
	totals_add(&recorder->totals, &(struct totals){
	    .requests = result->requests,
	    .recorded = result->recorded,
	    .events = result->events,
	    .pruned = result->pruned,
	    .commits = result->commits });
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
	if (result->is_full && result->recorded == 0)
		recorder->full_until_ms = clock_steady_ms() + FULL_MS;
}

static int64_t
peers_now_ms(const struct recorder *recorder)
{
	return clock_steady_ms() - recorder->busy_ms;
}
