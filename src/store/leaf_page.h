/* leaf_page.h - the page that a record lies in, as a read transaction finds it.
 *
 * LMDB's own pages have no checksums, and a damaged one hides records without
 * a word.  But in one that is whole everything adds up.
 */
#ifndef STORE_LEAF_PAGE_H
#define STORE_LEAF_PAGE_H

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The page that a byte of a record lies in, as a read transaction finds it. */
const uint8_t *leaf_page_of(const void *byte, size_t page_bytes);

/* Where the map begins that this page lies in, by the page's own number; by a
 * damaged one, anywhere. */
const uint8_t *leaf_page_map(const uint8_t *page, size_t page_bytes);

/*
 * Whether that page can be one that LMDB wrote there: a leaf, in its own
 * place as far as the record tells, with as many records as fill what it
 * says is in use.  Costs a look at each of its records.
 */
bool leaf_page_is_whole(const MDB_val *key, const MDB_val *value,
    size_t page_bytes);

#endif
