/* fastcgi.c - fuzz: the records that a web server sends.
 *
 * The first byte chooses in what pieces they come, which makes no difference.
 * A second reader has to find the params of each request that libfcgi finds.
 */
#include <string.h>

#include "base/buffer.h"
#include "fuzz.h"
#include "model/limits.h"
#include "responder/body.h"
#include "responder/fcgi.h"
#include "responder/records.h"

const char fuzz_target[] = "fastcgi";

/* One side: what was scanned, and an account of it. */
struct side {
	struct scan scan;
	struct buffer params;
	struct body body;
	struct buffer account;
};

static struct side at_once, in_pieces;
static struct fcgi *fcgi;

static void start(void);
static bool scan_all(struct side *side, const uint8_t *bytes, size_t len);
static void give_account(struct side *side, enum scan_outcome outcome);
static void check_params(const struct buffer *pairs);
static const char *read_length(const char *at, size_t *length_out);
static bool is_wanted(const char *name, size_t name_len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static bool is_started;
	struct fuzz_input input = { bytes, len };
	size_t piece = (size_t)fuzz_take(&input) + 1;
	bool goes_on = true;

	if (!is_started)
		start();
	is_started = true;
	if (len == 0)
		return 0;
	scan_init(&at_once.scan);
	scan_init(&in_pieces.scan);
	buffer_reset(&at_once.account);
	buffer_reset(&in_pieces.account);
	scan_all(&at_once, input.bytes, input.len);
	for (size_t i = 0; i < input.len && goes_on; i += piece)
		goes_on = scan_all(&in_pieces, input.bytes + i,
		    input.len - i < piece ? input.len - i : piece);
	FUZZ_EXPECT(at_once.account.len == in_pieces.account.len);
	FUZZ_EXPECT(at_once.account.len == 0 ||
	    memcmp(at_once.account.bytes, in_pieces.account.bytes,
	    at_once.account.len) == 0);
	FUZZ_EXPECT(scan_is_idle(&at_once.scan) ==
	    scan_is_idle(&in_pieces.scan));
	return 0;
}

static void
start(void)
{
	static atomic_size_t body_bytes;

	buffer_init(&at_once.params, REQUEST_PARAMS_BYTES_MAX);
	buffer_init(&in_pieces.params, REQUEST_PARAMS_BYTES_MAX);
	body_init(&at_once.body, &body_bytes);
	body_init(&in_pieces.body, &body_bytes);
	FUZZ_EXPECT(fcgi_start(NULL) == ERR_NONE);
	FUZZ_EXPECT(fcgi_new(&fcgi) == ERR_NONE);
}

/* Whether more may come. */
static bool
scan_all(struct side *side, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		size_t used;
		enum scan_outcome outcome = scan_bytes(&side->scan, bytes,
		    len, &side->params, &side->body, &used);

		FUZZ_EXPECT(used <= len && (outcome != SCAN_MORE ||
		    used == len));
		FUZZ_EXPECT(used > 0);
		bytes += used;
		len -= used;
		if (outcome != SCAN_MORE)
			give_account(side, outcome);
		if (outcome == SCAN_REQUEST && side == &at_once)
			check_params(&side->params);
		if (outcome == SCAN_BROKEN || outcome == SCAN_TOO_LARGE)
			return false;
	}
	return true;
}

/* Params beyond the bound are cut where the pieces end. */
static void
give_account(struct side *side, enum scan_outcome outcome)
{
	const struct scan *scan = &side->scan;

	buffer_add_format(&side->account, "%d %d %d %d\n", (int)outcome,
	    scan->request_id, scan->record_id, scan->is_kept);
	if (outcome == SCAN_VALUES)
		buffer_add(&side->account, scan->kept, scan->kept_len);
	if (outcome != SCAN_REQUEST)
		return;
	buffer_add(&side->account, side->params.bytes, side->params.len);
	buffer_add(&side->account, side->body.bytes.bytes,
	    side->body.bytes.len);
	buffer_add_format(&side->account, "%d %d\n", side->body.is_cut,
	    side->body.is_wanted);
}

/* libfcgi's list is that of a reader that knows nothing of it. */
static void
check_params(const struct buffer *pairs)
{
	static struct buffer picked;
	const char *at = pairs->bytes;
	const char *end = pairs->len == 0 ? at : at + pairs->len;
	const char *const *params;
	size_t count = 0;

	buffer_reset(&picked);
	params_pick(pairs, is_wanted, &picked);
	FUZZ_EXPECT(picked.error == ERR_NONE && picked.len == pairs->len);
	FUZZ_EXPECT(fcgi_begin(fcgi, &picked, &params) == ERR_NONE);
	/* Before them is FCGI_ROLE. */
	for (count = 1; at < end; count++) {
		size_t name_len;
		size_t value_len;
		const char *param = params[count];

		at = read_length(at, &name_len);
		at = read_length(at, &value_len);
		FUZZ_EXPECT(param != NULL);
		FUZZ_EXPECT(strlen(param) == name_len + 1 + value_len);
		FUZZ_EXPECT(memcmp(param, at, name_len) == 0 &&
		    param[name_len] == '=' && memcmp(param + name_len + 1,
		    at + name_len, value_len) == 0);
		at += name_len + value_len;
	}
	FUZZ_EXPECT(at == end && params[count] == NULL &&
	    count - 1 <= REQUEST_PARAMS_MAX);
	fcgi_end(fcgi);
}

static const char *
read_length(const char *at, size_t *length_out)
{
	const uint8_t *bytes = (const uint8_t *)at;

	*length_out = bytes[0];
	if (bytes[0] < 0x80)
		return at + 1;
	*length_out = ((size_t)bytes[0] - 0x80) << 24 |
	    (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
	return at + 4;
}

static bool
is_wanted(const char *name, size_t name_len)
{
	(void)name;
	(void)name_len;
	return true;
}
