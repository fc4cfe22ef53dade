/* message.c - what responder and recorder say to each other. */
#include "record/message.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "base/buffer.h"
#include "model/event.h"
#include "model/idempotency_key.h"
#include "record/wire.h"

#define MAGIC "apir"

enum {
	MAGIC_LEN = sizeof(MAGIC) - 1,
	LENGTH_OFFSET = MAGIC_LEN,
	SEQUENCE_OFFSET = MESSAGE_HEADER_BYTES,
	COUNT_OFFSET = MESSAGE_REQUEST_BYTES - 2,
	/* {"id":"…","type":"a","stored_at":…} is longer. */
	JSON_BYTES_MIN = EVENT_ID_OFFSET + EVENT_ID_LEN + STORED_AT_LEN
};

static void add_event(struct buffer *message, enum category category,
    uint16_t stored_at_offset, const char *json, uint16_t json_len);
static void add_header(struct buffer *message, enum message_kind kind,
    size_t len);
static bool read_idempotency_key(struct wire_reader *reader, char *key);
static bool are_events_right(const struct message_request *request);
static bool is_place(const char *bytes);

static const struct {
	size_t bytes_min;
	size_t bytes_max;
} lengths[] = {
	[MESSAGE_REQUEST] = {
	    MESSAGE_REQUEST_BYTES + MESSAGE_EVENT_BYTES + JSON_BYTES_MIN,
	    MESSAGE_REQUEST_BYTES_MAX },
	[MESSAGE_REPLY] = { MESSAGE_REPLY_BYTES, MESSAGE_REPLY_BYTES_MAX },
};

void
message_begin_request(struct buffer *message,
    const struct message_request *request)
{
	char key[IDEMPOTENCY_KEY_LEN_MAX] = "";
	size_t key_len = strlen(request->idempotency_key);

	assert(message->len == 0);
	memcpy(key, request->idempotency_key, key_len);
	add_header(message, MESSAGE_REQUEST, 0);
	wire_add_u64(message, 0);
	wire_add_u32(message, request->organization);
	buffer_add(message, request->api_key_id, EVENT_ID_LEN);
	wire_add_u8(message, (uint8_t)key_len);
	buffer_add(message, key, sizeof(key));
	buffer_add(message, request->body_digest, BODY_DIGEST_BYTES);
	wire_add_u16(message, 0);
}

void
message_add_event(struct buffer *message, const struct event_draft *draft)
{
	add_event(message, draft->category, draft->stored_at_offset,
	    draft->json, draft->json_len);
}

void
message_add_event_json(struct buffer *message,
    const struct event_json *event)
{
	add_event(message, event->category, event->stored_at_offset,
	    event->json, event->json_len);
}

enum error
message_end_request(struct buffer *message)
{
	uint32_t len;

	if (message->error != ERR_NONE)
		return message->error;
	if (message->len > MESSAGE_REQUEST_BYTES_MAX)
		return ERR_TOO_LARGE;
	len = htole32((uint32_t)(message->len - MESSAGE_HEADER_BYTES));
	memcpy(message->bytes + LENGTH_OFFSET, &len, sizeof(len));
	return ERR_NONE;
}

void
message_set_sequence(struct buffer *message, uint64_t sequence)
{
	uint64_t little = htole64(sequence);

	memcpy(message->bytes + SEQUENCE_OFFSET, &little, sizeof(little));
}

void
message_add_reply(struct buffer *buffer, uint64_t sequence,
    enum message_outcome outcome, const struct cursor *places,
    size_t place_count)
{
	assert(place_count <= RECORD_EVENTS_MAX);
	add_header(buffer, MESSAGE_REPLY, MESSAGE_REPLY_BYTES -
	    MESSAGE_HEADER_BYTES + place_count * MESSAGE_PLACE_BYTES);
	wire_add_u64(buffer, sequence);
	wire_add_u8(buffer, (uint8_t)outcome);
	wire_add_u16(buffer, (uint16_t)place_count);
	for (size_t i = 0; i < place_count; i++) {
		wire_add_u64(buffer, (uint64_t)places[i].stored_at_ms);
		buffer_add(buffer, places[i].id, EVENT_ID_LEN);
	}
}

