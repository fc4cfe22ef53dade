/* method.c - the methods that HTTP knows: RFC 9110's and PATCH. */
#include "api/method.h"

#include <assert.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

static const char *const names[] = {
	[METHOD_GET] = "GET",
	[METHOD_HEAD] = "HEAD",
	[METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
	[METHOD_CONNECT] = "CONNECT",
	[METHOD_OPTIONS] = "OPTIONS",
	[METHOD_TRACE] = "TRACE",
	[METHOD_COUNT] = "-",
};
static_assert(COUNT_OF(names) == METHOD_COUNT + 1, "one name per method");

enum error
method_parse(const char *text, enum method *method_out)
{
	enum method method = METHOD_GET;

	while (method < METHOD_COUNT && strcmp(text, names[method]) != 0)
		method++;
	*method_out = method;
	return method == METHOD_COUNT ? ERR_UNKNOWN_METHOD : ERR_NONE;
}

const char *
method_name(enum method method)
{
	return names[method];
}

void
method_add_list(struct buffer *buffer, unsigned int methods)
{
	const char *comma = "";

	for (enum method method = 0; method < METHOD_COUNT; method++) {
		if ((methods & METHOD_BIT(method)) == 0)
			continue;
		buffer_add_text(buffer, comma);
		buffer_add_text(buffer, names[method]);
		comma = ", ";
	}
}
