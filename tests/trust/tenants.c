/* tenants.c - asks as many tenants at once, and looks whose events come.
 *
 *   tenants SOCKET PLAN STATES REQUESTS SEED
 *
 * Each line of PLAN is an API key, its organization's id, and 1 when it may
 * write.  STATES holds a state for each, mapped, as somebody else changes
 * keys and organizations meanwhile: the status that it is answered, and a
 * count of changes above it.  Prints JSON, and a line for each fault.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "record_bytes.h"

enum {
	TENANTS_MAX = 1024,
	KEY_BYTES_MAX = 64,
	ID_LEN = 21,
	STAMP_LEN = 13,
	CONNECTIONS = 16,
	CURSORS = 4096,
	QUERY_BYTES_MAX = 256,
	REQUEST_BYTES_MAX = 4096,
	ANSWER_BYTES_MAX = 8 * 1024 * 1024,
	FAULTS_MAX = 20,
	/* Of so many requests by a key that may write, one does. */
	POST_EVERY = 1000,
	IDEMPOTENCY_KEYS = 100000,
	STATUS_MASK = 0xfff,
	/* It changes right now. */
	STATUS_ANY = 0xfff
};

struct tenant {
	char key[KEY_BYTES_MAX];
	char organization[ID_LEN + 1];
	bool may_write;
};

struct place {
	char stored_at[STAMP_LEN + 1];
	char id[ID_LEN + 1];
};

struct ask {
	int fd;
	unsigned int tenant;
	uint32_t state;		/* before it was sent */
	bool is_post;
	char query[QUERY_BYTES_MAX];
};

static struct tenant tenants[TENANTS_MAX];
static unsigned int tenant_count;
static _Atomic uint32_t *states;
static struct place places[CURSORS];
static struct ask asks[CONNECTIONS];
static struct bytes answer = { .size = ANSWER_BYTES_MAX };
static uint64_t random_state;
static uint64_t statuses[1000];
static uint64_t event_count;
static unsigned int fault_count;

static void read_plan(const char *path);
static void map_states(const char *path);
static void connect_to(struct ask *ask, const char *path);
static void send_one(struct ask *ask);
static size_t make_query(char *query);
static void make_request(struct ask *ask, struct bytes *out);
static void receive_one(struct ask *ask);
static void read_fully(int fd, char *to, size_t len);
static void look(const struct ask *ask);
static void look_at_events(const struct ask *ask);
static void keep_place(const char *stored_at, const char *end);
static void fault(const struct ask *ask, const char *what);
static uint32_t below(uint32_t bound);
static void fail(const char *what);

int
main(int argc, char **argv)
{
	uint64_t count;

	if (argc != 6) {
		fputs("usage: tenants SOCKET PLAN STATES REQUESTS SEED\n",
		    stderr);
		return 2;
	}
	read_plan(argv[2]);
	map_states(argv[3]);
	count = strtoull(argv[4], NULL, 10);
	random_state = strtoull(argv[5], NULL, 10);
	answer.text = malloc(answer.size + 1);
	if (answer.text == NULL || tenant_count == 0)
		fail(argv[2]);
	for (size_t i = 0; i < CONNECTIONS; i++)
		connect_to(&asks[i], argv[1]);

	for (uint64_t i = 0; i < count && fault_count < FAULTS_MAX;
	    i += CONNECTIONS) {
		for (size_t at = 0; at < CONNECTIONS; at++)
			send_one(&asks[at]);
		for (size_t at = 0; at < CONNECTIONS; at++)
			receive_one(&asks[at]);
	}
	printf("{\"events\":%" PRIu64 ",\"statuses\":{", event_count);
	for (unsigned int i = 0, shown = 0; i < 1000; i++)
		if (statuses[i] > 0)
			printf("%s\"%u\":%" PRIu64, shown++ > 0 ? "," : "", i,
			    statuses[i]);
	puts("}}");
	free(answer.text);
	return fault_count > 0 ? 1 : 0;
}

