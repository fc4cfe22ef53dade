/* clustered.c - the recorder of one among several machines. */
#include "recorder/clustered.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "cluster/cluster.h"
#include "cluster/machine.h"
#include "cluster/requests.h"
#include "cluster/seeking.h"
#include "recorder/alone.h"
#include "recorder/peers.h"
#include "recorder/totals.h"
#include "shared/cluster_sign.h"
#include "store/membership.h"
#include "store/store.h"

struct clustered {
	const struct settings *settings;
	struct store *store;
	struct seeking *seeking;	/* NULL: it has joined */
	enum clustered_state state;
	struct detail detail;
	struct cluster *cluster;
	struct requests *requests;
	struct machine *machine;
	struct shared *shared;
	struct peers *peers;
	int64_t peers_now_ms;
	int64_t told_ms;	/* when the sign was given */
};

enum { TELL_MS = 500 };

static enum error seek(struct clustered *clustered);
static void wait_for_servers(struct clustered *clustered);
static enum error join(struct clustered *clustered, struct link *link);
static void leave(struct clustered *clustered);
static enum error work(struct clustered *clustered, struct totals *work_out);
static peers_sink add;
static requests_answer reply;
static void tell(struct clustered *clustered);
static void give(struct clustered *clustered,
    const struct membership *membership, struct cluster_sign *sign);

enum error
clustered_open(const struct settings *settings, struct store *store,
    struct shared *shared, struct peers *peers,
    struct clustered **clustered_out, struct detail *detail)
{
	struct clustered *clustered;
	enum error err;