enum error
message_length(const char *bytes, size_t len, enum message_kind kind,
    size_t *message_len_out)
{
	struct wire_reader reader = { .bytes = bytes, .len = len };
	size_t magic_len = len < MAGIC_LEN ? len : MAGIC_LEN;
	size_t message_len;

	*message_len_out = 0;
	/* Who speaks another language may never send a whole header. */
	if (memcmp(bytes, MAGIC, magic_len) != 0)
		return ERR_SYNTAX;
	if (len < MESSAGE_HEADER_BYTES)
		return ERR_NONE;

	wire_take(&reader, MAGIC_LEN);
	message_len = (size_t)wire_take_u32(&reader) + MESSAGE_HEADER_BYTES;
	if (wire_take_u8(&reader) != MESSAGE_VERSION ||
	    wire_take_u8(&reader) != kind || wire_take_u16(&reader) != 0 ||
	    message_len < lengths[kind].bytes_min ||
	    message_len > lengths[kind].bytes_max)
		return ERR_SYNTAX;
	*message_len_out = message_len;
	return ERR_NONE;
}

enum error
message_read_request(char *message, size_t message_len,
    struct message_request *request_out)
{
	struct wire_reader reader = { .bytes = message, .len = message_len };
	const char *id;
	const char *digest;
	bool has_key;

	*request_out = (struct message_request){ 0 };
	wire_take(&reader, MESSAGE_HEADER_BYTES);
	request_out->sequence = wire_take_u64(&reader);
	request_out->organization = wire_take_u32(&reader);
	id = wire_take(&reader, EVENT_ID_LEN);
	has_key = read_idempotency_key(&reader,
	    request_out->idempotency_key);
	digest = wire_take(&reader, BODY_DIGEST_BYTES);
	request_out->event_count = wire_take_u16(&reader);
	if (reader.is_bad || !has_key || request_out->organization == 0 ||
	    !event_id_is_valid(id, EVENT_ID_LEN) ||
	    request_out->event_count == 0 ||
	    request_out->event_count > RECORD_EVENTS_MAX)
		return ERR_SYNTAX;

	memcpy(request_out->api_key_id, id, EVENT_ID_LEN);
	memcpy(request_out->body_digest, digest, BODY_DIGEST_BYTES);
	request_out->events = message + reader.offset;
	request_out->events_len = message_len - reader.offset;
	return are_events_right(request_out) ? ERR_NONE : ERR_SYNTAX;
}

enum error
message_read_reply(const char *message, size_t message_len,
    struct message_reply *reply_out)
{
	struct wire_reader reader = { .bytes = message, .len = message_len };
	uint8_t outcome;
	bool has_places;

	*reply_out = (struct message_reply){ 0 };
	wire_take(&reader, MESSAGE_HEADER_BYTES);
	reply_out->sequence = wire_take_u64(&reader);
	outcome = wire_take_u8(&reader);
	reply_out->outcome = (enum message_outcome)outcome;
	reply_out->place_count = wire_take_u16(&reader);
	has_places = outcome == MESSAGE_RECORDED ||
	    outcome == MESSAGE_REPLAYED;
	if (reader.is_bad || outcome >= MESSAGE_OUTCOME_COUNT ||
	    has_places != (reply_out->place_count > 0) ||
	    reply_out->place_count > RECORD_EVENTS_MAX ||
	    message_len - reader.offset !=
	    (size_t)reply_out->place_count * MESSAGE_PLACE_BYTES)
		return ERR_SYNTAX;

	reply_out->places = message + reader.offset;
	for (size_t i = 0; i < reply_out->place_count; i++)
		if (!is_place(reply_out->places + i * MESSAGE_PLACE_BYTES))
			return ERR_SYNTAX;
	return ERR_NONE;
}

const char *
message_bytes(const struct message_request *request, size_t *len_out)
{
	*len_out = MESSAGE_REQUEST_BYTES + request->events_len;
	return request->events - MESSAGE_REQUEST_BYTES;
}