static void
read_plan(const char *path)
{
	FILE *file = fopen(path, "re");
	struct tenant *tenant = tenants;
	int may_write;

	if (file == NULL)
		fail(path);
	while (tenant_count < TENANTS_MAX && fscanf(file, "%63s %21s %d",
	    tenant->key, tenant->organization, &may_write) == 3) {
		tenant->may_write = may_write == 1;
		tenant++;
		tenant_count++;
	}
	fclose(file);
}

static void
map_states(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL,
	    tenant_count * sizeof(states[0]), PROT_READ, MAP_SHARED, fd, 0);

	if (mapped == MAP_FAILED)
		fail(path);
	close(fd);
	states = mapped;
}

static void
connect_to(struct ask *ask, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ask->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (ask->fd < 0 || connect(ask->fd,
	    (const struct sockaddr *)&address, sizeof(address)) != 0)
		fail(path);
}

static void
send_one(struct ask *ask)
{
	char text[REQUEST_BYTES_MAX];
	struct bytes request = { .size = sizeof(text), .text = text };

	ask->tenant = below(tenant_count);
	ask->is_post = tenants[ask->tenant].may_write &&
	    below(POST_EVERY) == 0;
	ask->query[0] = '\0';
	if (!ask->is_post)
		make_query(ask->query);
	make_request(ask, &request);
	ask->state = atomic_load(&states[ask->tenant]);
	if (send(ask->fd, request.text, request.len, MSG_NOSIGNAL) !=
	    (ssize_t)request.len)
		fail("send");
}

/* Few forms, so that the same is asked by many; cursors are anybody's. */
static size_t
make_query(char *query)
{
	static const char *const limits[] = { "1", "2", "5", "10", "100",
	    "1000" };
	static const char *const categories[] = { "all", "api_keys",
	    "listeners", "messages", "queues", "queues,messages" };
	const struct place *place = &places[below(CURSORS)];
	size_t len;

	len = (size_t)snprintf(query, QUERY_BYTES_MAX, "limit=%s",
	    limits[below(below(10) == 0 ? 6 : 4)]);
	if (below(2) == 0)
		len += (size_t)snprintf(query + len, QUERY_BYTES_MAX - len,
		    "&events=%s", categories[below(6)]);
	if (below(3) == 0)
		len += (size_t)snprintf(query + len, QUERY_BYTES_MAX - len,
		    "&order=desc");
	if (below(2) == 0 && place->id[0] != '\0')
		len += (size_t)snprintf(query + len, QUERY_BYTES_MAX - len,
		    "&startAfter=%s&startAfterId=%s", place->stored_at,
		    place->id);
	return len;
}

static void
make_request(struct ask *ask, struct bytes *out)
{
	static const char body[] = "{\"type\":\"queue_added\"}";
	const uint8_t begin[] = { 0, 1, 1, 0, 0, 0, 0, 0 };
	const struct tenant *tenant = &tenants[ask->tenant];
	char text[REQUEST_BYTES_MAX / 2];
	char number[16];
	struct bytes params = { .size = sizeof(text), .text = text };

	bytes_add_param(&params, "REQUEST_METHOD",
	    ask->is_post ? "POST" : "GET");
	bytes_add_param(&params, "SCRIPT_NAME", "/v1/events");
	bytes_add_param(&params, "QUERY_STRING", ask->query);
	bytes_add_param(&params, "SERVER_PROTOCOL", "HTTP/1.1");
	bytes_add_param(&params, "SERVER_NAME", "127.0.0.1");
	bytes_add_param(&params, "SERVER_PORT", "80");
	bytes_add_param(&params, "REMOTE_ADDR", "127.0.0.1");
	bytes_add_param(&params, "HTTP_X_API_KEY", tenant->key);
	if (ask->is_post) {
		/* Others use the same ones. */
		snprintf(number, sizeof(number), "%u",
		    below(IDEMPOTENCY_KEYS));
		bytes_add_param(&params, "HTTP_IDEMPOTENCY_KEY", number);
		bytes_add_param(&params, "CONTENT_TYPE", "application/json");
		snprintf(number, sizeof(number), "%zu", strlen(body));
		bytes_add_param(&params, "CONTENT_LENGTH", number);
	} else if (below(4) == 0) {
		bytes_add_param(&params, "HTTP_ACCEPT", "application/x-ndjson");
	}

	bytes_begin_record(out, BEGIN_REQUEST, sizeof(begin));
	bytes_add(out, begin, sizeof(begin));
	out->is_cut = params.is_cut;
	bytes_begin_record(out, PARAMS, params.len);
	bytes_add(out, params.text, params.len);
	bytes_begin_record(out, PARAMS, 0);
	if (ask->is_post) {
		bytes_begin_record(out, STDIN, strlen(body));
		bytes_add(out, body, strlen(body));
	}
	bytes_begin_record(out, STDIN, 0);
	if (out->is_cut)
		fail("a request is too long");
}

