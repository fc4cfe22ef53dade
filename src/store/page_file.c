/* page_file.c - the pages of a store's data file. */
#include "store/page_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "store/lmdb_error.h"
#include "store/txn.h"

enum { BITS = 8 };

static enum error map_file(struct store *store, struct page_file *pages);
static enum error find_meta(struct store_txn *txn, struct page_file *pages,
    struct page_meta *meta_out);

enum error
page_file_open(struct store_txn *txn, struct page_file *pages,
    struct page_meta *meta)
{
	enum error err;

	*pages = (struct page_file){
		.page_bytes = txn->store->page_bytes,
	};
	err = map_file(txn->store, pages);
	if (err == ERR_NONE)
		err = find_meta(txn, pages, meta);
	if (err != ERR_NONE)
		return err;
	pages->owned = calloc(1, pages->page_count / BITS + 1);
	return pages->owned == NULL ? ERR_NO_MEMORY : ERR_NONE;
}

void
page_file_close(struct page_file *pages)
{
	if (pages->map != NULL)
		munmap((void *)(uintptr_t)pages->map, pages->map_bytes);
	free(pages->owned);
}

static enum error
map_file(struct store *store, struct page_file *pages)
{
	struct stat status;
	int fd;
	int code = mdb_env_get_fd(store->env, &fd);
	void *map;

	if (code == MDB_SUCCESS && fstat(fd, &status) != 0)
		code = errno;
	if (code != MDB_SUCCESS)
		return lmdb_failed(code, "fstat", store->path);
	pages->map_bytes = (size_t)status.st_size;
	map = mmap(NULL, pages->map_bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return lmdb_failed(errno, "mmap", store->path);
	pages->map = map;
	return ERR_NONE;
}

/*
 * That of the transaction.  The one after the next is written over it, and
 * once the next one is there that may begin at any moment.
 */
static enum error
find_meta(struct store_txn *txn, struct page_file *pages,
    struct page_meta *meta)
{
	size_t wanted = mdb_txn_id(txn->mdb);
	uint64_t file_pages = pages->map_bytes / pages->page_bytes;
	MDB_envinfo state;

	if (file_pages < META_PAGES)
		return ERR_NOT_FOUND;
	memcpy(meta, pages->map + wanted % META_PAGES * pages->page_bytes,
	    sizeof(*meta));
	if (mdb_env_info(txn->store->env, &state) != MDB_SUCCESS ||
	    state.me_last_txnid != wanted || meta->txn_number != wanted)
		return ERR_NOT_FOUND;
	pages->page_count = (uint64_t)meta->last_page + 1;
	return pages->page_count <= file_pages ? ERR_NONE : ERR_CORRUPT;
}
