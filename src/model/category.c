/* category.c - the kinds of event that a client can ask for. */
#include "model/category.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

static const struct {
	const char *name;	/* as a client writes it */
	const char *prefix;	/* of the types that belong to it */
	size_t prefix_len;
} categories[] = {
	[CATEGORY_API_KEYS]  = { "api_keys",  "api_key_",  8 },
	[CATEGORY_LISTENERS] = { "listeners", "listener_", 9 },
	[CATEGORY_MESSAGES]  = { "messages",  "message_",  8 },
	[CATEGORY_QUEUES]    = { "queues",    "queue_",    6 },
	/* Last: every type has the empty prefix. */
	[CATEGORY_OTHER]     = { "other",     "",          0 },
};
static_assert(COUNT_OF(categories) == CATEGORY_COUNT, "a row per category");

const char *const published_types[PUBLISHED_TYPE_COUNT] = {
	"api_key_added",
	"api_key_updated",
	"api_key_deleted",
	"listener_added",
	"listener_updated",
	"listener_deleted",
	"message_added",
	"message_published_ok",
	"message_published_not_ok",
	"queue_added",
	"queue_updated",
	"queue_deleted",
};

enum category
category_of_type(const char *type, size_t type_len)
{
	size_t i = 0;

	while (type_len < categories[i].prefix_len ||
	    memcmp(type, categories[i].prefix, categories[i].prefix_len) != 0)
		i++;
	return (enum category)i;
}

const char *
category_name(enum category category)
{
	return categories[category].name;
}
