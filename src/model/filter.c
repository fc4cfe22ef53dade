/* filter.c - which categories a client wants. */
#include "model/filter.h"

#include <assert.h>
#include <string.h>

static const unsigned int all_categories = (1U << CATEGORY_COUNT) - 1;

/* "all" or one category's name; false when it is neither. */
static bool add_name(struct filter *filter, const char *name,
    size_t name_len);

struct filter
filter_all(void)
{
	return (struct filter){ .categories = all_categories };
}

bool
filter_is_all(const struct filter *filter)
{
	return filter->categories == all_categories;
}

bool
filter_wants(const struct filter *filter, enum category category)
{
	return (filter->categories & (1U << category)) != 0;
}

enum error
filter_parse(const char *text, size_t text_len, struct filter *filter_out,
    struct detail *detail)
{
	const char *end = text + text_len;
	const char *name = text;
	struct filter filter = { 0 };

	*filter_out = filter;
	for (;;) {
		const char *comma = memchr(name, ',', (size_t)(end - name));
		size_t name_len = (size_t)
		    ((comma == NULL ? end : comma) - name);

		if (!add_name(&filter, name, name_len))
			return detail_set(detail, ERR_MEANING,
			    "events: expected all, or api_keys, listeners, "
			    "messages and queues with commas, got %s",
			    quote(name, name_len).text);
		if (comma == NULL)
			break;
		name = comma + 1;
	}
	*filter_out = filter;
	return ERR_NONE;
}

static bool
add_name(struct filter *filter, const char *name, size_t name_len)
{
	if (name_len == strlen("all") && memcmp(name, "all", name_len) == 0) {
		*filter = filter_all();
		return true;
	}
	for (size_t i = 0; i < CATEGORY_OTHER; i++) {
		const char *known = category_name((enum category)i);

		if (name_len == strlen(known) &&
		    memcmp(name, known, name_len) == 0) {
			filter->categories |= 1U << i;
			return true;
		}
	}
	return false;
}

void
filter_format(const struct filter *filter, char text[FILTER_TEXT_SIZE])
{
	size_t len = 0;

	if (filter_is_all(filter)) {
		memcpy(text, "all", sizeof("all"));
		return;
	}
	for (size_t i = 0; i < CATEGORY_OTHER; i++) {
		const char *name = category_name((enum category)i);
		size_t name_len = strlen(name);

		if (!filter_wants(filter, (enum category)i))
			continue;
		if (len > 0)
			text[len++] = ',';
		assert(len + name_len < FILTER_TEXT_SIZE);
		memcpy(text + len, name, name_len);
		len += name_len;
	}
	text[len] = '\0';
}
