/* api_key_record.h - the bytes of an API key's record, and of its indexes. */
#ifndef STORE_API_KEY_RECORD_H
#define STORE_API_KEY_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/api_key.h"

enum {
	API_KEY_RECORD_BYTES_MAX = 4 + EVENT_ID_LEN + API_KEY_PREFIX_LEN +
	    API_KEY_LAST_LEN + 1 + 4 + 4 + 8 + 8 + 8 + 2 +
	    API_KEY_NAME_BYTES_MAX,
	/* The key of organization_api_keys: organization, creation, id. */
	API_KEY_ORDER_BYTES = 4 + 8 + EVENT_ID_LEN
};

size_t api_key_record_write(const struct api_key *key,
    uint8_t body[API_KEY_RECORD_BYTES_MAX]);
/* Whether it decodes to what a key may be. */
bool api_key_record_read(const uint8_t digest[API_KEY_DIGEST_BYTES],
    const uint8_t *body, size_t body_len, struct api_key *key_out);

void api_key_order_write(const struct api_key *key,
    uint8_t order[API_KEY_ORDER_BYTES]);

#endif
