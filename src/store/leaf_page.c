/* leaf_page.c - a page of LMDB's that holds records, looked at without
 * LMDB. */
#include "store/leaf_page.h"

#include <assert.h>
#include <string.h>

/* As version 1 of LMDB's format lays pages out on this machine: native
 * integers.  Behind the header lie the offsets of the records, which fill the
 * page from its end. */
enum {
	PAGE_NUMBER_OFFSET = 0,		/* 8 bytes */
	PAGE_FLAGS_OFFSET = 10,		/* 2 bytes each, from here on */
	PAGE_LOWER_OFFSET = 12,		/* where the offsets end */
	PAGE_UPPER_OFFSET = 14,		/* where the records begin */
	PAGE_HEADER_BYTES = 16,
	LEAF_FLAG = 0x02,

	RECORD_HEADER_BYTES = 8,
	/* The value lies in pages of its own, and their number here. */
	FAR_FLAG = 0x01
};

/* Key and value follow. */
struct record_header {
	uint32_t value_len;
	uint16_t flags;
	uint16_t key_len;
};
static_assert(sizeof(struct record_header) == RECORD_HEADER_BYTES,
    "as it lies");

static bool adds_up(const uint8_t *page, size_t page_bytes);
static size_t record_bytes(const uint8_t *record);
static bool is_in_place(const uint8_t *page, const MDB_val *key,
    const MDB_val *value, size_t page_bytes);
static size_t get_u16(const uint8_t *bytes);
static uint64_t get_u64(const uint8_t *bytes);

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
	    get_u64(page + PAGE_NUMBER_OFFSET) * page_bytes);
}

bool
leaf_page_is_whole(const MDB_val *key, const MDB_val *value,
    size_t page_bytes)
{
	const uint8_t *page = leaf_page_of(key->mv_data, page_bytes);

	return get_u16(page + PAGE_FLAGS_OFFSET) == LEAF_FLAG &&
	    adds_up(page, page_bytes) &&
	    is_in_place(page, key, value, page_bytes);
}

/* One record less, or another length, and it does not. */
static bool
adds_up(const uint8_t *page, size_t page_bytes)
{
	size_t lower = get_u16(page + PAGE_LOWER_OFFSET);
	size_t upper = get_u16(page + PAGE_UPPER_OFFSET);
	size_t used = 0;

	if (lower <= PAGE_HEADER_BYTES || lower % 2 != 0 || lower > upper ||
	    upper > page_bytes - RECORD_HEADER_BYTES)
		return false;
	for (size_t at = PAGE_HEADER_BYTES; at < lower; at += 2) {
		size_t offset = get_u16(page + at);

		/* Both bounds in one, as it wraps around. */
		if (offset - upper > page_bytes - RECORD_HEADER_BYTES - upper)
			return false;
		used += record_bytes(page + offset);
	}
	return used == page_bytes - upper;
}

static size_t
record_bytes(const uint8_t *record)
{
	struct record_header header;
	size_t value_len;

	memcpy(&header, record, sizeof(header));
	value_len = (header.flags & FAR_FLAG) != 0 ? sizeof(uint64_t) :
	    header.value_len;
	return (RECORD_HEADER_BYTES + header.key_len + value_len + 1) &
	    ~(size_t)1;
}

/* A value in pages of its own tells where in the map the first page is, and
 * so where this one has to be. */
static bool
is_in_place(const uint8_t *page, const MDB_val *key, const MDB_val *value,
    size_t page_bytes)
{
	const uint8_t *far = (const uint8_t *)value->mv_data -
	    PAGE_HEADER_BYTES;
	struct record_header header;
	uint64_t far_number;

	memcpy(&header, (const uint8_t *)key->mv_data - sizeof(header),
	    sizeof(header));
	if ((header.flags & FAR_FLAG) == 0)
		return true;
	far_number = get_u64((const uint8_t *)key->mv_data + key->mv_size);
	return (uintptr_t)far - far_number * page_bytes ==
	    (uintptr_t)leaf_page_map(page, page_bytes);
}

static size_t
get_u16(const uint8_t *bytes)
{
	uint16_t number;

	memcpy(&number, bytes, sizeof(number));
	return number;
}

static uint64_t
get_u64(const uint8_t *bytes)
{
	uint64_t number;

	memcpy(&number, bytes, sizeof(number));
	return number;
}
