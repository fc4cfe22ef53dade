/* store_file.h - the store's data file, looked at without LMDB.
 *
 * LMDB maps the file and trusts its size: a page behind its end is SIGBUS.
 * So the size is compared with the pages in use before it is mapped; and so
 * that the comparison is exact, writers keep the file longer than its pages.
 */
#ifndef STORE_STORE_FILE_H
#define STORE_STORE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "store/store.h"

/* In the store's directory. */
#define DATA_FILE "data.mdb"
#define LOCK_FILE "lock.mdb"

struct store_file {
	size_t page_bytes;
	int64_t used_bytes;	/* up to the last page in use */
	int64_t bytes;
};

/*
 * Reads and checks what data.mdb in this directory begins with.  ERR_STORE:
 * missing, no permission, no LMDB file.  ERR_CORRUPT: cut off.  detail names
 * path and cause.
 */
enum error store_file_look(const char *directory, enum store_access access,
    struct store_file *file_out, struct detail *detail);

/*
 * Makes the file longer, with a hole, so that the pages in use, those that
 * the next transaction adds, and some more lie within; not beyond the map.
 * ERR_IO with errno set.
 */
enum error store_file_extend(int fd, int64_t used_bytes, int64_t map_bytes);

/* What tells a file from another one that took its name. */
struct file_identity {
	dev_t device;
	ino_t inode;
	int64_t bytes;
	bool is_there;
};

struct file_identity store_file_identity(const char *directory);

#endif
