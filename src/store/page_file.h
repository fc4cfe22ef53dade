/* page_file.h - the pages of a store's data file, for who reads them without
 * LMDB. */
#ifndef STORE_PAGE_FILE_H
#define STORE_PAGE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/page.h"

struct store_txn;

struct page_file {
	const uint8_t *map;
	size_t map_bytes;
	size_t page_bytes;
	uint64_t page_count;
	uint8_t *owned;		/* a bit each, all 0 at first: for the reader */
};

/*
 * Maps the file as the read transaction sees it, and its meta page.
 * ERR_NOT_FOUND: another transaction was committed since, and its pages may
 * be written over at any moment.  ERR_CORRUPT: the file ends before its last
 * page.  ERR_STORE, ERR_NO_MEMORY.  Has to be closed in any case.
 */
enum error page_file_open(struct store_txn *txn, struct page_file *pages_out,
    struct page_meta *meta_out);
void page_file_close(struct page_file *pages);

#endif
