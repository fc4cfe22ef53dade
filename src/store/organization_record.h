/* organization_record.h - the bytes of an organization's record. */
#ifndef STORE_ORGANIZATION_RECORD_H
#define STORE_ORGANIZATION_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/organization.h"

enum {
	ORGANIZATION_RECORD_BYTES_MAX = 1 + 8 + EVENT_ID_LEN + 2 +
	    ORGANIZATION_NAME_LEN_MAX
};

size_t organization_record_write(const struct organization *organization,
    uint8_t body[ORGANIZATION_RECORD_BYTES_MAX]);
/* Whether it decodes to what an organization may be. */
bool organization_record_read(uint32_t number, const uint8_t *body,
    size_t body_len, struct organization *organization_out);

#endif
