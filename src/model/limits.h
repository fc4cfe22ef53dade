/* limits.h - every bound, by name.
 *
 * Those that a client or an operator can meet are told in the manual too.
 */
#ifndef MODEL_LIMITS_H
#define MODEL_LIMITS_H

#include <stdint.h>

enum {
	/* Events. */
	EVENT_ID_LEN = 21,
	EVENT_TYPE_LEN_MAX = 64,
	RESOURCE_ID_LEN_MAX = 64,
	RESOURCE_NAME_BYTES_MAX = 256,
	METADATA_PAIRS_MAX = 16,
	METADATA_KEY_BYTES_MAX = 256,
	/* As compact JSON without id, stored_at and a default client.id. */
	EVENT_BYTES_MAX = 4096,
	/* As stored, with these three. */
	EVENT_STORED_BYTES_MAX = EVENT_BYTES_MAX + 160,
	/* A line of NDJSON may spell the same event less tightly. */
	EVENT_LINE_BYTES_MAX = 64 * 1024,
	JSON_DEPTH_MAX = 8,
	/* Any text that is parsed: many times the largest page. */
	JSON_TEXT_BYTES_MAX = 64 * 1024 * 1024,

	/* GET /v1/events. */
	PAGE_EVENTS_DEFAULT = 100,
	PAGE_EVENTS_MAX = 1000,
	QUERY_BYTES_MAX = 8 * 1024,
	EXPORT_PIECE_BYTES = 64 * 1024,
	WAIT_SECONDS_MAX = 60,
	/* Who waits for events, and streams, at one responder. */
	WAITERS_MAX = 2000,

	/* Pages that a loop keeps to answer the same request again, and the
	 * requests that it remembers to have seen once. */
	REPEATS_KEPT_MAX = 32,
	REPEATS_SEEN_MAX = 128,
	REPEAT_BODY_BYTES_MAX = 64 * 1024,
	/* Of the longest address, with a zone. */
	REPEAT_ADDRESS_SIZE = 64,

	/* Requests. */
	REQUEST_ID_LEN_MAX = 64,
	/* Fields of one name that count as one list. */
	REQUEST_ACCEPTS_MAX = 16,
	REQUEST_PARAMS_MAX = 256,
	REQUEST_PARAMS_BYTES_MAX = 256 * 1024,
	BODY_BYTES_MAX = 1024 * 1024,
	/* Of all that arrive at one responder. */
	BODIES_BYTES_MAX = 64 * 1024 * 1024,
	BODY_DIGEST_BYTES = 32,
	PATH_BYTES_MAX = 1024,
	HOST_LEN_MAX = 253,

	/* Answers: a head with the longest link; the largest page, indented. */
	HEAD_BYTES_MAX = 16 * 1024,
	BODY_SENT_BYTES_MAX = 16 * 1024 * 1024,
	ACCESS_LOG_BYTES_MAX = 64 * 1024,

	/* POST /v1/events. */
	RECORD_EVENTS_MAX = 1000,
	IDEMPOTENCY_KEY_LEN_MAX = 64,

	/* Organizations and keys. */
	ORGANIZATION_NAME_LEN_MAX = 64,
	API_KEY_NAME_BYTES_MAX = 256,
	API_KEY_RATE_MAX = 1000000,

	/* The store. */
	STORE_READERS_MAX = 4096,
	APPEND_BATCH_EVENTS = 1000,
	PRUNE_BATCH_BLOCKS = 256,
	ERASE_BATCH_RECORDS = 256
};

#define WINDOW_MS (24 * 60 * 60 * 1000)

/* Of the store's file, in each process: 16 MiB of page tables. */
#define MAPPED_AHEAD_BYTES_MAX (UINT64_C(8) << 30)

#endif
