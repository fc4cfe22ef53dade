/* membership.c - the store's place in a cluster: how far it has followed. */
#include "store/membership.h"

#include "store/fields.h"
#include "store/meta.h"
#include "store/txn.h"

enum { BODY_BYTES = 7 * 8 + 1 };

static const char *const alarm_names[] = {
	[MEMBERSHIP_WELL]      = "well",
	[MEMBERSHIP_EXPIRED]   = "expired",
	[MEMBERSHIP_RECREATED] = "recreated",
};

enum error
store_membership_get(struct store_txn *txn,
    struct membership *membership_out)
{
	struct field_reader reader;
	enum error err;

	*membership_out = (struct membership){ 0 };
	err = meta_get(txn, META_CLUSTER, &reader);
	if (err != ERR_NONE)
		return err;
	if (!membership_read(reader.bytes, reader.len, membership_out)) {
		*membership_out = (struct membership){ 0 };
		return meta_log_corrupt(txn, META_CLUSTER);
	}
	return ERR_NONE;
}

enum error
store_membership_put(struct store_txn *txn,
    const struct membership *membership)
{
	uint8_t body[BODY_BYTES];
	struct field_writer writer = { .bytes = body, .size = sizeof(body) };

	fields_put_u64(&writer, (uint64_t)membership->stream_created_ns);
	fields_put_u64(&writer, membership->position);
	fields_put_u64(&writer, (uint64_t)membership->position_ms);
	fields_put_u64(&writer, (uint64_t)membership->bucket_created_ns);
	fields_put_u64(&writer, membership->revision);
	fields_put_u64(&writer, membership->skipped);
	fields_put_u64(&writer, membership->gaps);
	fields_put_u8(&writer, (uint8_t)membership->alarm);
	return meta_put(txn, META_CLUSTER, body, writer.len);
}

enum error
store_membership_check_alone(struct store_txn *txn, struct detail *detail)
{
	struct membership membership;
	enum error err = store_membership_get(txn, &membership);

	if (err != ERR_NONE)
		return err == ERR_NOT_FOUND ? ERR_NONE : err;
	return detail_set(detail, ERR_MEANING, "%s: the store is one of "
	    "several machines', and APITRAIL_NATS_URL is not set: what only "
	    "this one knew would make it differ from the others",
	    txn->store->path);
}

const char *
membership_alarm_name(enum membership_alarm alarm)
{
	return alarm_names[alarm];
}

bool
membership_read(const uint8_t *body, size_t body_len,
    struct membership *membership_out)
{
	struct field_reader reader = { .bytes = body, .len = body_len };
	uint8_t alarm;

	*membership_out = (struct membership){
		.stream_created_ns = (int64_t)fields_get_u64(&reader),
	};
	membership_out->position = fields_get_u64(&reader);
	membership_out->position_ms = (int64_t)fields_get_u64(&reader);
	membership_out->bucket_created_ns = (int64_t)fields_get_u64(&reader);
	membership_out->revision = fields_get_u64(&reader);
	membership_out->skipped = fields_get_u64(&reader);
	membership_out->gaps = fields_get_u64(&reader);
	alarm = fields_get_u8(&reader);
	membership_out->alarm = (enum membership_alarm)alarm;
	return fields_are_read(&reader) && alarm <= MEMBERSHIP_RECREATED;
}
