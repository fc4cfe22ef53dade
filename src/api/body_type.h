/* body_type.h - the types of body that POST /v1/events takes. */
#ifndef API_BODY_TYPE_H
#define API_BODY_TYPE_H

#include "base/error.h"

struct request;

enum body_type {
	BODY_JSON,
	BODY_NDJSON,
	BODY_TYPE_COUNT
};

/*
 * Reads Content-Type and Content-Encoding.  Parameters are passed over, but
 * charset, which can only be utf-8.  ERR_MEDIA_TYPE: another type, none, or
 * any encoding; detail names what is taken.
 */
enum error body_type_read(const struct request *request,
    enum body_type *type_out, struct detail *detail);

#endif
