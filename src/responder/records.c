/* records.c - what a web server sends: FastCGI records, checked. */
#include "responder/records.h"

#include <assert.h>
#include <fastcgi.h>
#include <string.h>

#include "base/buffer.h"
#include "model/limits.h"
#include "responder/body.h"

enum { ROLE_BODY_BYTES = 8 };

static_assert(sizeof(FCGI_Header) == RECORD_HEADER_BYTES, "no padding");
static_assert(sizeof(FCGI_BeginRequestBody) == ROLE_BODY_BYTES, "no padding");
static_assert((int)VALUES_BYTES_MAX >= (int)ROLE_BODY_BYTES,
    "kept holds the body of FCGI_BEGIN_REQUEST");

static enum scan_outcome scan_header(struct scan *scan, const uint8_t *bytes,
    size_t len, size_t *used);
static enum scan_outcome check_header(struct scan *scan);
static bool is_of_open_request(const struct scan *scan);
static void take_content(struct scan *scan, const uint8_t *bytes, size_t len,
    struct buffer *params, struct body *body);
static enum scan_outcome end_record(struct scan *scan,
    struct buffer *params, struct body *body);
static enum scan_outcome begin_request(struct scan *scan,
    struct buffer *params, struct body *body);
static enum scan_outcome end_params(struct scan *scan,
    struct buffer *params, struct body *body);
static bool params_hold(const struct buffer *params, const char *name,
    const char *value);

void
scan_init(struct scan *scan)
{
	scan->phase = SCAN_BETWEEN;
	scan->request_id = FCGI_NULL_REQUEST_ID;
	scan->is_kept = false;
	scan->header_len = 0;
	scan->content_left = 0;
	scan->padding_left = 0;
	scan->kept_len = 0;
}

enum scan_outcome
scan_bytes(struct scan *scan, const uint8_t *bytes, size_t len,
    struct buffer *params, struct body *body, size_t *used_out)
{
	enum scan_outcome outcome = SCAN_MORE;
	size_t used = 0;

	/* Each turn takes a byte or more, or ends. */
	while (outcome == SCAN_MORE && used < len) {
		size_t part;

		if (scan->header_len < RECORD_HEADER_BYTES) {
			outcome = scan_header(scan, bytes, len, &used);
			if (outcome != SCAN_MORE ||
			    scan->header_len < RECORD_HEADER_BYTES)
				break;
		}

		part = len - used < scan->content_left ?
		    len - used : scan->content_left;
		take_content(scan, bytes + used, part, params, body);
		scan->content_left -= part;
		used += part;

		part = len - used < scan->padding_left ?
		    len - used : scan->padding_left;
		scan->padding_left -= part;
		used += part;

		if (scan->content_left == 0 && scan->padding_left == 0) {
			scan->header_len = 0;
			outcome = end_record(scan, params, body);
		} else if (params->error != ERR_NONE) {
			outcome = SCAN_TOO_LARGE;
		}
	}
	*used_out = used;
	return outcome;
}

static enum scan_outcome
scan_header(struct scan *scan, const uint8_t *bytes, size_t len, size_t *used)
{
	size_t part = RECORD_HEADER_BYTES - scan->header_len;

	if (part > len - *used)
		part = len - *used;
	memcpy(scan->header + scan->header_len, bytes + *used, part);
	scan->header_len += part;
	*used += part;
	if (scan->header_len < RECORD_HEADER_BYTES)
		return SCAN_MORE;
	return check_header(scan);
}

