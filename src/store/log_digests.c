/* log_digests.c - what stands for the messages that the store took of its
 * cluster's log. */
#include "store/log_digests.h"

#include "model/log_digest.h"
#include "store/fields.h"
#include "store/meta.h"

enum { BODY_BYTES = 5 * 8 };

enum error
store_log_digest_get(struct store_txn *txn, struct log_digest *digest)
{
	struct field_reader reader;
	enum error err = meta_get(txn, META_LOG_DIGEST, &reader);

	*digest = (struct log_digest){ 0 };
	if (err != ERR_NONE)
		return err == ERR_NOT_FOUND ? ERR_NONE : err;
	return log_digest_read(reader.bytes, reader.len, digest) ? ERR_NONE :
	    meta_log_corrupt(txn, META_LOG_DIGEST);
}

enum error
store_log_digest_put(struct store_txn *txn, const struct log_digest *digest)
{
	uint8_t body[BODY_BYTES];
	struct field_writer writer = { .bytes = body, .size = sizeof(body) };

	fields_put_u64(&writer, digest->first);
	fields_put_u64(&writer, digest->last);
	fields_put_u64(&writer, digest->running);
	fields_put_u64(&writer, digest->whole_first);
	fields_put_u64(&writer, digest->whole);
	return meta_put(txn, META_LOG_DIGEST, body, writer.len);
}

bool
log_digest_read(const uint8_t *body, size_t body_len,
    struct log_digest *digest)
{
	struct field_reader reader = { .bytes = body, .len = body_len };

	*digest = (struct log_digest){ .first = fields_get_u64(&reader) };
	digest->last = fields_get_u64(&reader);
	digest->running = fields_get_u64(&reader);
	digest->whole_first = fields_get_u64(&reader);
	digest->whole = fields_get_u64(&reader);
	if (fields_are_read(&reader) && digest->first <= digest->last)
		return true;
	*digest = (struct log_digest){ 0 };
	return false;
}
