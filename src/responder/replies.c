/* replies.c - the small records that a responder sends. */
#include "responder/replies.h"

#include <assert.h>
#include <fastcgi.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static_assert(sizeof(FCGI_EndRequestRecord) == END_RECORD_BYTES,
    "no padding");
static_assert(sizeof(FCGI_UnknownTypeRecord) <= REPLY_BYTES_MAX, "it fits");

enum { NUMBER_SIZE = 12, ALIGNMENT = 8 };

/* The names that an FCGI_GET_VALUES record may ask for. */
enum value { VALUE_CONNECTIONS, VALUE_REQUESTS, VALUE_MULTIPLEXED,
	VALUE_COUNT };

static const char *const value_names[] = {
	[VALUE_CONNECTIONS] = FCGI_MAX_CONNS,
	[VALUE_REQUESTS] = FCGI_MAX_REQS,
	[VALUE_MULTIPLEXED] = FCGI_MPXS_CONNS,
};
static_assert(COUNT_OF(value_names) == VALUE_COUNT, "one name per value");
static_assert(RECORD_HEADER_BYTES + VALUE_COUNT *
    (2 + sizeof(FCGI_MPXS_CONNS) + NUMBER_SIZE) + ALIGNMENT <=
    REPLY_BYTES_MAX, "all values fit, each once");

static void find_names(const uint8_t *names, size_t names_len,
    bool is_asked[VALUE_COUNT]);
static size_t put_pair(uint8_t *bytes, const char *name, const char *text);

void
reply_put_header(uint8_t record[RECORD_HEADER_BYTES], uint8_t type,
    uint16_t request_id, size_t content_len, size_t padding_len)
{
	FCGI_Header header = {
		.version = FCGI_VERSION_1,
		.type = type,
		.requestIdB1 = (uint8_t)(request_id >> 8),
		.requestIdB0 = (uint8_t)request_id,
		.contentLengthB1 = (uint8_t)(content_len >> 8),
		.contentLengthB0 = (uint8_t)content_len,
		.paddingLength = (uint8_t)padding_len,
	};

	memcpy(record, &header, sizeof(header));
}

size_t
reply_end_request(uint8_t record[END_RECORD_BYTES], uint16_t request_id,
    uint8_t protocol_status)
{
	FCGI_EndRequestBody body = { .protocolStatus = protocol_status };

	reply_put_header(record, FCGI_END_REQUEST, request_id, sizeof(body),
	    0);
	memcpy(record + RECORD_HEADER_BYTES, &body, sizeof(body));
	return END_RECORD_BYTES;
}

size_t
reply_unknown_type(uint8_t record[REPLY_BYTES_MAX], uint8_t type)
{
	FCGI_UnknownTypeBody body = { .type = type };

	reply_put_header(record, FCGI_UNKNOWN_TYPE, FCGI_NULL_REQUEST_ID,
	    sizeof(body), 0);
	memcpy(record + RECORD_HEADER_BYTES, &body, sizeof(body));
	return sizeof(FCGI_UnknownTypeRecord);
}

size_t
reply_values(uint8_t record[REPLY_BYTES_MAX], const uint8_t *names,
    size_t names_len, unsigned int connections)
{
	bool is_asked[VALUE_COUNT] = { false };
	char number[NUMBER_SIZE];
	size_t len = RECORD_HEADER_BYTES;
	size_t padding_len;

	snprintf(number, sizeof(number), "%u", connections);
	find_names(names, names_len, is_asked);
	for (size_t i = 0; i < VALUE_COUNT; i++)
		if (is_asked[i])
			len += put_pair(record + len, value_names[i],
			    i == VALUE_MULTIPLEXED ? "0" : number);
	padding_len = -len % ALIGNMENT;
	reply_put_header(record, FCGI_GET_VALUES_RESULT, FCGI_NULL_REQUEST_ID,
	    len - RECORD_HEADER_BYTES, padding_len);
	memset(record + len, 0, padding_len);
	return len + padding_len;
}

static void
find_names(const uint8_t *names, size_t names_len, bool is_asked[VALUE_COUNT])
{
	size_t name_len;
	size_t value_len;

	/* At most VALUES_BYTES_MAX / 2 pairs; what is cut off is left out. */
	while (params_read_length(&names, &names_len, &name_len) &&
	    params_read_length(&names, &names_len, &value_len) &&
	    name_len <= names_len && value_len <= names_len - name_len) {
		for (size_t i = 0; i < VALUE_COUNT; i++)
			if (strlen(value_names[i]) == name_len &&
			    memcmp(value_names[i], names, name_len) == 0)
				is_asked[i] = true;
		names += name_len + value_len;
		names_len -= name_len + value_len;
	}
}

static size_t
put_pair(uint8_t *bytes, const char *name, const char *text)
{
	size_t name_len = strlen(name);
	size_t text_len = strlen(text);

	bytes[0] = (uint8_t)name_len;
	bytes[1] = (uint8_t)text_len;
	memcpy(bytes + 2, name, name_len);
	memcpy(bytes + 2 + name_len, text, text_len);
	return 2 + name_len + text_len;
}
