/* differ.c - make a store one that took another message of the log.
 *
 * For a test of what tells of that: differ STORE.
 */
#include <stdio.h>

#include "model/log_digest.h"
#include "store/log_digests.h"
#include "store/store.h"

static enum error differ(struct store *store);

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
		err = differ(store);
	store_close(store);
	if (err != ERR_NONE)
		fprintf(stderr, "differ: %s\n", detail.text);
	return err == ERR_NONE ? 0 : 1;
}

static enum error
differ(struct store *store)
{
	struct log_digest digest;
	struct store_txn *txn = NULL;
	enum error err = store_write_begin(store, false, &txn);

	if (err == ERR_NONE)
		err = store_log_digest_get(txn, &digest);
	if (err == ERR_NONE) {
		digest.running++;
		err = store_log_digest_put(txn, &digest);
	}
	if (err == ERR_NONE)
		return store_write_commit(txn);
	store_write_abort(txn);
	return err;
}
