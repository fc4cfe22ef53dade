/* copy.c - the records of a store that is in use, as a data file.
 *
 * LMDB writes its copy into a pipe and blocks for as long as that takes.  A
 * thread lets it; this one takes the bytes from the pipe to the file, so that
 * it knows how far they are, and why a write failed.
 *
 * Compacting takes half as long again where the bytes cost nothing (0.47 s
 * against 0.28 s for 600 MB), and nothing more where a disk has to take them;
 * a store that was busy has a seventh of its pages free, one that was pruned
 * nearly all of them (33 MB left of 602 MB).
 */
#include "store/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/write_whole.h"
#include "store/lmdb_error.h"
#include "store/room.h"
#include "store/txn.h"

enum { PIPE_BYTES = 1024 * 1024, PIECE_BYTES = 256 * 1024 };

struct copy {
	struct store *store;
	int fd;
	store_copy_progress *progress;
	void *arg;
	uint64_t all;
	uint64_t done;

	/* The thread's. */
	pthread_t thread;
	int pipe[2];		/* -1 when closed */
	unsigned int flags;
	int code;		/* of LMDB, when it has ended */
};

static enum error count_bytes(struct copy *copy);
static enum error run(struct copy *copy, struct detail *detail);
static enum error begin(struct copy *copy, struct detail *detail);
static void *produce(void *arg);
static enum error take_all(struct copy *copy, struct detail *detail);
static enum error judge(const struct copy *copy, struct detail *detail);
static void close_end(int *fd);

enum error
store_copy(struct store *store, int fd, store_copy_progress *progress,
    void *arg, uint64_t *bytes_out, struct detail *detail)
{
	struct copy copy = {
		.store = store,
		.fd = fd,
		.progress = progress,
		.arg = arg,
		.pipe = { -1, -1 },
		.flags = MDB_CP_COMPACT,
	};
	enum error err = count_bytes(&copy);

	*bytes_out = 0;
	if (err != ERR_NONE)
		return detail_set(detail, err, "it cannot be read");
	/* A disk that is too full says so now and not after the work; on a
	 * file system that cannot say it, then. */
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)copy.all) != 0 &&
	    (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
		return detail_set(detail, ERR_IO, "%s", strerror(errno));
	err = run(&copy, detail);
	if (err == ERR_NONE && copy.code == MDB_INCOMPATIBLE) {
		/* Pages that are neither in use nor free, which only shows
		 * in the end: then all pages are copied as they are. */
		copy.flags = 0;
		copy.done = 0;
		if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
			return detail_set(detail, ERR_IO, "%s",
			    strerror(errno));
		err = run(&copy, detail);
	}
	if (err == ERR_NONE)
		err = judge(&copy, detail);
	*bytes_out = copy.done;
	return err;
}

static enum error
count_bytes(struct copy *copy)
{
	struct store_txn *txn = NULL;
	uint64_t pages = 0;
	enum error err = store_read_begin(copy->store, &txn);

	if (err == ERR_NONE)
		err = room_used_pages(txn, &pages);
	store_read_end(txn);
	copy->all = pages * copy->store->page_bytes;
	return err;
}

/* copy->code tells what LMDB had to say. */
static enum error
run(struct copy *copy, struct detail *detail)
{
	enum error err = begin(copy, detail);

	if (err != ERR_NONE)
		return err;
	err = take_all(copy, detail);
	/* LMDB's next write fails, if it has more to write. */
	close_end(&copy->pipe[0]);
	pthread_join(copy->thread, NULL);
	return err;
}

static enum error
begin(struct copy *copy, struct detail *detail)
{
	int number;

	if (pipe2(copy->pipe, O_CLOEXEC) != 0)
		return detail_set(detail, ERR_IO, "%s", strerror(errno));
	/* A smaller one is only slower. */
	(void)fcntl(copy->pipe[0], F_SETPIPE_SZ, PIPE_BYTES);
	number = pthread_create(&copy->thread, NULL, produce, copy);
	if (number == 0)
		return ERR_NONE;
	close_end(&copy->pipe[0]);
	close_end(&copy->pipe[1]);
	return detail_set(detail, ERR_NO_MEMORY, "%s", strerror(number));
}

static void *
produce(void *arg)
{
	struct copy *copy = arg;
	sigset_t broken_pipe;

	/* A file that takes no more is an error of this call, no signal. */
	sigemptyset(&broken_pipe);
	sigaddset(&broken_pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);
	copy->code = mdb_env_copyfd2(copy->store->env, copy->pipe[1],
	    copy->flags);
	/* The end of the file, for who reads. */
	close_end(&copy->pipe[1]);
	return NULL;
}

static enum error
take_all(struct copy *copy, struct detail *detail)
{
	char *piece = malloc(PIECE_BYTES);
	enum error err = ERR_NONE;

	if (piece == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	for (;;) {
		ssize_t len = read(copy->pipe[0], piece, PIECE_BYTES);

		if (len < 0 && errno == EINTR)
			continue;
		if (len == 0)
			break;
		if (len < 0 || write_whole(copy->fd, piece, (size_t)len) !=
		    ERR_NONE) {
			err = detail_set(detail, ERR_IO, "%s",
			    strerror(errno));
			break;
		}
		copy->done += (uint64_t)len;
		if (copy->progress != NULL)
			copy->progress(copy->done, copy->all, copy->arg);
	}
	free(piece);
	return err;
}

static enum error
judge(const struct copy *copy, struct detail *detail)
{
	enum error err = lmdb_error(copy->code);

	if (err == ERR_NONE)
		return ERR_NONE;
	if (err != ERR_CORRUPT && err != ERR_NO_MEMORY)
		err = ERR_STORE;
	return detail_set(detail, err, "%s", mdb_strerror(copy->code));
}

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
