/* join.c - put a store into a cluster, as one that follows others would.
 *
 * For tests of what the programs do with such a store: join STORE POSITION
 * ALARM, of which the last two are numbers.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/membership.h"
#include "store/store.h"

static enum error join(struct store *store, int64_t position, int64_t alarm);

int
main(int argc, char **argv)
{
	struct store *store = NULL;
	struct detail detail = { "" };
	int64_t numbers[2] = { 0 };
	enum error err = argc == 4 ? ERR_NONE : ERR_SYNTAX;

	for (int i = 0; i < 2 && err == ERR_NONE; i++)
		err = text_parse_int64(argv[i + 2], strlen(argv[i + 2]),
		    &numbers[i]);
	if (err == ERR_NONE)
		err = store_open(argv[1], STORE_WRITE, INT64_C(1) << 36,
		    &store, &detail);
	if (err == ERR_NONE)
		err = join(store, numbers[0], numbers[1]);
	store_close(store);
	if (err != ERR_NONE)
		fprintf(stderr, "join: %s\n", detail.text[0] != '\0' ?
		    detail.text : "STORE POSITION ALARM");
	return err == ERR_NONE ? 0 : 1;
}

static enum error
join(struct store *store, int64_t position, int64_t alarm)
{
	const struct membership membership = {
		.position = (uint64_t)position,
		.position_ms = INT64_C(1657027948150),
		.revision = 12,
		.skipped = 3,
		.gaps = 1,
		.alarm = (enum membership_alarm)alarm,
	};
	struct store_txn *txn = NULL;
	enum error err = store_write_begin(store, false, &txn);

	if (err == ERR_NONE)
		err = store_membership_put(txn, &membership);
	if (err == ERR_NONE)
		return store_write_commit(txn);
	store_write_abort(txn);
	return err;
}
