/* method.h - the methods that HTTP knows: RFC 9110's and PATCH. */
#ifndef API_METHOD_H
#define API_METHOD_H

#include "base/error.h"

struct buffer;

enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_CONNECT,
	METHOD_OPTIONS,
	METHOD_TRACE,
	METHOD_COUNT
};

#define METHOD_BIT(method) (1U << (method))

/* ERR_UNKNOWN_METHOD, and METHOD_COUNT, for any other; case counts. */
enum error method_parse(const char *text, enum method *method_out);

/* "GET"; METHOD_COUNT's is "-". */
const char *method_name(enum method method);

/* Adds the names of methods, bits of METHOD_BIT: "GET, HEAD, OPTIONS". */
void method_add_list(struct buffer *buffer, unsigned int methods);

#endif
