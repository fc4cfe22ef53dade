/* idempotency_record.h - the bytes of what an idempotency key names.
 *
 * A record is one part or several, each of which fills a page at most: the
 * first has the facts and as many places as fit, the others go on with
 * places.  FORMAT.md tells the bytes.
 */
#ifndef STORE_IDEMPOTENCY_RECORD_H
#define STORE_IDEMPOTENCY_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/limits.h"
#include "store/idempotency.h"
#include "store/sealed.h"

enum {
	IDEMPOTENCY_PLACE_BYTES = 8 + EVENT_ID_LEN,
	IDEMPOTENCY_FACTS_BYTES = 8 + BODY_DIGEST_BYTES + 2,
	IDEMPOTENCY_FIRST_PLACES = (SEALED_BODY_BYTES_MAX -
	    IDEMPOTENCY_FACTS_BYTES) / IDEMPOTENCY_PLACE_BYTES,
	IDEMPOTENCY_PART_PLACES =
	    SEALED_BODY_BYTES_MAX / IDEMPOTENCY_PLACE_BYTES,
	IDEMPOTENCY_PARTS_MAX = 1 + (RECORD_EVENTS_MAX -
	    IDEMPOTENCY_FIRST_PLACES + IDEMPOTENCY_PART_PLACES - 1) /
	    IDEMPOTENCY_PART_PLACES,
	/* Organization, key, a zero byte and the part's number. */
	IDEMPOTENCY_KEY_BYTES_MAX = 4 + IDEMPOTENCY_KEY_LEN_MAX + 1 + 1,
	/* Creation, organization and key. */
	IDEMPOTENCY_TIME_BYTES_MAX = 8 + 4 + IDEMPOTENCY_KEY_LEN_MAX
};

/* The key of a part, or of the record in the order of time. */
struct idempotency_place {
	uint32_t organization;
	char key[IDEMPOTENCY_KEY_LEN_MAX + 1];
	uint8_t part;
	int64_t created_ms;
};

/* Each returns the length. */
size_t idempotency_key_write(const struct idempotency_place *place,
    uint8_t bytes[IDEMPOTENCY_KEY_BYTES_MAX]);
size_t idempotency_time_write(const struct idempotency_place *place,
    uint8_t bytes[IDEMPOTENCY_TIME_BYTES_MAX]);

/* Whether the bytes are such a key; what it does not have is 0. */
bool idempotency_key_read(const void *bytes, size_t len,
    struct idempotency_place *place_out);
bool idempotency_time_read(const void *bytes, size_t len,
    struct idempotency_place *place_out);

/* Parts of a record with so many places, and the places of one of them. */
unsigned int idempotency_part_count(size_t place_count);
void idempotency_part_range(size_t place_count, unsigned int part,
    size_t *first_out, size_t *count_out);

size_t idempotency_part_write(const struct idempotency_record *record,
    const struct cursor *places, unsigned int part,
    uint8_t body[SEALED_BODY_BYTES_MAX]);

/* The facts of a first part; whether its length fits its count. */
bool idempotency_facts_read(const uint8_t *body, size_t body_len,
    struct idempotency_record *record_out);
/* The places of a part, to where they belong among all. */
bool idempotency_part_read(const uint8_t *body, size_t body_len,
    size_t place_count, unsigned int part, struct cursor *places);

#endif
