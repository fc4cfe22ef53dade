/* stub_parked.h - answers that wait, for tests of the responder. */
#ifndef TESTS_STUB_PARKED_H
#define TESTS_STUB_PARKED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct buffer;
struct message_reply;
struct request;
struct response;
struct stub_parked;

/* Of all answers of the stub that are not whole at once. */
struct pending {
	uint64_t left;		/* of an export */
	uint64_t at;
	bool is_failing;
	bool is_toilsome;
	bool is_stream;
	int64_t seen_bytes;	/* of the file of events */
	int64_t end_ms;		/* of a wait */
	int64_t beat_ms;	/* of a stream */
};

void pending_free(struct pending *pending);

/* Its news is that the file "events" in the store's directory grows. */
struct stub_parked *stub_parked_new(const char *store_path);
void stub_parked_free(struct stub_parked *parked);
void stub_parked_stop(struct stub_parked *parked);

/*
 * /record/SIZE: one message, of an event of about that many bytes.
 * /wait/MS: until there is news, or that time is over.
 * /stream/MS: what is added to the file, and a beat after each time without.
 * False when the path is none of these.
 */
bool stub_parked_answer(struct stub_parked *parked,
    const struct request *request, struct response *response);
void stub_parked_recorded(struct stub_parked *parked,
    struct response *response, enum error err,
    const struct message_reply *reply, struct buffer *message);
void stub_parked_resume(struct stub_parked *parked,
    struct response *response);

#endif
