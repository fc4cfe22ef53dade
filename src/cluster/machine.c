/* machine.c - what a machine tells of itself, and what all of them tell. */
#include "cluster/machine.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "cluster/cluster.h"
#include "model/cluster_secrets.h"
#include "stream/beacon.h"
#include "stream/bucket.h"

enum { HOST_SIZE = 65, KEY_SIZE = 80, ASK_MS = 1000 };

/* One line: what a name cannot hold stands before it. */
#define STATE_FORMAT "%" SCNu64 " %" SCNu64 " %" SCNd64 " %" SCNu64 \
	" %" SCNu64 " %31s %" SCNu64 " %" SCNu64 " %" SCNx64 " %" SCNu64 \
	" %" SCNx64 " %n"

struct machine {
	struct beacon *beacon;
	char name[MACHINE_NAME_SIZE];
};

struct asking {
	machine_visit *visit;
	void *arg;
};

static void make_name(const char *store_path, char name[MACHINE_NAME_SIZE]);
static enum error register_name(struct cluster *cluster, const char *name);
static beacon_visit read_answer;

enum error
machine_new(struct cluster *cluster, const char *store_path,
    struct machine **machine_out)
{
	struct machine *machine = calloc(1, sizeof(*machine));
	enum error err;

	*machine_out = NULL;
	if (machine == NULL)
		return ERR_NO_MEMORY;
	make_name(store_path, machine->name);
	err = register_name(cluster, machine->name);
	if (err == ERR_NONE)
		err = beacon_new(cluster_link(cluster), &machine->beacon);
	if (err != ERR_NONE) {
		free(machine);
		return err;
	}
	*machine_out = machine;
	return ERR_NONE;
}

void
machine_free(struct machine *machine)
{
	if (machine == NULL)
		return;
	beacon_free(machine->beacon);
	free(machine);
}

void
machine_tell(struct machine *machine, const struct cluster_place *place)
{
	const struct membership *membership = &place->membership;
	const struct log_digest *digest = &place->digest;
	struct buffer text;

	if (machine == NULL)
		return;
	buffer_init(&text, BEACON_TEXT_BYTES_MAX);
	buffer_add_format(&text, "%" PRIu64 " %" PRIu64 " %" PRId64 " %"
	    PRIu64 " %" PRIu64 " %s", membership->position,
	    place->log.last, membership->position_ms, membership->skipped,
	    membership->gaps, membership_alarm_name(membership->alarm));
	buffer_add_format(&text, " %" PRIu64 " %" PRIu64 " %" PRIx64 " %"
	    PRIu64 " %" PRIx64 " %s", digest->first, digest->last,
	    digest->running, digest->whole_first, digest->whole,
	    machine->name);
	if (text.error == ERR_NONE)
		beacon_tell(machine->beacon, text.bytes, text.len);
	buffer_clear(&text);
}

enum error
machines_ask(struct link *link, machine_visit *visit, void *arg)
{
	struct asking asking = { .visit = visit, .arg = arg };

	return beacon_ask(link, ASK_MS, read_answer, &asking);
}

enum error
machines_known(struct cluster *cluster, machine_name_visit *visit,
    void *arg)
{
	return bucket_scan(cluster_bucket(cluster), "machine.*", visit, arg);
}

static void
make_name(const char *store_path, char name[MACHINE_NAME_SIZE])
{
	char host[HOST_SIZE] = "";
	char path[PATH_MAX];

	if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0')
		snprintf(host, sizeof(host), "unnamed");
	if (realpath(store_path, path) == NULL)
		snprintf(path, sizeof(path), "%s", store_path);
	if (snprintf(name, MACHINE_NAME_SIZE, "%s:%s", host, path) >=
	    MACHINE_NAME_SIZE)
		name[MACHINE_NAME_SIZE - 1] = '\0';
}

static enum error
register_name(struct cluster *cluster, const char *name)
{
	char token[CLUSTER_TOKEN_LEN + 1];
	char key[KEY_SIZE];
	uint64_t revision;
	enum error err;

	cluster_token_make(cluster_secrets(cluster), name, token);
	snprintf(key, sizeof(key), "machine.%s", token);
	err = bucket_put(cluster_bucket(cluster), key, name, strlen(name), 0,
	    &revision);
	return err == ERR_EXISTS ? ERR_NONE : err;
}

/* What is not as it should be is of another version, and left out. */
static void
read_answer(const char *text, size_t text_len, void *arg)
{
	const struct asking *asking = arg;
	struct machine_state state = { .position = 0 };
	char line[BEACON_TEXT_BYTES_MAX + 1];
	int name_offset = 0;

	/* Whoever reaches the servers may answer. */
	if (text_len > BEACON_TEXT_BYTES_MAX ||
	    !utf8_is_valid(text, text_len))
		return;
	memcpy(line, text, text_len);
	line[text_len] = '\0';
	if (sscanf(line, STATE_FORMAT, &state.position, &state.log_last,
	    &state.position_ms, &state.skipped, &state.gaps, state.alarm,
	    &state.digest.first, &state.digest.last, &state.digest.running,
	    &state.digest.whole_first, &state.digest.whole,
	    &name_offset) != 11 || name_offset == 0 ||
	    snprintf(state.name, sizeof(state.name), "%s",
	    line + name_offset) >= (int)sizeof(state.name))
		return;
	asking->visit(&state, asking->arg);
}
