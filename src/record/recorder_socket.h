/* recorder_socket.h - where the recorder listens, and who may be there.
 *
 * The socket lies in the store's directory.  Its mode lets in who may use
 * the store; both ends look at the other's user once more.
 */
#ifndef RECORD_RECORDER_SOCKET_H
#define RECORD_RECORDER_SOCKET_H

#include <stdbool.h>

#include "base/error.h"

/* In the store's directory. */
#define RECORDER_SOCKET "recorder.sock"

/*
 * Connects to the recorder, without waiting: ERR_NONE with *fd_out; ERR_AWAY
 * when there is none, or nobody that may be one; ERR_OVERLOAD when more wait
 * to be accepted than may; ERR_IO when this process has no files left.
 */
enum error recorder_socket_connect(const char *store_path, int *fd_out);

/*
 * Listens there.  Nobody else does: the caller has the recorder's lock, so a
 * socket that lies there is a dead one's, and is replaced.  Owner and group
 * are the directory's.  ERR_MEANING: a file that is no socket is there.
 * ERR_IO.  detail names path and cause.
 */
enum error recorder_socket_listen(const char *store_path, int *fd_out,
    struct detail *detail);

/* Whether the socket in the store's directory is the one that this listens
 * on; false also when it is missing. */
bool recorder_socket_is_there(const char *store_path, int fd);

/* Removes it from the directory, if it is this one. */
void recorder_socket_hide(const char *store_path, int fd);

/* Whether the peer that was accepted may ask: root, the same user, or in the
 * group that the store's directory belongs to.  Logs when not. */
bool recorder_socket_admits(const char *store_path, int fd);

#endif
