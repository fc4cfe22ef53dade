/* exchange.h - what the parts of one answer share. */
#ifndef API_EXCHANGE_H
#define API_EXCHANGE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/accept.h"
#include "api/method.h"
#include "base/error.h"
#include "model/api_key.h"
#include "model/limits.h"
#include "shared/lockouts.h"
#include "shared/rates.h"
#include "shared/responders.h"

struct access_log;
struct live_store;
struct pepper;
struct request;
struct response;
struct route;
struct shared;
struct store_txn;

/* The same for every request of the process; threads share it. */
struct service {
	struct live_store *live;		/* owned */
	/* Owned; opened once the store is there, NULL until then. */
	struct shared *_Atomic shared;
	pthread_mutex_t opening_shared;
	struct responder_place place;		/* among those who tell */
	atomic_bool is_stopping;		/* nobody may wait any more */
	const char *store_path;			/* borrowed from settings */
	struct lockout_rule lockout;
	struct access_log *access_log;		/* owned; NULL: off */
	const char *base_url;			/* the same */
	const char *prefix;
	const char *cors_origin;
	int64_t retention_ms;			/* at most WINDOW_MS */
};

/* Filled from top to bottom, as the checks pass. */
struct exchange {
	struct service *service;
	const struct request *request;
	struct response *response;

	char request_id[REQUEST_ID_LEN_MAX + 1];
	int64_t now_ms;			/* one moment for the whole answer */
	int64_t oldest_ms;		/* the window's start */

	enum method method;
	bool is_versioned;		/* the path has /v1 */
	unsigned int allowed;		/* the path's methods */
	const struct route *route;	/* NULL until it is known */
	struct accept accept;
	enum media media;		/* the type to be sent */

	struct store_txn *txn;		/* NULL until a check needs it */
	const struct pepper *pepper;	/* borrowed from txn */
	uint8_t digest[API_KEY_DIGEST_BYTES];	/* the key's */
	char api_key_id[EVENT_ID_LEN + 1];	/* "" until it is known */
	int64_t key_expires_ms;			/* 0: never */
	uint32_t key_rate_per_minute;		/* 0: it has none */
	uint32_t organization;		/* its number */
	char organization_id[EVENT_ID_LEN + 1];
	struct rate rate;		/* limit is 0: the key has none */

	bool has_body;
	/* Where the fields begin that the endpoint adds to the head. */
	size_t own_fields_at;
	/* Until the window begins later than this, the answer is the same at
	 * the same moment of the store.  INT64_MIN: nobody knows. */
	int64_t same_until_ms;
	/* Of the check that failed; 0: whatever is usual. */
	int64_t retry_after_s;
	struct detail detail;
};

void exchange_begin(struct exchange *exchange, struct service *service,
    const struct request *request, struct response *response);

/* Goes on with one that was kept, at the moment of now.  Its request is gone;
 * response may be NULL when no answer is begun. */
void exchange_resume(struct exchange *exchange, struct service *service,
    struct response *response);

/* Ends the read, if there was one: what was read is gone. */
void exchange_end(struct exchange *exchange);

/*
 * Begins the read that lasts until exchange_end; nothing is done when it has
 * begun.  The first one opens the counters that processes share.  ERR_STORE
 * when the store does not open, whatever the cause.
 */
enum error exchange_read(struct exchange *exchange);

#endif