static void
receive_one(struct ask *ask)
{
	uint8_t header[RECORD_HEADER_BYTES];

	answer.len = 0;
	do {
		size_t len;

		read_fully(ask->fd, (char *)header, sizeof(header));
		len = (size_t)header[4] << 8 | header[5];
		if (len + header[6] > answer.size - answer.len)
			fail("an answer is too long");
		read_fully(ask->fd, answer.text + answer.len,
		    len + header[6]);
		if (header[1] == STDOUT)
			answer.len += len;
	} while (header[1] != END_REQUEST);
	answer.text[answer.len] = '\0';
	look(ask);
}

static void
read_fully(int fd, char *to, size_t len)
{
	while (len > 0) {
		ssize_t got = recv(fd, to, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			fail("the responder is gone");
		to += got;
		len -= (size_t)got;
	}
}

static void
look(const struct ask *ask)
{
	uint32_t state = atomic_load(&states[ask->tenant]);
	unsigned int wanted = state & STATUS_MASK;
	unsigned int status = 0;

	if (sscanf(answer.text, "Status: %3u", &status) != 1) {
		fault(ask, "no status");
		return;
	}
	statuses[status]++;
	if (wanted == 200 && ask->is_post)
		wanted = 201;
	if (state == ask->state && wanted != STATUS_ANY && status != wanted)
		fault(ask, "another status is due");
	look_at_events(ask);
}

/* Whatever the status is: an event names its organization as its client. */
static void
look_at_events(const struct ask *ask)
{
	static const char stored_at[] = "\"stored_at\":";
	static const char client[] = ",\"client\":{\"id\":\"";
	const char *organization = tenants[ask->tenant].organization;
	const char *at = answer.text;
	const char *last = NULL;

	while ((at = strstr(at, stored_at)) != NULL) {
		at += strlen(stored_at);
		event_count++;
		last = at;
		if (strncmp(at + STAMP_LEN, client, strlen(client)) != 0 ||
		    strncmp(at + STAMP_LEN + strlen(client), organization,
		    ID_LEN) != 0) {
			fault(ask, "an event is another organization's");
			return;
		}
	}
	if (last != NULL)
		keep_place(last, answer.text + answer.len);
}

/* Of the last event: its id stands in front. */
static void
keep_place(const char *stored_at, const char *end)
{
	static const char id[] = "{\"id\":\"";
	struct place *place = &places[below(CURSORS)];
	const char *at = stored_at;

	while (at > answer.text && strncmp(at, id, strlen(id)) != 0)
		at--;
	if (end - stored_at < STAMP_LEN || at == answer.text)
		return;
	memcpy(place->stored_at, stored_at, STAMP_LEN);
	memcpy(place->id, at + strlen(id), ID_LEN);
}

static void
fault(const struct ask *ask, const char *what)
{
	const struct tenant *tenant = &tenants[ask->tenant];

	/* Not the key: it may be a real one. */
	printf("# %s: key %u of %s, state %" PRIx32 ", %s %s: %.120s\n", what,
	    ask->tenant, tenant->organization, ask->state,
	    ask->is_post ? "POST" : "GET", ask->query, answer.text);
	fault_count++;
}

static uint32_t
below(uint32_t bound)
{
	uint64_t mixed;

	/* SplitMix64. */
	random_state += UINT64_C(0x9E3779B97F4A7C15);
	mixed = random_state;
	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
	return (uint32_t)((mixed ^ mixed >> 31) >> 32) % bound;
}

static void
fail(const char *what)
{
	fprintf(stderr, "tenants: %s: %s\n", what, strerror(errno));
	exit(3);
}
