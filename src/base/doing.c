/* doing.c - what this thread is at, for the one who explains a crash. */
#include "base/doing.h"

#include <stddef.h>
#include <string.h>

static _Thread_local struct doing now;

void
doing_begin(const char *what, const char *request_id)
{
	size_t len = strnlen(request_id, sizeof(now.request_id) - 1);

	memcpy(now.request_id, request_id, len);
	now.request_id[len] = '\0';
	now.organization = 0;
	now.what = what;
}

void
doing_name(const char *what)
{
	now.what = what;
}

void
doing_for(uint32_t organization)
{
	now.organization = organization;
}

void
doing_end(void)
{
	now.what = NULL;
}

const struct doing *
doing_now(void)
{
	return &now;
}