bool
message_next_event(const struct message_request *request, size_t *offset,
    struct event_json *event_out)
{
	struct wire_reader reader = {
		.bytes = request->events,
		.len = request->events_len,
		.offset = *offset,
	};

	*event_out = (struct event_json){ 0 };
	if (reader.offset == reader.len)
		return false;
	event_out->category = (enum category)wire_take_u8(&reader);
	event_out->stored_at_offset = wire_take_u16(&reader);
	event_out->json_len = wire_take_u16(&reader);
	event_out->json = request->events + reader.offset;
	wire_take(&reader, event_out->json_len);
	/* One that is cut off is left where it begins, so that it is not taken
	 * for the end. */
	if (reader.is_bad)
		return false;
	*offset = reader.offset;
	return true;
}

struct cursor
message_place(const struct message_reply *reply, size_t index)
{
	struct wire_reader reader = {
		.bytes = reply->places + index * MESSAGE_PLACE_BYTES,
		.len = MESSAGE_PLACE_BYTES,
	};
	struct cursor place = {
		.stored_at_ms = (int64_t)wire_take_u64(&reader),
	};

	memcpy(place.id, wire_take(&reader, EVENT_ID_LEN), EVENT_ID_LEN);
	return place;
}

static void
add_header(struct buffer *message, enum message_kind kind, size_t len)
{
	buffer_add_text(message, MAGIC);
	wire_add_u32(message, (uint32_t)len);
	wire_add_u8(message, MESSAGE_VERSION);
	wire_add_u8(message, (uint8_t)kind);
	wire_add_u16(message, 0);
}

/* Its length, then as many bytes as it may have, zeros behind it. */
static bool
read_idempotency_key(struct wire_reader *reader, char *key)
{
	static const char zeros[IDEMPOTENCY_KEY_LEN_MAX];
	size_t key_len = wire_take_u8(reader);
	const char *bytes = wire_take(reader, IDEMPOTENCY_KEY_LEN_MAX);

	if (bytes == NULL || key_len > IDEMPOTENCY_KEY_LEN_MAX ||
	    (key_len > 0 && !idempotency_key_is_kept(bytes, key_len)) ||
	    memcmp(bytes + key_len, zeros, sizeof(zeros) - key_len) != 0)
		return false;
	memcpy(key, bytes, key_len);
	return true;
}

static bool
are_events_right(const struct message_request *request)
{
	struct event_json event;
	size_t offset = 0;
	size_t count = 0;

	while (count <= request->event_count &&
	    message_next_event(request, &offset, &event)) {
		if (!event_json_has_frame(&event))
			return false;
		count++;
	}
	return count == request->event_count &&
	    offset == request->events_len;
}

static bool
is_place(const char *bytes)
{
	struct wire_reader reader = {
		.bytes = bytes,
		.len = MESSAGE_PLACE_BYTES,
	};
	uint64_t stored_at_ms = wire_take_u64(&reader);

	return stored_at_ms >= STORED_AT_MS_MIN &&
	    stored_at_ms <= STORED_AT_MS_MAX &&
	    event_id_is_valid(wire_take(&reader, EVENT_ID_LEN), EVENT_ID_LEN);
}

static void
add_event(struct buffer *message, enum category category,
    uint16_t stored_at_offset, const char *json, uint16_t json_len)
{
	uint16_t count;

	wire_add_u8(message, (uint8_t)category);
	wire_add_u16(message, stored_at_offset);
	wire_add_u16(message, json_len);
	buffer_add(message, json, json_len);
	if (message->error != ERR_NONE)
		return;

	memcpy(&count, message->bytes + COUNT_OFFSET, sizeof(count));
	if (le16toh(count) == RECORD_EVENTS_MAX) {
		message->error = ERR_TOO_LARGE;
		return;
	}
	count = htole16(le16toh(count) + 1);
	memcpy(message->bytes + COUNT_OFFSET, &count, sizeof(count));
}
