/* doctor_cluster.c - how the store stands to the log that machines share. */
#include <inttypes.h>

#include "base/settings.h"
#include "cli/doctor.h"
#include "shared/cluster_sign.h"
#include "shared/meters.h"
#include "store/membership.h"
#include "store/store.h"

static void judge(struct doctor *doctor, const struct shared *shared,
    const struct membership *membership);
static void tell_lag(struct doctor *doctor, const struct shared *shared,
    const struct membership *membership);

/* A store that is alone, and is to be, shows nothing of clusters. */
void
doctor_look_at_cluster(struct doctor *doctor, const struct shared *shared)
{
	bool is_set = settings_text(doctor->settings,
	    SETTING_NATS_URL)[0] != '\0';
	struct membership membership;
	struct store_txn *txn = NULL;
	enum error err = store_read_begin(doctor->store, &txn);

	if (err == ERR_NONE)
		err = store_membership_get(txn, &membership);
	store_read_end(txn);
	if (err == ERR_NOT_FOUND && !is_set)
		return;
	if (err == ERR_NOT_FOUND) {
		doctor_find(doctor, "cluster", DOCTOR_NOTE, "the store is in "
		    "none, and APITRAIL_NATS_URL names one");
		doctor_mend(doctor, "it joins when the recorder starts");
	} else if (err != ERR_NONE) {
		doctor_find(doctor, "cluster", DOCTOR_WRONG, "the place in "
		    "the log cannot be read");
		doctor_mend(doctor, "apitrail check names what is bad");
	} else if (!is_set) {
		doctor_find(doctor, "cluster", DOCTOR_WRONG, "the store is "
		    "one of several machines', and APITRAIL_NATS_URL is not "
		    "set: nothing can be recorded or changed");
		doctor_mend(doctor, "set it, in the file that all programs "
		    "read, to that of the other machines");
	} else {
		judge(doctor, shared, &membership);
	}
	if (is_set)
		doctor_ask_machines(doctor);
}

static void
judge(struct doctor *doctor, const struct shared *shared,
    const struct membership *membership)
{
	if (membership->alarm != MEMBERSHIP_WELL) {
		doctor_find(doctor, "cluster", DOCTOR_WRONG, "this machine "
		    "cannot follow the log (%s), so requests are answered "
		    "503", membership_alarm_name(membership->alarm));
		doctor_mend(doctor, "apitrail restore the backup of another "
		    "machine");
	} else if (membership->gaps > 0) {
		doctor_find(doctor, "cluster", DOCTOR_WRONG, "messages were "
		    "missing in the log at %" PRIu64 " places: this machine "
		    "may lack events that others have", membership->gaps);
		doctor_mend(doctor, "apitrail restore the backup of a "
		    "machine that apitrail cluster status shows without "
		    "gaps");
	} else {
		tell_lag(doctor, shared, membership);
	}
}

static void
tell_lag(struct doctor *doctor, const struct shared *shared,
    const struct membership *membership)
{
	int64_t seen_ms;

	if (shared != NULL && cluster_sign_read(shared, doctor->now_ms,
	    &seen_ms) == CLUSTER_CUT_OFF) {
		doctor_find(doctor, "cluster", DOCTOR_WRONG, "this machine "
		    "has not reached the log for a minute");
		doctor_mend(doctor, "look at the recorder's log, and at the "
		    "servers of APITRAIL_NATS_URL");
	} else if (shared != NULL &&
	    meters_state(shared, METER_CLUSTER_LAGGING) != 0) {
		doctor_find(doctor, "cluster", DOCTOR_WRONG, "this machine "
		    "lags %" PRIu64 " messages behind the log",
		    meters_state(shared, METER_CLUSTER_LAG));
		doctor_mend(doctor, "the recorder's log says why; if it "
		    "catches up, it only was away");
	} else {
		doctor_find(doctor, "cluster", DOCTOR_GOOD, "the store is at "
		    "message %" PRIu64 " of the log", membership->position);
	}
}
