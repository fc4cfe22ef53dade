/* store_file.c - the store's data file, looked at without LMDB. */
#include "store/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/page.h"

enum {
	META_ATTEMPTS_MAX = 100,
	/* More than any transaction of ours adds. */
	EXTENSION_BYTES = 64 * 1024 * 1024,
	EXTENSION_STEP_BYTES = 16 * 1024 * 1024
};

static enum error open_file(const char *path, enum store_access access,
    int *fd_out, struct detail *detail);
static enum error look(int fd, const char *path, struct store_file *file,
    struct detail *detail);
static enum error read_metas(int fd, const char *path,
    struct page_meta metas[META_PAGES], const struct stat *status,
    struct detail *detail);
static bool read_meta(int fd, off_t offset, struct page_meta *meta);

enum error
store_file_look(const char *directory, enum store_access access,
    struct store_file *file_out, struct detail *detail)
{
	char path[PATH_MAX];
	enum error err;
	int fd = -1;

	*file_out = (struct store_file){ 0 };
	if (snprintf(path, sizeof(path), "%s/" DATA_FILE, directory) >=
	    (int)sizeof(path))
		return detail_set(detail, ERR_STORE, "%s: the path is too long",
		    directory);

	err = open_file(path, access, &fd, detail);
	if (err == ERR_NONE)
		err = look(fd, path, file_out, detail);
	if (fd >= 0)
		close(fd);
	return err;
}

enum error
store_file_extend(int fd, int64_t used_bytes, int64_t map_bytes)
{
	struct stat status;
	int64_t wanted = used_bytes + EXTENSION_BYTES;

	if (fstat(fd, &status) != 0)
		return ERR_IO;
	if (status.st_size >= (wanted < map_bytes ? wanted : map_bytes))
		return ERR_NONE;

	wanted += EXTENSION_STEP_BYTES;
	wanted -= wanted % EXTENSION_STEP_BYTES;
	if (wanted > map_bytes)
		wanted = map_bytes;
	return ftruncate(fd, wanted) == 0 ? ERR_NONE : ERR_IO;
}

struct file_identity
store_file_identity(const char *directory)
{
	struct file_identity identity = { .is_there = false };
	struct stat status;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/" DATA_FILE, directory) >=
	    (int)sizeof(path) || stat(path, &status) != 0)
		return identity;
	identity.device = status.st_dev;
	identity.inode = status.st_ino;
	identity.bytes = status.st_size;
	identity.is_there = true;
	return identity;
}

static enum error
open_file(const char *path, enum store_access access, int *fd_out,
    struct detail *detail)
{
	/* Not to wait for the other end of a pipe that lies there. */
	*fd_out = open(path, (access == STORE_WRITE ? O_RDWR : O_RDONLY) |
	    O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (*fd_out >= 0)
		return ERR_NONE;
	if (errno == ENOENT || errno == ENOTDIR)
		return detail_set(detail, ERR_STORE,
		    "%s: no store is there; apitrail init makes one", path);
	if (errno == EISDIR)
		return detail_set(detail, ERR_STORE,
		    "%s: expected a file, found a directory", path);
	return detail_set(detail, ERR_STORE, "%s: cannot open it to %s: %s",
	    path, access == STORE_WRITE ? "write" : "read", strerror(errno));
}

static enum error
look(int fd, const char *path, struct store_file *file, struct detail *detail)
{
	struct page_meta metas[META_PAGES];
	struct stat status;
	const struct page_meta *newest;
	enum error err;

	if (fstat(fd, &status) != 0)
		return detail_set(detail, ERR_STORE, "%s: %s", path,
		    strerror(errno));
	if (!S_ISREG(status.st_mode))
		return detail_set(detail, ERR_STORE,
		    "%s: expected a regular file", path);
	err = read_metas(fd, path, metas, &status, detail);
	if (err != ERR_NONE)
		return err;
	file->page_bytes = metas[0].trees[0].page_bytes;
	newest = &metas[metas[1].txn_number > metas[0].txn_number];
	if (newest->last_page >= INT64_MAX / PAGE_BYTES_MAX)
		return detail_set(detail, ERR_CORRUPT,
		    "%s: its number of pages is damaged", path);
	file->used_bytes = (int64_t)((newest->last_page + 1) *
	    file->page_bytes);

	/* The size after the pages: a writer may have added some meanwhile. */
	if (fstat(fd, &status) != 0)
		return detail_set(detail, ERR_STORE, "%s: %s", path,
		    strerror(errno));
	file->bytes = status.st_size;
	if (file->bytes < file->used_bytes)
		return detail_set(detail, ERR_CORRUPT,
		    "%s: the store is cut off: it has %" PRId64
		    " bytes, its pages need %" PRId64, path, file->bytes,
		    file->used_bytes);
	return ERR_NONE;
}

/* A writer may have ended two transactions between the two reads. */
static enum error
read_metas(int fd, const char *path, struct page_meta metas[META_PAGES],
    const struct stat *status, struct detail *detail)
{
	for (int i = 0; i < META_ATTEMPTS_MAX; i++) {
		if (!read_meta(fd, 0, &metas[0]))
			return detail_set(detail, ERR_STORE, "%s: not the "
			    "data file of a store (%" PRId64 " bytes)", path,
			    (int64_t)status->st_size);
		if (!read_meta(fd, (off_t)metas[0].trees[0].page_bytes,
		    &metas[1]))
			return detail_set(detail, ERR_CORRUPT, "%s: its "
			    "second page is damaged or missing", path);
		if (page_metas_agree(metas))
			return ERR_NONE;
	}
	return detail_set(detail, ERR_CORRUPT, "%s: its first two pages, "
	    "which tell what is the latest, do not agree", path);
}

static bool
read_meta(int fd, off_t offset, struct page_meta *meta)
{
	return pread(fd, meta, sizeof(*meta), offset) ==
	    (ssize_t)sizeof(*meta) && page_meta_is_good(meta);
}
