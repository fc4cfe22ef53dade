/* idempotency_record.c - the bytes of what an idempotency key names. */
#include "store/idempotency_record.h"

#include <assert.h>
#include <string.h>

#include "model/idempotency_key.h"
#include "store/fields.h"

static_assert(IDEMPOTENCY_PARTS_MAX <= UINT8_MAX, "a byte counts the parts");

static bool read_key(struct field_reader *reader, size_t key_len,
    struct idempotency_place *place);
static bool is_length_right(size_t place_count, unsigned int part,
    size_t body_len);

size_t
idempotency_key_write(const struct idempotency_place *place,
    uint8_t bytes[IDEMPOTENCY_KEY_BYTES_MAX])
{
	struct field_writer writer = {
		.bytes = bytes,
		.size = IDEMPOTENCY_KEY_BYTES_MAX,
	};

	fields_put_u32(&writer, place->organization);
	fields_put_bytes(&writer, place->key, strlen(place->key));
	/* No key has a zero, so none is another one's beginning. */
	fields_put_u8(&writer, 0);
	fields_put_u8(&writer, place->part);
	return writer.len;
}

size_t
idempotency_time_write(const struct idempotency_place *place,
    uint8_t bytes[IDEMPOTENCY_TIME_BYTES_MAX])
{
	struct field_writer writer = {
		.bytes = bytes,
		.size = IDEMPOTENCY_TIME_BYTES_MAX,
	};

	fields_put_u64(&writer, (uint64_t)place->created_ms);
	fields_put_u32(&writer, place->organization);
	fields_put_bytes(&writer, place->key, strlen(place->key));
	return writer.len;
}

bool
idempotency_key_read(const void *bytes, size_t len,
    struct idempotency_place *place_out)
{
	struct field_reader reader = { .bytes = bytes, .len = len };

	*place_out = (struct idempotency_place){ 0 };
	if (len < 4 + 2)
		return false;
	place_out->organization = fields_get_u32(&reader);
	if (!read_key(&reader, len - 4 - 2, place_out) ||
	    fields_get_u8(&reader) != 0)
		return false;
	place_out->part = fields_get_u8(&reader);
	return fields_are_read(&reader) &&
	    place_out->part < IDEMPOTENCY_PARTS_MAX;
}

bool
idempotency_time_read(const void *bytes, size_t len,
    struct idempotency_place *place_out)
{
	struct field_reader reader = { .bytes = bytes, .len = len };

	*place_out = (struct idempotency_place){ 0 };
	if (len < 8 + 4)
		return false;
	place_out->created_ms = (int64_t)fields_get_u64(&reader);
	place_out->organization = fields_get_u32(&reader);
	return read_key(&reader, len - 8 - 4, place_out) &&
	    fields_are_read(&reader);
}

unsigned int
idempotency_part_count(size_t place_count)
{
	size_t rest = place_count <= IDEMPOTENCY_FIRST_PLACES ? 0 :
	    place_count - IDEMPOTENCY_FIRST_PLACES;

	return 1 + (unsigned int)((rest + IDEMPOTENCY_PART_PLACES - 1) /
	    IDEMPOTENCY_PART_PLACES);
}

void
idempotency_part_range(size_t place_count, unsigned int part,
    size_t *first_out, size_t *count_out)
{
	size_t size = part == 0 ? IDEMPOTENCY_FIRST_PLACES :
	    IDEMPOTENCY_PART_PLACES;
	size_t first = part == 0 ? 0 : IDEMPOTENCY_FIRST_PLACES +
	    (part - 1) * (size_t)IDEMPOTENCY_PART_PLACES;

	*first_out = first;
	*count_out = 0;
	if (first < place_count)
		*count_out = place_count - first < size ?
		    place_count - first : size;
}

size_t
idempotency_part_write(const struct idempotency_record *record,
    const struct cursor *places, unsigned int part,
    uint8_t body[SEALED_BODY_BYTES_MAX])
{
	struct field_writer writer = {
		.bytes = body,
		.size = SEALED_BODY_BYTES_MAX,
	};
	size_t first;
	size_t count;

	if (part == 0) {
		fields_put_u64(&writer, (uint64_t)record->created_ms);
		fields_put_bytes(&writer, record->body_digest,
		    BODY_DIGEST_BYTES);
		fields_put_u16(&writer, record->place_count);
	}
	idempotency_part_range(record->place_count, part, &first, &count);
	for (size_t i = first; i < first + count; i++) {
		fields_put_u64(&writer, (uint64_t)places[i].stored_at_ms);
		fields_put_bytes(&writer, places[i].id, EVENT_ID_LEN);
	}
	return writer.len;
}

bool
idempotency_facts_read(const uint8_t *body, size_t body_len,
    struct idempotency_record *record_out)
{
	struct field_reader reader = { .bytes = body, .len = body_len };

	*record_out = (struct idempotency_record){ 0 };
	record_out->created_ms = (int64_t)fields_get_u64(&reader);
	fields_get_bytes(&reader, record_out->body_digest,
	    BODY_DIGEST_BYTES);
	record_out->place_count = fields_get_u16(&reader);
	return !reader.is_bad && record_out->place_count > 0 &&
	    record_out->place_count <= RECORD_EVENTS_MAX &&
	    is_length_right(record_out->place_count, 0, body_len);
}

bool
idempotency_part_read(const uint8_t *body, size_t body_len,
    size_t place_count, unsigned int part, struct cursor *places)
{
	struct field_reader reader = { .bytes = body, .len = body_len };
	size_t first;
	size_t count;

	if (!is_length_right(place_count, part, body_len))
		return false;
	if (part == 0)
		reader.offset = IDEMPOTENCY_FACTS_BYTES;
	idempotency_part_range(place_count, part, &first, &count);
	for (size_t i = first; i < first + count; i++) {
		places[i] = (struct cursor){
			.stored_at_ms = (int64_t)fields_get_u64(&reader),
		};
		fields_get_bytes(&reader, places[i].id, EVENT_ID_LEN);
		if (!event_id_is_valid(places[i].id, EVENT_ID_LEN))
			return false;
	}
	return fields_are_read(&reader);
}

static bool
read_key(struct field_reader *reader, size_t key_len,
    struct idempotency_place *place)
{
	if (key_len > IDEMPOTENCY_KEY_LEN_MAX)
		return false;
	fields_get_bytes(reader, place->key, key_len);
	return idempotency_key_is_kept(place->key, key_len);
}

static bool
is_length_right(size_t place_count, unsigned int part, size_t body_len)
{
	size_t first;
	size_t count;

	idempotency_part_range(place_count, part, &first, &count);
	return count > 0 && body_len == count * IDEMPOTENCY_PLACE_BYTES +
	    (part == 0 ? IDEMPOTENCY_FACTS_BYTES : 0);
}
