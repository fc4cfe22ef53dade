/* page.c - LMDB's pages as they lie in the data file, read without LMDB. */
#include "store/page.h"

#include <assert.h>
#include <string.h>

enum {
	NUMBER_OFFSET = 0,		/* 8 bytes */
	FLAGS_OFFSET = 10,		/* 2 bytes each, from here on */
	LOWER_OFFSET = 12,		/* where the offsets end */
	UPPER_OFFSET = 14,		/* where the records begin */
	OVERFLOW_COUNT_OFFSET = 12,	/* 4 bytes, in both places */

	CHILD_HIGH_SHIFT = 32,

	LMDB_VERSION = 1,
	PAGE_BYTES_MIN = 512
};

#define LMDB_MAGIC UINT32_C(0xBEEFC0DE)

/* Key and value follow.  In a branch the low word and, above it, the flags
 * are the child's number. */
struct record_header {
	uint32_t low;
	uint16_t flags;
	uint16_t key_len;
};
static_assert(sizeof(struct record_header) == RECORD_HEADER_BYTES,
    "as it lies");

static size_t record_bytes(const uint8_t *record, bool is_leaf);
static size_t get_u16(const uint8_t *bytes);
static uint64_t get_u64(const uint8_t *bytes);

bool
page_meta_is_good(const struct page_meta *meta)
{
	size_t page_bytes = meta->trees[0].page_bytes;

	return (meta->flags & PAGE_META) != 0 &&
	    meta->magic == LMDB_MAGIC && meta->version == LMDB_VERSION &&
	    page_bytes >= PAGE_BYTES_MIN && page_bytes <= PAGE_BYTES_MAX &&
	    (page_bytes & (page_bytes - 1)) == 0;
}

bool
page_metas_agree(const struct page_meta metas[META_PAGES])
{
	size_t even = metas[0].txn_number;
	size_t odd = metas[1].txn_number;

	return metas[0].page_number == 0 && metas[1].page_number == 1 &&
	    metas[0].trees[0].page_bytes == metas[1].trees[0].page_bytes &&
	    even % 2 == 0 && (odd == even + 1 || odd + 1 == even);
}

uint64_t
page_number(const uint8_t *page)
{
	return get_u64(page + NUMBER_OFFSET);
}

unsigned int
page_flags(const uint8_t *page)
{
	return (unsigned int)get_u16(page + FLAGS_OFFSET);
}

uint64_t
page_overflow_count(const uint8_t *page)
{
	uint32_t count;

	memcpy(&count, page + OVERFLOW_COUNT_OFFSET, sizeof(count));
	return count;
}

bool
page_adds_up(const uint8_t *page, size_t page_bytes)
{
	bool is_leaf = (page_flags(page) & PAGE_LEAF) != 0;
	size_t lower = get_u16(page + LOWER_OFFSET);
	size_t upper = get_u16(page + UPPER_OFFSET);
	size_t used = 0;

	if (lower <= PAGE_HEADER_BYTES || lower % 2 != 0 || lower > upper ||
	    upper > page_bytes - RECORD_HEADER_BYTES)
		return false;
	for (size_t at = PAGE_HEADER_BYTES; at < lower; at += 2) {
		size_t offset = get_u16(page + at);
		size_t bytes;

		/* Both bounds in one, as it wraps around. */
		if (offset - upper > page_bytes - RECORD_HEADER_BYTES - upper)
			return false;
		bytes = record_bytes(page + offset, is_leaf);
		if (bytes > page_bytes - offset)
			return false;
		used += bytes;
	}
	return used == page_bytes - upper;
}

bool
page_has_records(const uint8_t *page, size_t page_bytes)
{
	size_t lower = get_u16(page + LOWER_OFFSET);

	return lower > PAGE_HEADER_BYTES && lower % 2 == 0 &&
	    lower <= page_bytes;
}

bool
page_has_record(const uint8_t *page, size_t page_bytes, unsigned int number)
{
	size_t offset = get_u16(page + PAGE_HEADER_BYTES +
	    2 * (size_t)number);
	struct record_header header;

	if (offset > page_bytes - RECORD_HEADER_BYTES)
		return false;
	memcpy(&header, page + offset, sizeof(header));
	return header.key_len <= page_bytes - RECORD_HEADER_BYTES - offset;
}

unsigned int
page_record_count(const uint8_t *page)
{
	return (unsigned int)(get_u16(page + LOWER_OFFSET) -
	    PAGE_HEADER_BYTES) / 2;
}

struct page_record
page_record(const uint8_t *page, unsigned int number)
{
	const uint8_t *at = page + get_u16(page + PAGE_HEADER_BYTES +
	    2 * (size_t)number);
	struct page_record record;
	struct record_header header;

	memcpy(&header, at, sizeof(header));
	record.key = at + RECORD_HEADER_BYTES;
	record.key_len = header.key_len;
	record.flags = header.flags;
	record.value_len = header.low;
	record.value = record.key + record.key_len;
	if ((page_flags(page) & PAGE_LEAF) == 0)
		record.page = header.low |
		    (uint64_t)header.flags << CHILD_HIGH_SHIFT;
	else
		record.page = (header.flags & VALUE_FAR) != 0 ?
		    get_u64(record.value) : 0;
	return record;
}

static size_t
record_bytes(const uint8_t *record, bool is_leaf)
{
	struct record_header header;
	size_t value_len = 0;

	memcpy(&header, record, sizeof(header));
	if (is_leaf)
		value_len = (header.flags & VALUE_FAR) != 0 ?
		    sizeof(uint64_t) : header.low;
	return (RECORD_HEADER_BYTES + header.key_len + value_len + 1) &
	    ~(size_t)1;
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
