/* check_idempotency.c - what idempotency keys name, and their times. */
#include <string.h>

#include "store/check_part.h"
#include "store/idempotency_record.h"
#include "store/sealed.h"

static bool peek_facts(struct check *check,
    const struct idempotency_place *place,
    struct idempotency_record *record_out);

const char *
check_idempotency(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len)
{
	static const struct idempotency_record no_record;
	struct cursor places[RECORD_EVENTS_MAX];
	struct idempotency_record record = no_record;
	struct idempotency_place place;
	uint8_t time_bytes[IDEMPOTENCY_TIME_BYTES_MAX];
	const uint8_t *nothing;
	size_t nothing_len;

	if (!idempotency_key_read(key->mv_data, key->mv_size, &place) ||
	    (place.part == 0 &&
	    !idempotency_facts_read(body, body_len, &record)))
		return "it does not decode";
	if (place.part != 0 && !peek_facts(check, &place, &record))
		return "its first part is not there";
	if (!idempotency_part_read(body, body_len, record.place_count,
	    place.part, places))
		return "its places do not decode";
	if (!check_has_organization(check, place.organization))
		return "there is no organization of its number";
	place.created_ms = record.created_ms;
	if (!check_peek(check, TREE_IDEMPOTENCY_TIMES, time_bytes,
	    idempotency_time_write(&place, time_bytes), &nothing,
	    &nothing_len))
		return "it is not in idempotency_times";
	return NULL;
}

const char *
check_idempotency_time(struct check *check, const MDB_val *key,
    const uint8_t *body, size_t body_len)
{
	struct idempotency_record record;
	struct idempotency_place place;

	(void)body;
	if (!idempotency_time_read(key->mv_data, key->mv_size, &place) ||
	    body_len != 0)
		return "it does not decode";
	if (!peek_facts(check, &place, &record) ||
	    record.created_ms != place.created_ms)
		return "the record that it names has another time, or is "
		    "gone";
	return NULL;
}

/* Of the record's first part. */
static bool
peek_facts(struct check *check, const struct idempotency_place *place,
    struct idempotency_record *record_out)
{
	struct idempotency_place first = *place;
	uint8_t bytes[IDEMPOTENCY_KEY_BYTES_MAX];
	const uint8_t *body;
	size_t body_len;

	first.part = 0;
	return check_peek(check, TREE_IDEMPOTENCY, bytes,
	    idempotency_key_write(&first, bytes), &body, &body_len) &&
	    idempotency_facts_read(body, body_len, record_out);
}
