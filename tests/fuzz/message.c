/* message.c - fuzz: what responder and recorder say on their socket.
 *
 * The first byte chooses who is spoken to, and in what pieces it comes.  A
 * message that is taken, written again, is what it was.
 */
#include <string.h>

#include "base/buffer.h"
#include "fuzz.h"
#include "model/event.h"
#include "record/message.h"
#include "recorder/peer.h"

const char fuzz_target[] = "message";

enum { PIECES = 1 << 1 };

static void check_requests(const uint8_t *bytes, size_t len, size_t piece);
static size_t take_requests(struct peer *peer);
static void check_request(const struct message_request *request,
    const char *bytes, size_t len);
static void check_reply(const char *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static bool is_silent;
	struct fuzz_input input = { bytes, len };
	uint8_t choice = fuzz_take(&input);
	size_t piece = input.len;

	if (!is_silent)
		fuzz_silence_log();
	is_silent = true;
	if (len == 0)
		return 0;
	if ((choice & PIECES) != 0)
		piece = (choice >> 2) + 1;
	if ((choice & 1) == 0)
		check_requests(input.bytes, input.len, piece);
	else
		check_reply((const char *)input.bytes, input.len);
	return 0;
}

/* Received in pieces as well as at once: the same number of requests, and
 * the same end. */
static void
check_requests(const uint8_t *bytes, size_t len, size_t piece)
{
	static struct peer at_once;
	static struct peer peer;
	size_t count;
	size_t taken = 0;

	at_once.is_ended = peer.is_ended = false;
	at_once.taken = peer.taken = 0;
	buffer_reset(&at_once.received);
	buffer_reset(&peer.received);
	buffer_add(&at_once.received, bytes, len);
	count = take_requests(&at_once);
	if (piece == len)
		return;
	for (size_t i = 0; i < len && !peer.is_ended; i += piece) {
		buffer_add(&peer.received, bytes + i,
		    len - i < piece ? len - i : piece);
		taken += take_requests(&peer);
	}
	FUZZ_EXPECT(taken == count && peer.taken == at_once.taken);
	FUZZ_EXPECT(peer.is_ended == at_once.is_ended);
}

static size_t
take_requests(struct peer *peer)
{
	struct message_request request;
	size_t count = 0;
	size_t bytes;

	peer->fd = -1;
	while (peer_next(peer, &request, &bytes)) {
		FUZZ_EXPECT(bytes <= peer->received.len - peer->taken);
		check_request(&request, peer->received.bytes + peer->taken,
		    bytes);
		peer_take(peer, bytes);
		count++;
	}
	return count;
}

static void
check_request(const struct message_request *request, const char *bytes,
    size_t len)
{
	static struct buffer written;
	static struct event_draft draft;
	struct event_json event;
	size_t offset = 0;
	size_t count = 0;

	buffer_reset(&written);
	message_begin_request(&written, request);
	while (message_next_event(request, &offset, &event)) {
		FUZZ_EXPECT(event_json_has_frame(&event));
		draft.category = event.category;
		draft.stored_at_offset = event.stored_at_offset;
		draft.json_len = event.json_len;
		memcpy(draft.json, event.json, event.json_len);
		message_add_event(&written, &draft);
		count++;
	}
	FUZZ_EXPECT(count == request->event_count);
	FUZZ_EXPECT(message_end_request(&written) == ERR_NONE);
	message_set_sequence(&written, request->sequence);
	FUZZ_EXPECT(written.len == len &&
	    memcmp(written.bytes, bytes, len) == 0);
}

/* As the responder reads it. */
static void
check_reply(const char *bytes, size_t len)
{
	static struct cursor places[RECORD_EVENTS_MAX];
	static struct buffer written;
	struct message_reply reply;
	size_t reply_len;

	if (message_length(bytes, len, MESSAGE_REPLY, &reply_len) !=
	    ERR_NONE || reply_len == 0 || reply_len > len ||
	    message_read_reply(bytes, reply_len, &reply) != ERR_NONE)
		return;
	for (size_t i = 0; i < reply.place_count; i++)
		places[i] = message_place(&reply, i);
	buffer_reset(&written);
	message_add_reply(&written, reply.sequence, reply.outcome, places,
	    reply.place_count);
	FUZZ_EXPECT(written.len == reply_len &&
	    memcmp(written.bytes, bytes, reply_len) == 0);
}
