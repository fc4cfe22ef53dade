/* world.c - what the whole responder is fuzzed in. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../remove_tree.h"
#include "api/service.h"
#include "base/clock.h"
#include "base/settings.h"
#include "fuzz.h"
#include "model/api_key.h"
#include "model/event.h"
#include "record/recorder_socket.h"
#include "recorder/peer.h"
#include "responder/connections.h"
#include "responder/fcgi.h"
#include "responder/loop.h"
#include "store/api_keys.h"
#include "store/events.h"
#include "store/organizations.h"
#include "store/store.h"

enum {
	MAP_BYTES = 16 * 1024 * 1024,
	CONNECTIONS_MAX = 64,
	TIMEOUT_MS = 60 * 1000
};

static struct world world = {
	.keys = {
	    "at_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAYvyO2O",
	    "at_Zz09Zz09Zz09Zz09Zz09Zz09Zz09Zz09Zz09Zz09jBuhk1",
	},
};
static char directory[512];
static struct settings *settings;
static struct recorder_socket listening;
static struct peer peer = { .fd = -1 };

static void make_directory(void);
static void make_store(void);
static void read_pepper(struct pepper *pepper_out);
static void add_organization(struct store_txn *txn,
    const struct pepper *pepper, size_t number);
static void add_events(struct store_txn *txn,
    const struct organization *organization, const char *mark);
static void open_connections(void);
static void watch(int fd, void *what);
static void take_peer(void);
static void take_requests(void);
static void reply(const struct message_request *request);
static enum message_outcome choose_outcome(
    const struct message_request *request);
static void remove_directory(void);

struct world *
world_get(void)
{
	struct detail detail = { "" };

	if (world.connections != NULL)
		return &world;
	fuzz_silence_log();
	make_directory();
	make_store();
	FUZZ_EXPECT(recorder_socket_listen(settings_text(settings,
	    SETTING_STORE), &listening, &detail) == ERR_NONE);
	open_connections();
	return &world;
}

static void
make_directory(void)
{
	const char *top = getenv("TMPDIR");

	snprintf(directory, sizeof(directory), "%s/apitrail-fuzz-XXXXXX",
	    top == NULL ? "/tmp" : top);
	FUZZ_EXPECT(mkdtemp(directory) != NULL);
	atexit(remove_directory);
}

static void
make_store(void)
{
	const char *environment[] = { "APITRAIL_CONF=/dev/null",
	    "APITRAIL_LOCKOUT=off", NULL, NULL };
	char variable[sizeof(directory) + 32];
	struct detail detail = { "" };
	struct pepper pepper;
	struct store *store;
	struct store_txn *txn;
	bool is_made;

	snprintf(variable, sizeof(variable), "APITRAIL_STORE=%s/store",
	    directory);
	environment[2] = variable;
	FUZZ_EXPECT(settings_new(environment, &settings, &detail) ==
	    ERR_NONE);
	FUZZ_EXPECT(store_init(settings_text(settings, SETTING_STORE),
	    settings_text(settings, SETTING_PEPPER), MAP_BYTES, &is_made,
	    &detail) == ERR_NONE);
	read_pepper(&pepper);
	FUZZ_EXPECT(store_open(settings_text(settings, SETTING_STORE),
	    STORE_WRITE, MAP_BYTES, &store, &detail) == ERR_NONE);
	FUZZ_EXPECT(store_write_begin(store, true, &txn) == ERR_NONE);
	for (size_t i = 0; i < WORLD_ORGANIZATIONS; i++)
		add_organization(txn, &pepper, i);
	FUZZ_EXPECT(store_write_commit(txn) == ERR_NONE);
	/* A store is open once in a process. */
	store_close(store);
}

static void
read_pepper(struct pepper *pepper_out)
{
	char text[PEPPER_TEXT_LEN + 1];
	FILE *file = fopen(settings_text(settings, SETTING_PEPPER), "re");

	FUZZ_EXPECT(file != NULL);
	FUZZ_EXPECT(pepper_parse(text, fread(text, 1, sizeof(text), file),
	    pepper_out, NULL) == ERR_NONE);
	fclose(file);
}

static void
add_organization(struct store_txn *txn, const struct pepper *pepper,
    size_t number)
{
	struct organization organization = { .status = ORGANIZATION_ACTIVE };
	struct api_key key = {
		.name = "a key",
		.scopes = SCOPE_EVENTS_WRITE,
	};

	random_id(world.marks[number]);
	snprintf(organization.name, sizeof(organization.name), "number-%zu",
	    number);
	FUZZ_EXPECT(store_organization_add(txn, &organization,
	    clock_now_ms()) == ERR_NONE);
	key.organization = organization.number;
	FUZZ_EXPECT(api_key_is_well_formed(world.keys[number],
	    strlen(world.keys[number])));
	api_key_describe(&key, pepper, world.keys[number]);
	FUZZ_EXPECT(store_api_key_add(txn, &key, clock_now_ms()) == ERR_NONE);
	add_events(txn, &organization, world.marks[number]);
}

