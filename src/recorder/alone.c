/* alone.c - a recorder whose settings name no log that others share. */
#include "recorder/alone.h"

#include "shared/cluster_sign.h"
#include "store/membership.h"
#include "store/store.h"

enum error
alone_begin(struct store *store, struct shared *shared,
    struct detail *detail)
{
	struct store_txn *txn = NULL;
	enum error err = store_read_begin(store, &txn);

	detail_set(detail, ERR_NONE, "%s", "the store cannot be read");
	if (err == ERR_NONE)
		err = store_membership_check_alone(txn, detail);
	store_read_end(txn);
	if (err == ERR_NONE)
		cluster_sign_give(shared, &(struct cluster_sign){ 0 });
	return err;
}
