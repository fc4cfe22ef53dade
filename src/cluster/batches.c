/* batches.c - a command's batches, recorded on all machines. */
#include "cluster/batches.h"

#include <stdio.h>

#include "base/buffer.h"
#include "cluster/cluster.h"
#include "cluster/outbox.h"
#include "cluster/sending.h"
#include "model/organization.h"
#include "record/message.h"
#include "store/organizations.h"
#include "store/store.h"
#include "stream/layout.h"

static enum error find(struct cluster *cluster, uint32_t number,
    struct organization *organization_out);
static enum error send_all(struct sending *sending,
    const struct organization *organization, const struct batch *batch);

enum error
cluster_record(struct cluster *cluster, struct batch *const *batches,
    size_t batch_count, batch_refused *refused, void *arg,
    struct batch_result *result)
{
	struct organization organization;
	struct sending sending;
	enum error err;

	*result = (struct batch_result){ 0 };
	if (batch_count == 0)
		return ERR_NONE;
	err = find(cluster, batch_organization(batches[0]), &organization);
	if (err == ERR_NONE)
		err = batches_try(batches, batch_count, result);
	sending_begin(&sending, cluster);
	for (size_t i = 0; i < batch_count && err == ERR_NONE; i++)
		err = send_all(&sending, &organization, batches[i]);
	/* Also after an error: what is on its way has to be known. */
	if (err == ERR_NONE)
		err = sending_finish(&sending);
	else
		(void)sending_finish(&sending);
	if (err == ERR_NONE)
		err = sending_wait(&sending, 0);
	if (err == ERR_NONE)
		batches_finish(batches, batch_count, refused, arg);
	return err;
}

static enum error
find(struct cluster *cluster, uint32_t number,
    struct organization *organization_out)
{
	struct store_txn *txn = NULL;
	enum error err = store_read_begin(cluster_store(cluster), &txn);

	if (err == ERR_NONE)
		err = store_organization_get(txn, number, organization_out);
	store_read_end(txn);
	return err;
}

/* A batch of large events makes several messages. */
static enum error
send_all(struct sending *sending, const struct organization *organization,
    const struct batch *batch)
{
	struct outbox_letter letter = {
		.kind = batch_source(batch) == EVENT_IMPORTED ?
		    ENVELOPE_IMPORT : ENVELOPE_RECORD,
	};
	struct buffer message;
	size_t next = 0;
	enum error err = ERR_NONE;

	snprintf(letter.subject, sizeof(letter.subject),
	    STREAM_SUBJECT_PREFIX "%s", organization->id);
	buffer_init(&message, MESSAGE_REQUEST_BYTES_MAX);
	while (err == ERR_NONE &&
	    batch_write(batch, organization->id, &next, &message)) {
		err = message.error;
		letter.carried = message.bytes;
		letter.carried_len = message.len;
		if (err == ERR_NONE)
			err = sending_add(sending, &letter);
		buffer_reset(&message);
	}
	buffer_clear(&message);
	return err;
}
