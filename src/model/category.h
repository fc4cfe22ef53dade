/* category.h - the kinds of event that a client can ask for. */
#ifndef MODEL_CATEGORY_H
#define MODEL_CATEGORY_H

#include <stddef.h>

/* The numbers are stored (FORMAT.md): add at the end, never change one. */
enum category {
	CATEGORY_API_KEYS,
	CATEGORY_LISTENERS,
	CATEGORY_MESSAGES,
	CATEGORY_QUEUES,
	CATEGORY_OTHER,		/* shown under "all" alone */
	CATEGORY_COUNT
};

/* The category that a type's prefix names: "queue_added" is of queues. */
enum category category_of_type(const char *type, size_t type_len);

/* "queues" and the like; CATEGORY_OTHER's is "other", which no client says. */
const char *category_name(enum category category);

/* The types that discue.io publishes; others are allowed. */
enum { PUBLISHED_TYPE_COUNT = 12 };
extern const char *const published_types[PUBLISHED_TYPE_COUNT];

#endif
