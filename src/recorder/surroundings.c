/* surroundings.c - the files around the recorder that others may replace. */
#include "recorder/surroundings.h"

#include <stddef.h>

#include "base/log.h"

enum { LOOK_MS = 1000 };

void
surroundings_init(struct surroundings *surroundings, const char *path)
{
	*surroundings = (struct surroundings){
		.path = path,
		.store = store_file_identity(path),
		.socket = { .fd = -1 },
	};
}

enum error
surroundings_listen(struct surroundings *surroundings, struct detail *detail)
{
	return recorder_socket_listen(surroundings->path,
	    &surroundings->socket, detail);
}

void
surroundings_hide(struct surroundings *surroundings)
{
	recorder_socket_close(surroundings->path, &surroundings->socket);
}

bool
surroundings_are_ours(const struct surroundings *surroundings)
{
	struct file_identity now = store_file_identity(surroundings->path);

	if (now.is_there && now.device == surroundings->store.device &&
	    now.inode == surroundings->store.inode)
		return true;
	log_fact(LEVEL_ERROR, now.is_there ?
	    "another store has taken this one's place" :
	    "the store is not there any more", "store", surroundings->path,
	    NULL);
	return false;
}

enum error
surroundings_look(struct surroundings *surroundings, int64_t now_ms)
{
	struct detail detail;

	if (now_ms < surroundings->look_at_ms)
		return ERR_NONE;
	surroundings->look_at_ms = now_ms + LOOK_MS;
	if (!surroundings_are_ours(surroundings))
		return ERR_STORE;
	if (recorder_socket_is_there(surroundings->path,
	    &surroundings->socket)) {
		surroundings->is_socket_complained = false;
		return ERR_NONE;
	}

	/* Nobody would find the old one. */
	surroundings_hide(surroundings);
	if (surroundings_listen(surroundings, &detail) == ERR_NONE)
		log_fact(LEVEL_WARNING, "the recorder's socket was gone, and "
		    "is made anew", "store", surroundings->path, NULL);
	else if (!surroundings->is_socket_complained)
		log_fact(LEVEL_ERROR, "the recorder's socket is gone",
		    "store", surroundings->path, "cause", detail.text, NULL);
	surroundings->is_socket_complained = surroundings->socket.fd < 0;
	return ERR_NONE;
}