static enum scan_outcome
check_header(struct scan *scan)
{
	FCGI_Header header;

	memcpy(&header, scan->header, sizeof(header));
	scan->record_type = header.type;
	scan->record_id =
	    (uint16_t)(header.requestIdB1 << 8 | header.requestIdB0);
	scan->content_left =
	    (size_t)(header.contentLengthB1 << 8 | header.contentLengthB0);
	scan->padding_left = header.paddingLength;
	scan->kept_len = 0;

	if (header.version != FCGI_VERSION_1)
		return SCAN_BROKEN;
	/* Id 0 is for management records, and the types up to FCGI_DATA
	 * are for requests. */
	if ((scan->record_id == FCGI_NULL_REQUEST_ID) !=
	    (header.type > FCGI_DATA || header.type == 0))
		return SCAN_BROKEN;

	switch (header.type) {
	case FCGI_BEGIN_REQUEST:
		return scan->content_left == ROLE_BODY_BYTES ?
		    SCAN_MORE : SCAN_BROKEN;
	case FCGI_PARAMS:
		return is_of_open_request(scan) &&
		    scan->phase != SCAN_PARAMS ? SCAN_BROKEN : SCAN_MORE;
	case FCGI_STDIN:
		return is_of_open_request(scan) &&
		    scan->phase != SCAN_STDIN ? SCAN_BROKEN : SCAN_MORE;
	case FCGI_DATA:
		/* It may still come for a request of another role. */
		return is_of_open_request(scan) ? SCAN_BROKEN : SCAN_MORE;
	case FCGI_END_REQUEST:
	case FCGI_STDOUT:
	case FCGI_STDERR:
		/* Only responders say these. */
		return SCAN_BROKEN;
	default:
		return SCAN_MORE;
	}
}

static bool
is_of_open_request(const struct scan *scan)
{
	return scan->phase != SCAN_BETWEEN &&
	    scan->record_id == scan->request_id;
}

static void
take_content(struct scan *scan, const uint8_t *bytes, size_t len,
    struct buffer *params, struct body *body)
{
	size_t room = VALUES_BYTES_MAX - scan->kept_len;

	switch (scan->record_type) {
	case FCGI_BEGIN_REQUEST:
	case FCGI_GET_VALUES:
		if (len > room)
			len = room;
		memcpy(scan->kept + scan->kept_len, bytes, len);
		scan->kept_len += len;
		break;
	case FCGI_PARAMS:
		if (is_of_open_request(scan))
			buffer_add(params, bytes, len);
		break;
	case FCGI_STDIN:
		if (is_of_open_request(scan))
			body_add(body, bytes, len);
		break;
	default:
		break;
	}
}

/* A record without content is the end of its stream. */
static enum scan_outcome
end_record(struct scan *scan, struct buffer *params, struct body *body)
{
	bool is_end = scan->header[4] == 0 && scan->header[5] == 0;

	if (scan->record_type == FCGI_GET_VALUES)
		return SCAN_VALUES;
	if (scan->record_id == FCGI_NULL_REQUEST_ID)
		return SCAN_UNKNOWN;
	if (scan->record_type == FCGI_BEGIN_REQUEST)
		return begin_request(scan, params, body);
	/* Of requests that were refused, or have ended. */
	if (!is_of_open_request(scan))
		return SCAN_MORE;

	switch (scan->record_type) {
	case FCGI_ABORT_REQUEST:
		scan->phase = SCAN_BETWEEN;
		return SCAN_ABORTED;
	case FCGI_PARAMS:
		if (params->error != ERR_NONE)
			return SCAN_TOO_LARGE;
		return is_end ? end_params(scan, params, body) : SCAN_MORE;
	case FCGI_STDIN:
		if (!is_end)
			return SCAN_MORE;
		scan->phase = SCAN_BETWEEN;
		return SCAN_REQUEST;
	default:
		return SCAN_MORE;
	}
}

static enum scan_outcome
begin_request(struct scan *scan, struct buffer *params, struct body *body)
{
	FCGI_BeginRequestBody begin;

	if (is_of_open_request(scan))
		return SCAN_BROKEN;
	if (scan->phase != SCAN_BETWEEN)
		return SCAN_MULTIPLEXED;

	memcpy(&begin, scan->kept, sizeof(begin));
	scan->request_id = scan->record_id;
	scan->is_kept = (begin.flags & FCGI_KEEP_CONN) != 0;
	if ((begin.roleB1 << 8 | begin.roleB0) != FCGI_RESPONDER)
		return SCAN_ROLE;
	scan->phase = SCAN_PARAMS;
	buffer_reset(params);
	body_clear(body);
	return SCAN_MORE;
}