	*clustered_out = NULL;
	if (!cluster_is_set(settings))
		return alone_begin(store, shared, detail);
	clustered = calloc(1, sizeof(*clustered));
	if (clustered == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	clustered->settings = settings;
	clustered->store = store;
	clustered->shared = shared;
	clustered->peers = peers;
	err = seeking_new(settings, &clustered->seeking);
	if (err != ERR_NONE) {
		free(clustered);
		return detail_set(detail, err, "out of memory");
	}
	*clustered_out = clustered;
	return ERR_NONE;
}

void
clustered_close(struct clustered *clustered)
{
	if (clustered == NULL)
		return;
	leave(clustered);
	seeking_free(clustered->seeking);
	free(clustered);
}

enum clustered_state
clustered_state(const struct clustered *clustered)
{
	return clustered == NULL ? CLUSTERED_JOINED : clustered->state;
}

void
clustered_explain(const struct clustered *clustered, const char *path,
    enum error err, struct detail *detail)
{
	if (clustered != NULL && clustered->detail.text[0] != '\0')
		*detail = clustered->detail;
	else
		detail_set(detail, err, "%s: the recorder cannot go on",
		    path);
}

int
clustered_fd(const struct clustered *clustered)
{
	if (clustered == NULL)
		return -1;
	return clustered->state == CLUSTERED_JOINED ?
	    cluster_fd(clustered->cluster) : seeking_fd(clustered->seeking);
}

int64_t
clustered_due_ms(const struct clustered *clustered)
{
	return clustered == NULL || clustered->state != CLUSTERED_JOINED ?
	    INT64_MAX : requests_due_ms(clustered->requests);
}

enum error
clustered_work(struct clustered *clustered, int64_t peers_now_ms,
    struct totals *work_out)
{
	*work_out = (struct totals){ 0 };
	clustered->peers_now_ms = peers_now_ms;
	if (clustered->state == CLUSTERED_JOINED)
		return work(clustered, work_out);
	/* Until the servers have been asked once, who comes waits. */
	if (clustered->state == CLUSTERED_WAITING)
		peers_refuse(clustered->peers, MESSAGE_APART, peers_now_ms);
	return seek(clustered);
}

static enum error
seek(struct clustered *clustered)
{
	struct link *link;

	switch (seeking_look(clustered->seeking, &link, &clustered->detail)) {
	case SEEKING_FOUND:
		return join(clustered, link);
	case SEEKING_REFUSED:
		return ERR_MEANING;
	case SEEKING_AWAY:
		wait_for_servers(clustered);
		return ERR_NONE;
	default:
		return ERR_NONE;
	}
}

/* Says so, in the log once. */
static void
wait_for_servers(struct clustered *clustered)
{
	struct cluster_sign sign = { .is_lagging = true };
	struct membership membership = { 0 };
	struct store_txn *txn = NULL;

	if (clustered->state == CLUSTERED_WAITING) {
		clustered->detail.text[0] = '\0';
		return;
	}
	clustered->state = CLUSTERED_WAITING;
	log_fact(LEVEL_ERROR, "the recorder waits for the log that machines "
	    "share", "cause", clustered->detail.text, NULL);
	clustered->detail.text[0] = '\0';
	if (store_read_begin(clustered->store, &txn) == ERR_NONE)
		(void)store_membership_get(txn, &membership);
	store_read_end(txn);
	/* All is 0 where there is none yet. */
	give(clustered, &membership, &sign);
}

/* The servers may go away in this moment: then it waits once more. */
static enum error
join(struct clustered *clustered, struct link *link)
{
	enum error err;

	seeking_free(clustered->seeking);
	clustered->seeking = NULL;
	err = cluster_open(clustered->settings, clustered->store, link,
	    &clustered->cluster, &clustered->detail);
	if (err == ERR_NONE)
		err = requests_new(clustered->cluster, reply, clustered,
		    &clustered->requests);
	if (err == ERR_NONE)
		err = cluster_follow(clustered->cluster);
	if (err == ERR_NONE)
		err = machine_new(clustered->cluster, settings_text(
		    clustered->settings, SETTING_STORE),
		    &clustered->machine);
	if (err == ERR_NONE) {
		clustered->state = CLUSTERED_JOINED;
		clustered->detail.text[0] = '\0';
		tell(clustered);
		return ERR_NONE;
	}
	leave(clustered);
	return err == ERR_AWAY ? seeking_new(clustered->settings,
	    &clustered->seeking) : err;
}

static void
leave(struct clustered *clustered)
{
	machine_free(clustered->machine);
	requests_free(clustered->requests);
	cluster_close(clustered->cluster);
	clustered->machine = NULL;
	clustered->requests = NULL;
	clustered->cluster = NULL;
}

static enum error
work(struct clustered *clustered, struct totals *work_out)
{
	struct cluster_work work = { 0 };
	enum error err = requests_begin(clustered->requests);

	if (err == ERR_NONE)
		peers_gather(clustered->peers, add, clustered);
	requests_end(clustered->requests);
	peers_drop_taken(clustered->peers, clustered->peers_now_ms);
	if (err == ERR_NONE)
		err = requests_work(clustered->requests, &work);
	*work_out = (struct totals){
		.events = work.events,
		.pruned = work.pruned,
		.commits = work.commits,
	};
	if (clock_steady_ms() - clustered->told_ms >= TELL_MS)
		tell(clustered);
	return err;
}

static bool
add(struct peer *peer, const struct message_request *request, void *arg)
{
	struct clustered *clustered = arg;

	/* The reply may be given within. */
	peer->owed++;
	if (requests_add(clustered->requests, request, peer->number))
		return true;
	peer->owed--;
	return false;
}

static void
reply(uint64_t asker, uint64_t sequence, enum message_outcome outcome,
    const struct cursor *places, size_t place_count, void *arg)
{
	struct clustered *clustered = arg;
	struct peer *peer = peers_find(clustered->peers, asker);

	/* It went away meanwhile. */
	if (peer == NULL)
		return;
	peer->owed--;
	peer_reply(peer, sequence, outcome, places, place_count,
	    clustered->peers_now_ms);
}

static void
tell(struct clustered *clustered)
{
	struct cluster_place place;
	struct cluster_sign sign;

	clustered->told_ms = clock_steady_ms();
	cluster_look(clustered->cluster, &place);
	sign = (struct cluster_sign){
		.is_up = place.is_up,
		.is_lagging = place.is_lagging,
		.log_last = place.log.last,
		.failovers = place.failovers,
		.differences = place.log.differences +
		    place.bucket.differences,
		.is_split = place.log.is_split || place.bucket.is_split,
	};
	if (place.log.looked_ms != 0)
		sign.seen_ms = clock_now_ms() - clustered->told_ms +
		    place.log.looked_ms;
	give(clustered, &place.membership, &sign);
	machine_tell(clustered->machine, &place);
}

/* What the sign has of the store, besides what it has of servers. */
static void
give(struct clustered *clustered, const struct membership *membership,
    struct cluster_sign *sign)
{
	sign->is_member = true;
	sign->is_lost = membership->alarm != MEMBERSHIP_WELL;
	sign->position = membership->position;
	sign->skipped = membership->skipped;
	sign->gaps = membership->gaps;
	cluster_sign_give(clustered->shared, sign);
}
