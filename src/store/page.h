/* page.h - LMDB's pages as they lie in the data file, read without LMDB.
 *
 * As version 1 of its format lays them out on this machine: native integers.
 * Behind a page's header lie the offsets of its records, which fill the page
 * from its end.  None of it has a checksum: whoever reads a page looks first
 * whether it adds up.
 */
#ifndef STORE_PAGE_H
#define STORE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PAGE_HEADER_BYTES = 16,
	RECORD_HEADER_BYTES = 8,
	RECORD_FLAGS_OFFSET = 4,
	PAGE_BRANCH = 0x01,
	PAGE_LEAF = 0x02,
	PAGE_OVERFLOW = 0x04,
	PAGE_META = 0x08,

	META_PAGES = 2,

	PAGE_BYTES_MAX = 65536,

	/* What a record's value is, if it does not simply follow its key: in
	 * pages of its own, whose number is there; a tree. */
	VALUE_FAR = 0x01,
	VALUE_TREE = 0x02
};

struct page_tree {
	uint32_t page_bytes;	/* in the first tree; unused elsewhere */
	uint16_t flags;
	uint16_t depth;
	size_t branch_pages;
	size_t leaf_pages;
	size_t overflow_pages;
	size_t entries;
	size_t root;
};

/* The number of a root that is not there. */
#define PAGE_NONE SIZE_MAX

/* A meta page; the one with the larger transaction number counts.  The first
 * of its trees holds the free pages, the second one all others. */
struct page_meta {
	size_t page_number;
	uint16_t padding;
	uint16_t flags;
	uint32_t bounds;
	uint32_t magic;
	uint32_t version;
	void *address;
	size_t map_bytes;
	struct page_tree trees[2];
	size_t last_page;
	size_t txn_number;
};

/* Whether it is one of LMDB's meta pages, of any page size. */
bool page_meta_is_good(const struct page_meta *meta);

/* Whether they can be those of one file: they take turns, so that the
 * transactions of the first have even numbers and those of the second, which
 * come right before or right behind, odd ones. */
bool page_metas_agree(const struct page_meta metas[META_PAGES]);

uint64_t page_number(const uint8_t *page);
unsigned int page_flags(const uint8_t *page);
/* Of overflow pages, in the first one: how many there are. */
uint64_t page_overflow_count(const uint8_t *page);

/*
 * Whether the records of a branch or a leaf fill what the page says is in
 * use: one record less, or another length, and they do not.  Of such a page
 * all records lie within it.
 */
bool page_adds_up(const uint8_t *page, size_t page_bytes);
/* Less than that: whether the offsets of its records lie within it, of which
 * there is at least one; and whether one record does, up to its key's end. */
bool page_has_records(const uint8_t *page, size_t page_bytes);
bool page_has_record(const uint8_t *page, size_t page_bytes,
    unsigned int number);
/* Of a page that adds up, or has records; at least 1. */
unsigned int page_record_count(const uint8_t *page);

struct page_record {
	const uint8_t *key;	/* of a branch's first record: anything */
	size_t key_len;
	unsigned int flags;	/* of a leaf: VALUE_FAR, VALUE_TREE */
	uint32_t value_len;	/* of a leaf */
	const uint8_t *value;	/* of a leaf, if it is not far */
	uint64_t page;		/* of a branch its child, else where far is */
};

/* Of a page that adds up, or has this record; number < page_record_count. */
struct page_record page_record(const uint8_t *page, unsigned int number);

#endif