static enum scan_outcome
end_params(struct scan *scan, struct buffer *params, struct body *body)
{
	bool are_many;

	scan->phase = SCAN_STDIN;
	if (!params_check(params, &are_many))
		return are_many ? SCAN_TOO_LARGE : SCAN_BROKEN;
	/* Those of other methods are read and ignored. */
	body_begin(body, params_hold(params, "REQUEST_METHOD", "POST"));
	return SCAN_MORE;
}

/* Whether one of the pairs is this one, in params that were checked. */
static bool
params_hold(const struct buffer *params, const char *name, const char *value)
{
	const uint8_t *bytes = (const uint8_t *)params->bytes;
	size_t len = params->len;
	size_t name_len;
	size_t value_len;

	while (params_read_length(&bytes, &len, &name_len) &&
	    params_read_length(&bytes, &len, &value_len)) {
		if (name_len == strlen(name) && value_len == strlen(value) &&
		    memcmp(bytes, name, name_len) == 0 &&
		    memcmp(bytes + name_len, value, value_len) == 0)
			return true;
		bytes += name_len + value_len;
		len -= name_len + value_len;
	}
	return false;
}

bool
scan_is_idle(const struct scan *scan)
{
	return scan->phase == SCAN_BETWEEN && scan->header_len == 0;
}

bool
params_read_length(const uint8_t **bytes, size_t *len, size_t *length_out)
{
	const uint8_t *byte = *bytes;
	size_t size;

	*length_out = 0;
	if (*len == 0)
		return false;
	size = (byte[0] & 0x80) == 0 ? 1 : 4;
	if (*len < size)
		return false;
	*length_out = size == 1 ? byte[0] :
	    (size_t)(byte[0] & 0x7f) << 24 | (size_t)byte[1] << 16 |
	    (size_t)byte[2] << 8 | byte[3];
	*bytes += size;
	*len -= size;
	return true;
}

bool
params_check(struct buffer *params, bool *are_many_out)
{
	uint8_t *start = (uint8_t *)params->bytes;
	const uint8_t *bytes = start;
	size_t len = params->len;
	unsigned int count = 0;

	*are_many_out = false;
	while (len > 0) {
		size_t name_len;
		size_t value_len;
		size_t text_len;
		uint8_t *text;
		uint8_t *nul;

		if (!params_read_length(&bytes, &len, &name_len) ||
		    !params_read_length(&bytes, &len, &value_len) ||
		    name_len > len || value_len > len - name_len)
			return false;
		text_len = name_len + value_len;
		text = start + (bytes - start);
		bytes += text_len;
		len -= text_len;
		while ((nul = memchr(text, '\0', text_len)) != NULL) {
			*nul++ = 0xff;
			text_len -= (size_t)(nul - text);
			text = nul;
		}
		count++;
	}
	*are_many_out = count > REQUEST_PARAMS_MAX;
	return !*are_many_out;
}

void
params_pick(const struct buffer *params, params_wants *wants,
    struct buffer *picked)
{
	const uint8_t *bytes = (const uint8_t *)params->bytes;
	const uint8_t *pair = bytes;
	size_t len = params->len;
	size_t name_len;
	size_t value_len;

	while (params_read_length(&bytes, &len, &name_len) &&
	    params_read_length(&bytes, &len, &value_len)) {
		const uint8_t *end = bytes + name_len + value_len;

		if (wants((const char *)bytes, name_len))
			buffer_add(picked, pair, (size_t)(end - pair));
		len -= name_len + value_len;
		bytes = end;
		pair = end;
	}
}
