/* leaf_page.c - the page that a record lies in. */
#include "store/leaf_page.h"

#include <string.h>

#include "store/page.h"

static bool is_in_place(const uint8_t *page, const MDB_val *key,
    const MDB_val *value, size_t page_bytes);

const uint8_t *
leaf_page_of(const void *byte, size_t page_bytes)
{
	/* The map begins at a page. */
	return (const uint8_t *)byte - ((uintptr_t)byte & (page_bytes - 1));
}

const uint8_t *
leaf_page_map(const uint8_t *page, size_t page_bytes)
{
	return (const uint8_t *)((uintptr_t)page -
	    page_number(page) * page_bytes);
}

bool
leaf_page_is_whole(const MDB_val *key, const MDB_val *value,
    size_t page_bytes)
{
	const uint8_t *page = leaf_page_of(key->mv_data, page_bytes);

	return page_flags(page) == PAGE_LEAF &&
	    page_adds_up(page, page_bytes) &&
	    is_in_place(page, key, value, page_bytes);
}

/* A value in pages of its own tells where in the map the first page is, and
 * so where this one has to be. */
static bool
is_in_place(const uint8_t *page, const MDB_val *key, const MDB_val *value,
    size_t page_bytes)
{
	const uint8_t *far = (const uint8_t *)value->mv_data -
	    PAGE_HEADER_BYTES;
	const uint8_t *header = (const uint8_t *)key->mv_data -
	    RECORD_HEADER_BYTES;
	uint16_t flags;
	uint64_t number;

	memcpy(&flags, header + RECORD_FLAGS_OFFSET, sizeof(flags));
	if ((flags & VALUE_FAR) == 0)
		return true;
	memcpy(&number, (const uint8_t *)key->mv_data + key->mv_size,
	    sizeof(number));
	return (uintptr_t)far - number * page_bytes ==
	    (uintptr_t)leaf_page_map(page, page_bytes);
}
