/* api_live.c - what the tests of waits and streams share. */
#include "api_live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/settings.h"
#include "store/api_keys.h"
#include "store/organizations.h"
#include "store/store.h"
#include "suite.h"

enum { RESUMES_MAX = 100 };

void
live_record(struct fixture *fixture,
    enum fixture_organization organization, const char *type,
    struct cursor *place_out)
{
	struct store_txn *txn = fixture_write_begin(fixture);

	fixture_append(fixture, txn, organization, type, clock_now_ms(),
	    place_out);
	fixture_write_end(fixture, txn);
}

static bool
take_reader(const struct api_key *key, void *arg)
{
	struct api_key *found = (struct api_key *)arg;

	if (key->scopes == SCOPE_EVENTS_READ &&
	    key->status == API_KEY_ENABLED && key->expires_ms == 0)
		*found = *key;
	return true;
}

static void
change_key(struct fixture *fixture, struct store_txn *txn,
    enum live_change change)
{
	struct api_key key = { .organization = 0 };

	ck_assert_int_eq(store_api_key_scan(txn,
	    fixture->organizations[ACME].number, take_reader, &key),
	    ERR_NONE);
	ck_assert_uint_ne(key.organization, 0);
	if (change == KEY_IS_REVOKED) {
		ck_assert_int_eq(store_api_key_remove(txn, key.id),
		    ERR_NONE);
		return;
	}
	if (change == KEY_IS_DISABLED)
		key.status = API_KEY_DISABLED;
	else if (change == KEY_ENDS)
		key.expires_ms = clock_now_ms();
	else
		key.scopes = 0;
	ck_assert_int_eq(store_api_key_put(txn, &key), ERR_NONE);
}

static void
change_organization(struct fixture *fixture, struct store_txn *txn,
    enum organization_status status)
{
	struct organization organization = fixture->organizations[ACME];

	organization.status = status;
	ck_assert_int_eq(store_organization_put(txn, &organization),
	    ERR_NONE);
}

static void
remove_store(struct fixture *fixture)
{
	char from[512];
	char to[512];

	snprintf(from, sizeof(from), "%s/store", fixture->directory);
	snprintf(to, sizeof(to), "%s/elsewhere", fixture->directory);
	ck_assert_int_eq(rename(from, to), 0);
}

unsigned int
live_change(struct fixture *fixture, enum live_change change)
{
	static const struct {
		unsigned int status;
		enum organization_status organization_status;
	} rows[] = {
		[KEY_IS_REVOKED] = { 401, 0 },
		[KEY_IS_DISABLED] = { 401, 0 },
		[KEY_ENDS] = { 401, 0 },
		[KEY_LOSES_ITS_SCOPE] = { 403, 0 },
		[ORGANIZATION_IS_LOCKED] = { 423, ORGANIZATION_LOCKED },
		[ORGANIZATION_DOES_NOT_PAY] = { 402, ORGANIZATION_UNPAID },
		[ORGANIZATION_IS_REMOVED] = { 401, ORGANIZATION_REMOVING },
		[STORE_GOES_AWAY] = { 503, 0 },
	};
	struct store_txn *txn = fixture_write_begin(fixture);

	if (change <= KEY_LOSES_ITS_SCOPE)
		change_key(fixture, txn, change);
	else if (change != STORE_GOES_AWAY)
		change_organization(fixture, txn,
		    rows[change].organization_status);
	fixture_write_end(fixture, txn);
	if (change == STORE_GOES_AWAY)
		remove_store(fixture);
	return rows[change].status;
}

void
live_resume(struct fixture *fixture)
{
	service_announce_waiter(fixture->service);
	answer_resume(fixture->service, &fixture->response);
}

void
live_finish(struct fixture *fixture)
{
	struct response *response = &fixture->response;

	for (int i = 0; response->need == NEED_CHANGE; i++) {
		int64_t left_ms = response->resume_at_ms - clock_steady_ms();

		ck_assert_int_lt(i, RESUMES_MAX);
		if (left_ms > 0)
			usleep((useconds_t)left_ms * 1000);
		live_resume(fixture);
	}
	ck_assert_int_eq(response->need, NEED_NOTHING);
}
