/* map_ahead.c - pages of the data file, mapped before somebody reads them. */
#include "store/map_ahead.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "model/limits.h"
#include "store/fields.h"
#include "store/leaf_page.h"
#include "store/meta.h"
#include "store/txn.h"

enum {
	SLICE_BYTES = 2 * 1024 * 1024,
	/* What a fault maps at once, and the disk is read by. */
	WINDOW_BYTES = 64 * 1024,
	/* Commits of two seconds, at 20,000 events a second. */
	FREE_BYTES = 16 * 1024 * 1024,
	/* The cache has to zero its pages, which keeps a processor busy. */
	FREE_SLICE_BYTES = WINDOW_BYTES
};

/* The data file, as it is mapped. */
struct mapped_file {
	const uint8_t *base;
	int fd;
	uint64_t used_bytes;
	uint64_t bytes;		/* its own, or the map's if that is smaller */
};

static bool look(struct store *store, struct mapped_file *file);
static const uint8_t *find_base(struct store *store);
static bool map_used(const struct mapped_file *file,
    struct map_ahead *ahead);
static bool is_cached(int fd, uint64_t at);
static bool map_free(const struct mapped_file *file,
    struct map_ahead *ahead);
static void map(const struct mapped_file *file, uint64_t begin,
    uint64_t end);
static uint64_t smaller(uint64_t a, uint64_t b);

bool
map_ahead_slice(struct store *store, struct map_ahead *ahead)
{
	struct mapped_file file;
	bool is_more;

	if (!look(store, &file))
		return false;
	is_more = map_free(&file, ahead);
	return map_used(&file, ahead) || is_more;
}

static bool
look(struct store *store, struct mapped_file *file)
{
	MDB_envinfo state;
	struct stat status;

	if (mdb_env_info(store->env, &state) != MDB_SUCCESS ||
	    mdb_env_get_fd(store->env, &file->fd) != MDB_SUCCESS ||
	    fstat(file->fd, &status) != 0)
		return false;
	file->used_bytes = (state.me_last_pgno + 1) * store->page_bytes;
	file->bytes = smaller((uint64_t)status.st_size, state.me_mapsize);
	/* Cut off, which others tell, or grown beyond our map. */
	if (file->bytes < file->used_bytes)
		return false;
	file->base = find_base(store);
	return file->base != NULL;
}

/* LMDB does not tell where its map lies, but a small value lies within a
 * page. */
static const uint8_t *
find_base(struct store *store)
{
	struct field_reader reader;
	struct store_txn *txn;
	const uint8_t *base = NULL;
	bool is_outgrown;

	if (txn_read_begin(store, &txn, &is_outgrown) != ERR_NONE)
		return NULL;
	if (meta_get(txn, META_FORMAT, &reader) == ERR_NONE)
		base = leaf_page_map(leaf_page_of(reader.bytes,
		    store->page_bytes), store->page_bytes);
	store_read_end(txn);
	return base;
}

/* Windows that are not in the cache are left to those who read them. */
static bool
map_used(const struct mapped_file *file, struct map_ahead *ahead)
{
	uint64_t end = smaller(file->used_bytes, MAPPED_AHEAD_BYTES_MAX);
	uint64_t slice_end = smaller(end, ahead->next_bytes + SLICE_BYTES);
	uint64_t begin = ahead->next_bytes;

	for (uint64_t at = begin; at < slice_end; at += WINDOW_BYTES) {
		if (is_cached(file->fd, at))
			continue;
		map(file, begin, at);
		begin = at + WINDOW_BYTES;
	}
	map(file, begin, slice_end);
	if (ahead->next_bytes < slice_end)
		/* A window that is not full yet comes again. */
		ahead->next_bytes = slice_end - slice_end % WINDOW_BYTES;
	return slice_end < end;
}

static bool
is_cached(int fd, uint64_t at)
{
	uint8_t byte;
	struct iovec one = { .iov_base = &byte, .iov_len = sizeof(byte) };

	return preadv2(fd, &one, 1, (off_t)at, RWF_NOWAIT) == 1;
}

/* These pages are holes of the file, so that nothing is read.  LMDB writes
 * into the cache's pages, so they stay mapped when a commit fills them. */
static bool
map_free(const struct mapped_file *file, struct map_ahead *ahead)
{
	uint64_t end = smaller(file->bytes, file->used_bytes + FREE_BYTES);
	uint64_t begin = file->used_bytes;
	uint64_t slice_end;

	if (begin < ahead->free_bytes)
		begin = ahead->free_bytes;
	begin -= begin % WINDOW_BYTES;
	end -= end % WINDOW_BYTES;
	if (end > MAPPED_AHEAD_BYTES_MAX || begin >= end)
		return false;
	slice_end = smaller(end, begin + FREE_SLICE_BYTES);
	map(file, begin, slice_end);
	ahead->free_bytes = slice_end;
	return slice_end < end;
}

/* A page that cannot be mapped is met again by whoever reads it. */
static void
map(const struct mapped_file *file, uint64_t begin, uint64_t end)
{
	if (begin < end)
		(void)madvise((void *)((uintptr_t)file->base + begin),
		    end - begin, MADV_POPULATE_READ);
}

static uint64_t
smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}
