/* exports.c - the exports of one loop. */
#include "responder/exports.h"

#include <stdbool.h>
#include <stddef.h>

#include "responder/connection.h"

static bool wants_turn(const struct connection *beginner);

void
exports_put(struct exports *exports, struct connection *connection)
{
	if (connection->export_bytes >= EXPORT_BEGIN_BYTES) {
		exports_forget(exports, connection);
		queue_put(&exports->going, connection);
	} else if (connection == exports->beginner) {
		connection->is_again = true;
	} else {
		queue_put(&exports->beginning, connection);
	}
}

struct connection *
exports_take_going(struct exports *exports)
{
	return queue_take(&exports->going);
}

/* One whose web server takes nothing for a while comes again when it does. */
struct connection *
exports_take_beginner(struct exports *exports, int64_t now_ms)
{
	struct connection *beginner = exports->beginner;

	if (wants_turn(beginner))
		beginner->is_again = false;
	else if (beginner == NULL || now_ms >= exports->until_ms)
		beginner = queue_take(&exports->beginning);
	else
		return NULL;
	exports->beginner = beginner;
	exports->until_ms = now_ms + EXPORT_WAIT_MS;
	return beginner;
}

static bool
wants_turn(const struct connection *beginner)
{
	return beginner != NULL && beginner->is_again;
}

void
exports_forget(struct exports *exports, struct connection *connection)
{
	if (connection == exports->beginner)
		exports->beginner = NULL;
}

struct connection *
exports_take_any(struct exports *exports)
{
	struct connection *connection = exports->beginner;

	exports->beginner = NULL;
	if (wants_turn(connection)) {
		connection->is_again = false;
		return connection;
	}
	connection = queue_take(&exports->beginning);
	return connection != NULL ? connection : queue_take(&exports->going);
}

int64_t
exports_wait_ms(const struct exports *exports, int64_t now_ms, int64_t max_ms)
{
	int64_t wait_ms;

	if (exports->going.first != NULL || wants_turn(exports->beginner))
		return 0;
	if (exports->beginning.first == NULL)
		return max_ms;
	wait_ms = exports->beginner == NULL ? 0 : exports->until_ms - now_ms;
	return wait_ms < max_ms ? wait_ms : max_ms;
}
