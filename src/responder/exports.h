/* exports.h - the exports of one loop: they go on by turns, and begin one by
 * one.
 *
 * An export begins by filling what lies before its client, buffers of the web
 * server and of the kernel, as fast as it goes.  Where hundreds do so at once a
 * web server has hundreds of sockets to read from before it comes to a page.
 */
#ifndef RESPONDER_EXPORTS_H
#define RESPONDER_EXPORTS_H

#include <stdint.h>

#include "responder/queue.h"

enum {
	/* What lies before a client holds less. */
	EXPORT_BEGIN_BYTES = 4 * 1024 * 1024,
	/* That the next one waits for a web server to take what it was given
	 * of the one before.  A busy one takes some milliseconds; a client
	 * that does not read costs the next as long. */
	EXPORT_WAIT_MS = 10
};

/* All zero: there are none. */
struct exports {
	struct queue going;
	struct queue beginning;
	struct connection *beginner;	/* the one that may; or NULL */
	int64_t until_ms;	/* that it may want another turn */
};

/* It wants a turn. */
void exports_put(struct exports *exports, struct connection *connection);

/* The next that goes on, and the next that begins, if one may now.  NULL:
 * none.  They may be closed. */
struct connection *exports_take_going(struct exports *exports);
struct connection *exports_take_beginner(struct exports *exports,
    int64_t now_ms);

/* It exports no more, or is closed. */
void exports_forget(struct exports *exports, struct connection *connection);

/* One after the other, all that want a turn, without waiting; then NULL. */
struct connection *exports_take_any(struct exports *exports);

/* Milliseconds until one is to be taken, at most max_ms. */
int64_t exports_wait_ms(const struct exports *exports, int64_t now_ms,
    int64_t max_ms);

#endif
