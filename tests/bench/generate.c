/* generate.c - events for a benchmark, as NDJSON for `apitrail append`.
 *
 *   generate COUNT SEED
 *
 * The same arguments give the same lines.  Each event is EVENT_BYTES long as
 * it is stored, with id, stored_at and client.  Most are about messages; one
 * in RARE_EVERY is about an API key, the rarest category.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	EVENT_BYTES = 293,
	ID_LEN = 21,
	RARE_EVERY = 5000,
	MESSAGES_PERCENT = 85,
	QUEUES_PERCENT = 10,
	CLIENTS = 4,
	QUEUES = 24,
	LISTENERS = 16,
	/* A name that fills the line; longer ones are no events. */
	NAME_LEN_MAX = 256,
	LINE_BYTES_MAX = 512
};

/* What is stored in front of all that is in the line but its brace. */
#define STORED_FIRST "{\"id\":\"012345678901234567890\","
#define STORED_NEXT "\"stored_at\":1234567890123,"

static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz";

struct id {
	char text[ID_LEN + 1];
};

static struct id clients[CLIENTS];
static struct id queues[QUEUES];
static struct id listeners[LISTENERS];
static uint64_t state;

static void print_event(uint64_t number);
static const char *verb(void);
static void print_filled(const char *type, const char *rest,
    const char *last_id);
static struct id make_id(void);
static void make_ids(struct id *ids, size_t count);
static const char *one_of(const struct id *ids, size_t count);
static uint32_t below(uint32_t bound);

int
main(int argc, char **argv)
{
	static char buffer[1024 * 1024];
	uint64_t count;

	if (argc != 3) {
		fputs("usage: generate COUNT SEED\n", stderr);
		return 2;
	}
	count = strtoull(argv[1], NULL, 10);
	state = strtoull(argv[2], NULL, 10);
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	make_ids(clients, CLIENTS);
	make_ids(queues, QUEUES);
	make_ids(listeners, LISTENERS);
	for (uint64_t i = 0; i < count; i++)
		print_event(i);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}

static void
print_event(uint64_t number)
{
	char rest[LINE_BYTES_MAX];
	char type[LINE_BYTES_MAX];
	struct id made = make_id();
	uint32_t percent = below(100);

	if (number % RARE_EVERY == RARE_EVERY / 2) {
		snprintf(type, sizeof(type), "api_key_%s", verb());
		print_filled(type, "\"api_key\"", made.text);
	} else if (percent < MESSAGES_PERCENT && below(2) == 0) {
		snprintf(rest, sizeof(rest), "\"message\":{\"id\":\"%s\"},"
		    "\"queue\"", made.text);
		print_filled("message_added", rest, one_of(queues, QUEUES));
	} else if (percent < MESSAGES_PERCENT) {
		snprintf(rest, sizeof(rest), "\"message\":{\"id\":\"%s\"},"
		    "\"queue\":{\"id\":\"%s\"},\"listener\"", made.text,
		    one_of(queues, QUEUES));
		print_filled(below(25) == 0 ? "message_published_not_ok" :
		    "message_published_ok", rest,
		    one_of(listeners, LISTENERS));
	} else {
		bool is_queue =
		    percent < MESSAGES_PERCENT + QUEUES_PERCENT;

		snprintf(type, sizeof(type), "%s_%s",
		    is_queue ? "queue" : "listener", verb());
		print_filled(type, is_queue ? "\"queue\"" : "\"listener\"",
		    made.text);
	}
}

static const char *
verb(void)
{
	static const char *const verbs[] = { "added", "updated", "deleted" };

	return verbs[below(3)];
}

/* The last resource's name is as long as is missing. */
static void
print_filled(const char *type, const char *rest, const char *last_id)
{
	char name[NAME_LEN_MAX + 1];
	char line[2 * LINE_BYTES_MAX];
	size_t len;
	size_t name_len;

	for (size_t i = 0; i < NAME_LEN_MAX; i++)
		name[i] = letters[below(sizeof(letters) - 1)];
	len = (size_t)snprintf(line, sizeof(line),
	    "{\"type\":\"%s\",\"client\":{\"id\":\"%s\"},%s:{\"id\":\"%s\","
	    "\"name\":\"\"}}", type, one_of(clients, CLIENTS), rest,
	    last_id);
	name_len = EVENT_BYTES - (len - strlen("{") + strlen(STORED_FIRST) +
	    strlen(STORED_NEXT));
	printf("%.*s%.*s\"}}\n", (int)(len - strlen("\"}}")), line,
	    (int)name_len, name);
}

static struct id
make_id(void)
{
	struct id id = { { 0 } };

	for (size_t i = 0; i < ID_LEN; i++)
		id.text[i] = letters[below(sizeof(letters) - 1)];
	return id;
}

static void
make_ids(struct id *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		ids[i] = make_id();
}

static const char *
one_of(const struct id *ids, size_t count)
{
	return ids[below((uint32_t)count)].text;
}

/* SplitMix64. */
static uint32_t
below(uint32_t bound)
{
	uint64_t mixed = state += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	mixed ^= mixed >> 31;
	return (uint32_t)(((mixed & UINT32_MAX) * bound) >> 32);
}
