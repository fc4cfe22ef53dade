/* recorder_socket.h - where the recorder listens, and who may be there.
 *
 * The socket lies in the store's directory.  Its mode lets in who may use
 * the store; both ends look at the other's user once more.
 */
#ifndef RECORD_RECORDER_SOCKET_H
#define RECORD_RECORDER_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct sockaddr_un;

/* In the store's directory. */
#define RECORDER_SOCKET "recorder.sock"

enum { RECORDER_PATH_SIZE = 108 };	/* unix(7) */

/* The socket's path, for a sandbox; ERR_TOO_LARGE when an address has no room
 * for it. */
enum error recorder_socket_path(const char *store_path,
    char path_out[RECORDER_PATH_SIZE]);

/* From now on this process connects by that address alone, which is
 * borrowed for good. */
void recorder_socket_pin(const struct sockaddr_un *address);

/*
 * Connects to the recorder, without waiting: ERR_NONE with *fd_out; ERR_AWAY
 * when there is none, or nobody that may be one; ERR_OVERLOAD when more wait
 * to be accepted than may; ERR_IO when this process has no files left.
 */
enum error recorder_socket_connect(const char *store_path, int *fd_out);

/* What the recorder listens on, and what tells its name in the directory
 * from that of another. */
struct recorder_socket {
	int fd;			/* -1: it does not listen */
	dev_t device;
	ino_t inode;
};

/*
 * Listens there.  Nobody else does: the caller has the recorder's lock, so a
 * socket that lies there is a dead one's, and is replaced.  Owner and group
 * are the directory's.  ERR_MEANING: a file that is no socket is there.
 * ERR_IO.  detail names path and cause.
 */
enum error recorder_socket_listen(const char *store_path,
    struct recorder_socket *socket_out, struct detail *detail);

/* Whether it lies in the directory still, and no other. */
bool recorder_socket_is_there(const char *store_path,
    const struct recorder_socket *listening);

/* Closes it; nobody is to find it any more, unless another has its name. */
void recorder_socket_close(const char *store_path,
    struct recorder_socket *listening);

/* Whether the peer that was accepted may ask: root, the same user, or in the
 * group of the store's directory.  Logs when not. */
bool recorder_socket_admits(const char *store_path, int fd);

#endif
