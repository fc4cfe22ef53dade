/* organization.c - who owns keys and events. */
#include "model/organization.h"

#include <string.h>

#include "base/text.h"

static const char *const status_names[] = {
	[ORGANIZATION_ACTIVE] = "active",
	[ORGANIZATION_UNPAID] = "unpaid",
	[ORGANIZATION_LOCKED] = "locked",
	[ORGANIZATION_REMOVING] = "removing",
};

enum error
organization_name_check(const char *name, struct detail *detail)
{
	size_t name_len = strlen(name);

	if (name_len <= ORGANIZATION_NAME_LEN_MAX &&
	    text_is_of(name, name_len, CLASS_ALNUM | CLASS_DOT |
	    CLASS_DASH | CLASS_UNDERSCORE))
		return ERR_NONE;
	return detail_set(detail, ERR_MEANING,
	    "organization name: expected 1 to %d of A-Z, a-z, 0-9, \".\", "
	    "\"_\" and \"-\", got %s", ORGANIZATION_NAME_LEN_MAX,
	    quote(name, name_len).text);
}

const char *
organization_status_name(enum organization_status status)
{
	return status_names[status];
}

enum error
organization_status_parse(const char *text,
    enum organization_status *status_out, struct detail *detail)
{
	*status_out = ORGANIZATION_LOCKED;
	for (size_t i = 0; i <= ORGANIZATION_LOCKED; i++) {
		if (strcmp(text, status_names[i]) != 0)
			continue;
		*status_out = (enum organization_status)i;
		return ERR_NONE;
	}
	return detail_set(detail, ERR_MEANING,
	    "status: expected active, unpaid or locked, got %s",
	    quote(text, strlen(text)).text);
}
