/* api_live.h - what the tests of waits and streams share. */
#ifndef TESTS_API_LIVE_H
#define TESTS_API_LIVE_H

#include "api_fixture.h"

/* Records one event now, in a commit of its own; place_out may be NULL. */
void live_record(struct fixture *fixture,
    enum fixture_organization organization, const char *type,
    struct cursor *place_out);

/* What happens to the one who asked, while he waits. */
enum live_change {
	KEY_IS_REVOKED,
	KEY_IS_DISABLED,
	KEY_ENDS,
	KEY_LOSES_ITS_SCOPE,
	ORGANIZATION_IS_LOCKED,
	ORGANIZATION_DOES_NOT_PAY,
	ORGANIZATION_IS_REMOVED,
	STORE_GOES_AWAY,
	LIVE_CHANGE_COUNT
};

/* To KEY_READER and its organization; returns the status that a request has
 * from then on. */
unsigned int live_change(struct fixture *fixture, enum live_change change);

/* Announces and looks, as a loop does that was woken. */
void live_resume(struct fixture *fixture);

/* The same until the answer is whole, sleeping as it says. */
void live_finish(struct fixture *fixture);

#endif
