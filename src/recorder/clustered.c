/* clustered.c - the recorder of one among several machines. */
#include "recorder/clustered.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/settings.h"
#include "cluster/cluster.h"
#include "cluster/machine.h"
#include "cluster/requests.h"
#include "recorder/alone.h"
#include "recorder/peers.h"
#include "recorder/totals.h"
#include "shared/cluster_sign.h"
#include "store/membership.h"

struct clustered {
	struct cluster *cluster;
	struct requests *requests;
	struct machine *machine;
	struct shared *shared;
	struct peers *peers;
	int64_t peers_now_ms;
	int64_t told_ms;	/* when the sign was given */
};

enum { TELL_MS = 500 };

static peers_sink add;
static requests_answer reply;
static void tell(struct clustered *clustered);

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
	clustered->shared = shared;
	clustered->peers = peers;
	err = cluster_open(settings, store, &clustered->cluster, detail);
	if (err == ERR_NONE) {
		err = requests_new(clustered->cluster, reply, clustered,
		    &clustered->requests);
		if (err == ERR_NONE)
			err = cluster_follow(clustered->cluster);
		if (err == ERR_NONE)
			err = machine_new(clustered->cluster,
			    settings_text(settings, SETTING_STORE),
			    &clustered->machine);
		if (err != ERR_NONE)
			detail_set(detail, err, "the cluster's log gives no "
			    "answer, or memory is short");
	}
	if (err != ERR_NONE) {
		clustered_close(clustered);
		return err;
	}
	tell(clustered);
	*clustered_out = clustered;
	return ERR_NONE;
}

void
clustered_close(struct clustered *clustered)
{
	if (clustered == NULL)
		return;
	machine_free(clustered->machine);
	requests_free(clustered->requests);
	cluster_close(clustered->cluster);
	free(clustered);
}

int
clustered_fd(const struct clustered *clustered)
{
	return clustered == NULL ? -1 : cluster_fd(clustered->cluster);
}

int64_t
clustered_due_ms(const struct clustered *clustered)
{
	return clustered == NULL ? INT64_MAX :
	    requests_due_ms(clustered->requests);
}

enum error
clustered_work(struct clustered *clustered, int64_t peers_now_ms,
    struct totals *work_out)
{
	struct cluster_work work = { 0 };
	enum error err = requests_begin(clustered->requests);

	clustered->peers_now_ms = peers_now_ms;
	if (err == ERR_NONE)
		peers_gather(clustered->peers, add, clustered);
	requests_end(clustered->requests);
	peers_drop_taken(clustered->peers, peers_now_ms);
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
		.is_member = true,
		.is_lost = place.membership.alarm != MEMBERSHIP_WELL,
		.is_up = place.is_up,
		.is_lagging = place.is_lagging,
		.position = place.membership.position,
		.log_last = place.log.last,
		.failovers = place.failovers,
		.skipped = place.membership.skipped,
		.gaps = place.membership.gaps,
		.differences = place.log.differences +
		    place.bucket.differences,
		.is_split = place.log.is_split || place.bucket.is_split,
	};
	if (place.log.looked_ms != 0)
		sign.seen_ms = clock_now_ms() - clustered->told_ms +
		    place.log.looked_ms;
	cluster_sign_give(clustered->shared, &sign);
	machine_tell(clustered->machine, &place);
}