static void
add_events(struct store_txn *txn, const struct organization *organization,
    const char *mark)
{
	static const char *const types[] = { "queue_added",
	    "message_published_ok", "api_key_updated", "listener_deleted",
	    "something_else" };
	static struct event_draft draft;
	char text[256];

	for (size_t i = 0; i < WORLD_EVENTS; i++) {
		snprintf(text, sizeof(text), "{\"type\":\"%s\",\"queue\":"
		    "{\"id\":\"q-%zu\",\"name\":\"=%s, \\\"%zu\\\"\"}}",
		    types[i % 5], i, mark, i);
		FUZZ_EXPECT(event_draft_parse(text, strlen(text),
		    EVENT_RECORDED, organization->id, &draft, NULL) ==
		    ERR_NONE);
		FUZZ_EXPECT(store_event_append(txn, organization->number,
		    &draft, clock_now_ms()) == ERR_NONE);
	}
}

static void
open_connections(void)
{
	static struct connections connections;
	static struct loops loops;
	struct detail detail = { "" };

	FUZZ_EXPECT(fcgi_start(&detail) == ERR_NONE);
	FUZZ_EXPECT(service_new(settings, &loops.service, &detail) ==
	    ERR_NONE);
	loops.store_path = settings_text(settings, SETTING_STORE);
	loops.connections_max = CONNECTIONS_MAX;
	loops.timeout_ms = TIMEOUT_MS;
	loops.may_wait = true;
	connections.epoll_fd = -1;
	connections.now_ms = clock_steady_ms();
	FUZZ_EXPECT(connections_init(&connections, &loops) == ERR_NONE);
	world.connections = &connections;
	watch(listening.fd, &listening);
}

static void
watch(int fd, void *what)
{
	struct epoll_event event = { .events = EPOLLIN };

	event.data.ptr = what;
	FUZZ_EXPECT(epoll_ctl(world.connections->epoll_fd, EPOLL_CTL_ADD, fd,
	    &event) == 0);
}

bool
world_record(const void *what)
{
	if (what == &listening)
		take_peer();
	else if (what == &peer)
		take_requests();
	return what == &listening || what == &peer;
}

static void
take_peer(void)
{
	int fd = accept4(listening.fd, NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);

	/* The responder keeps the one connection that it makes. */
	FUZZ_EXPECT(fd >= 0 && peer.fd < 0);
	peer_open(&peer, fd, clock_steady_ms());
	watch(fd, &peer);
}

static void
take_requests(void)
{
	int64_t now_ms = clock_steady_ms();
	struct message_request request;
	size_t bytes;

	peer_receive(&peer, now_ms);
	while (peer_next(&peer, &request, &bytes)) {
		reply(&request);
		peer_take(&peer, bytes);
	}
	/* A responder sends what is right. */
	FUZZ_EXPECT(!peer.is_ended && !peer.is_broken);
	peer_drop_taken(&peer, now_ms);
	peer_send(&peer, now_ms);
	/* The replies to one input are small. */
	FUZZ_EXPECT(!peer_wants_to_send(&peer));
}

static void
reply(const struct message_request *request)
{
	static struct cursor places[RECORD_EVENTS_MAX];
	enum message_outcome outcome = choose_outcome(request);
	size_t count = 0;

	if (outcome == MESSAGE_RECORDED || outcome == MESSAGE_REPLAYED)
		count = request->event_count;
	for (size_t i = 0; i < count; i++) {
		places[i].stored_at_ms = STORED_AT_MS_MIN;
		snprintf(places[i].id, sizeof(places[i].id), "%021zu", i);
	}
	peer_reply(&peer, request->sequence, outcome, places, count,
	    clock_steady_ms());
}

/* What the digest happens to be decides, so that it is the same again. */
static enum message_outcome
choose_outcome(const struct message_request *request)
{
	static const enum message_outcome outcomes[] = { MESSAGE_RECORDED,
	    MESSAGE_REPLAYED, MESSAGE_CONFLICT, MESSAGE_MISMATCH };

	if (request->idempotency_key[0] == '\0')
		return MESSAGE_RECORDED;
	return outcomes[request->body_digest[0] % 4];
}

static void
remove_directory(void)
{
	remove_tree(directory);
}
