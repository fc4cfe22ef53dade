/* accept.h - the Accept field (RFC 9110, section 12.5.1) and what we send. */
#ifndef API_ACCEPT_H
#define API_ACCEPT_H

#include <stdbool.h>

#include "base/error.h"

/* In the order in which we choose where the client does not mind. */
enum media {
	MEDIA_JSON,
	MEDIA_NDJSON,
	MEDIA_CSV,
	MEDIA_EVENT_STREAM,
	MEDIA_PROMETHEUS,
	MEDIA_COUNT
};

#define MEDIA_BIT(media) (1U << (media))

/* The whole Content-Type. */
const char *media_content_type(enum media media);

/* What a client thinks of each of our types. */
struct accept {
	struct {
		unsigned int quality;		/* thousandths */
		unsigned int closeness;		/* 0: not named at all */
	} opinions[MEDIA_COUNT];
	bool names_problem_json;
};

/*
 * Reads the fields as one list; an empty one accepts everything.  Ranges that
 * are not well-formed count for nothing, parameters other than q are passed
 * over.
 */
void accept_read(const char *const fields[], unsigned int field_count,
    struct accept *accept_out);

/*
 * Chooses among offered, bits of MEDIA_BIT: the greatest quality, then the
 * closest name, then our own order.  ERR_NOT_ACCEPTABLE when none is wanted.
 */
enum error accept_choose(const struct accept *accept, unsigned int offered,
    enum media *media_out);

#endif
