/* api_key_record.c - the bytes of an API key's record, and of its indexes. */
#include "store/api_key_record.h"

#include <string.h>

#include "model/cursor.h"
#include "store/fields.h"

size_t
api_key_record_write(const struct api_key *key,
    uint8_t body[API_KEY_RECORD_BYTES_MAX])
{
	struct field_writer writer = {
		.bytes = body,
		.size = API_KEY_RECORD_BYTES_MAX,
	};

	fields_put_u32(&writer, key->organization);
	fields_put_bytes(&writer, key->id, EVENT_ID_LEN);
	fields_put_bytes(&writer, key->prefix, API_KEY_PREFIX_LEN);
	fields_put_bytes(&writer, key->last, API_KEY_LAST_LEN);
	fields_put_u8(&writer, (uint8_t)key->status);
	fields_put_u32(&writer, key->scopes);
	fields_put_u32(&writer, key->rate_per_minute);
	fields_put_u64(&writer, (uint64_t)key->created_ms);
	fields_put_u64(&writer, (uint64_t)key->expires_ms);
	fields_put_u64(&writer, (uint64_t)key->last_used_ms);
	fields_put_text(&writer, key->name);
	return writer.len;
}

bool
api_key_record_read(const uint8_t digest[API_KEY_DIGEST_BYTES],
    const uint8_t *body, size_t body_len, struct api_key *key_out)
{
	struct field_reader reader = { .bytes = body, .len = body_len };
	uint8_t status;

	*key_out = (struct api_key){ 0 };
	memcpy(key_out->digest, digest, API_KEY_DIGEST_BYTES);
	key_out->organization = fields_get_u32(&reader);
	fields_get_bytes(&reader, key_out->id, EVENT_ID_LEN);
	fields_get_bytes(&reader, key_out->prefix, API_KEY_PREFIX_LEN);
	fields_get_bytes(&reader, key_out->last, API_KEY_LAST_LEN);
	status = fields_get_u8(&reader);
	key_out->status = (enum api_key_status)status;
	key_out->scopes = fields_get_u32(&reader);
	key_out->rate_per_minute = fields_get_u32(&reader);
	key_out->created_ms = (int64_t)fields_get_u64(&reader);
	key_out->expires_ms = (int64_t)fields_get_u64(&reader);
	key_out->last_used_ms = (int64_t)fields_get_u64(&reader);
	fields_get_text(&reader, key_out->name, sizeof(key_out->name));
	return fields_are_read(&reader) && status <= API_KEY_DISABLED &&
	    key_out->organization != 0 &&
	    event_id_is_valid(key_out->id, EVENT_ID_LEN);
}

void
api_key_order_write(const struct api_key *key,
    uint8_t order[API_KEY_ORDER_BYTES])
{
	struct field_writer writer = {
		.bytes = order,
		.size = API_KEY_ORDER_BYTES,
	};

	fields_put_u32(&writer, key->organization);
	fields_put_u64(&writer, (uint64_t)key->created_ms);
	fields_put_bytes(&writer, key->id, EVENT_ID_LEN);
}
