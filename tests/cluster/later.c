/* later.c - make a store one that took its last message days later.
 *
 * For a test of what happens then: later STORE.
 */
#include <stdio.h>

#include "base/clock.h"
#include "store/membership.h"
#include "store/store.h"

enum { DAYS = 3 };

static enum error later(struct store *store);

int
main(int argc, char **argv)
{
	struct store *store = NULL;
	struct detail detail = { "STORE" };
	enum error err = argc == 2 ? ERR_NONE : ERR_SYNTAX;

	if (err == ERR_NONE)
		err = store_open(argv[1], STORE_WRITE, INT64_C(1) << 36,
		    &store, &detail);
	if (err == ERR_NONE)
		err = later(store);
	store_close(store);
	if (err != ERR_NONE)
		fprintf(stderr, "later: %s\n", detail.text);
	return err == ERR_NONE ? 0 : 1;
}

static enum error
later(struct store *store)
{
	struct membership membership;
	struct store_txn *txn = NULL;
	enum error err = store_write_begin(store, false, &txn);

	if (err == ERR_NONE)
		err = store_membership_get(txn, &membership);
	if (err == ERR_NONE) {
		membership.position_ms += DAYS * DAY_MS;
		err = store_membership_put(txn, &membership);
	}
	if (err == ERR_NONE)
		return store_write_commit(txn);
	store_write_abort(txn);
	return err;
}
