/* replies.h - the small records that a responder sends. */
#ifndef RESPONDER_REPLIES_H
#define RESPONDER_REPLIES_H

#include <stddef.h>
#include <stdint.h>

#include "responder/records.h"

enum {
	END_RECORD_BYTES = RECORD_HEADER_BYTES + 8,
	/* FCGI_GET_VALUES_RESULT with three names and values is the longest. */
	REPLY_BYTES_MAX = 128
};

void reply_put_header(uint8_t record[RECORD_HEADER_BYTES], uint8_t type,
    uint16_t request_id, size_t content_len, size_t padding_len);

/* Each writes one record, padded to 8 bytes, and returns its length. */

/* protocol_status is FCGI_REQUEST_COMPLETE or why it was refused. */
size_t reply_end_request(uint8_t record[END_RECORD_BYTES],
    uint16_t request_id, uint8_t protocol_status);

size_t reply_unknown_type(uint8_t record[REPLY_BYTES_MAX], uint8_t type);

/*
 * Answers those of the names in an FCGI_GET_VALUES record that are known,
 * each once.  connections is what FCGI_MAX_CONNS and FCGI_MAX_REQS are.
 */
size_t reply_values(uint8_t record[REPLY_BYTES_MAX], const uint8_t *names,
    size_t names_len, unsigned int connections);

#endif
