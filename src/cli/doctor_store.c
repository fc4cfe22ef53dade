/* doctor_store.c - the store, its map, readers and clock, and who serves. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/settings.h"
#include "base/text.h"
#include "cli/doctor.h"
#include "cli/moment.h"
#include "record/recorder_socket.h"
#include "shared/recorder_sign.h"
#include "shared/responders.h"
#include "shared/shared.h"
#include "store/readers.h"
#include "store/store.h"

enum {
	/* Of what intake may take. */
	MAP_NOTE_PERCENT = 85,
	READERS_PERCENT_MAX = 90,
	READERS_SEEN_MAX = 1024,
	MIB_SHIFT = 20
};

/* 2022: what is before that is a clock that nobody has set. */
#define CLOCK_MS_MIN INT64_C(1640995200000)

static void look_at_map(struct doctor *doctor, const struct store_stat *stat);
static void look_at_readers(struct doctor *doctor,
    const struct store_stat *stat);
static void look_at_clock(struct doctor *doctor, int64_t stamp_ms);
static struct shared *map_counters(struct doctor *doctor);
static void look_at_recorder(struct doctor *doctor,
    const struct shared *shared);
static void tell_recorder(struct doctor *doctor, bool listens,
    enum recorder_state state, int64_t seen_ms);
static void look_at_responders(struct doctor *doctor,
    const struct shared *shared);

void
doctor_open_store(struct doctor *doctor)
{
	struct detail detail = { "" };
	char file[PATH_MAX];

	if (store_open(doctor->path, STORE_READ,
	    settings_number(doctor->settings, SETTING_MAP_SIZE),
	    &doctor->store, &detail) == ERR_NONE) {
		doctor_find(doctor, "store", DOCTOR_GOOD, "%s opens",
		    doctor->path);
		return;
	}
	doctor_find(doctor, "store", DOCTOR_WRONG, "%s", detail.text);
	if (snprintf(file, sizeof(file), "%s/data.mdb", doctor->path) <
	    (int)sizeof(file) && access(file, F_OK) != 0 && errno == ENOENT)
		doctor_mend(doctor, "apitrail init makes it; or name another "
		    "with APITRAIL_STORE");
	else if (access(file, R_OK) != 0)
		doctor_mend(doctor, "run this as a user in the group of the "
		    "store, or as root");
	else
		doctor_mend(doctor, "apitrail check names what is bad; "
		    "apitrail restore puts a backup in its place");
}

void
doctor_look_at_store(struct doctor *doctor)
{
	struct store_txn *txn = NULL;
	struct store_stat stat;
	enum error err;

	if (doctor->store == NULL)
		return;
	err = store_read_begin(doctor->store, &txn);
	if (err == ERR_NONE)
		err = store_stat_read_sizes(txn, &stat);
	store_read_end(txn);
	if (err != ERR_NONE) {
		doctor_find(doctor, "store", DOCTOR_WRONG,
		    "it opens, but cannot be read");
		doctor_mend(doctor, "apitrail check names what is bad");
		return;
	}
	look_at_map(doctor, &stat);
	look_at_readers(doctor, &stat);
	look_at_clock(doctor, stat.last_stamp_ms);
}

static void
look_at_map(struct doctor *doctor, const struct store_stat *stat)
{
	int64_t intake_bytes = stat->map_bytes / 100 * MAP_USE_PERCENT_MAX;
	int64_t percent = stat->used_bytes * 100 / intake_bytes;

	doctor_find(doctor, "map", percent >= 100 ? DOCTOR_WRONG :
	    percent >= MAP_NOTE_PERCENT ? DOCTOR_NOTE : DOCTOR_GOOD,
	    "%" PRId64 " MiB in use, %" PRId64 " %% of the %" PRId64
	    " MiB at which events are refused", stat->used_bytes >> MIB_SHIFT,
	    percent, intake_bytes >> MIB_SHIFT);
	if (percent >= MAP_NOTE_PERCENT)
		doctor_mend(doctor, "raise APITRAIL_MAP_SIZE and start the "
		    "recorder again, or shorten APITRAIL_RETENTION");
}

static void
look_at_readers(struct doctor *doctor, const struct store_stat *stat)
{
	struct reader readers[READERS_SEEN_MAX];
	size_t count = store_readers(doctor->store, readers,
	    COUNT_OF(readers));

	for (size_t i = 0; i < count; i++) {
		if (kill(readers[i].pid, 0) == 0 || errno != ESRCH)
			continue;
		doctor_find(doctor, "readers", DOCTOR_NOTE, "the process %d "
		    "died and keeps old pages from being used again",
		    (int)readers[i].pid);
		doctor_mend(doctor, "the recorder lets go of them within 10 "
		    "seconds; without one, apitrail prune does");
		return;
	}
	doctor_find(doctor, "readers", stat->readers * 100 >=
	    stat->readers_max * READERS_PERCENT_MAX ? DOCTOR_WRONG :
	    DOCTOR_GOOD, "%u of %u slots are taken", stat->readers,
	    stat->readers_max);
	if (stat->readers * 100 >= stat->readers_max * READERS_PERCENT_MAX)
		doctor_mend(doctor, "run fewer responders, or fewer "
		    "APITRAIL_THREADS in each");
}

static void
look_at_clock(struct doctor *doctor, int64_t stamp_ms)
{
	char text[CLOCK_TEXT_SIZE];

	moment_format(doctor->now_ms, text);
	if (stamp_ms - doctor->now_ms > MINUTE_MS) {
		doctor_find(doctor, "clock", DOCTOR_WRONG, "it says %s, "
		    "%" PRId64 " s behind the last event", text,
		    (stamp_ms - doctor->now_ms) / SECOND_MS);
		doctor_mend(doctor, "set the clock: until it has caught up, "
		    "all events get the last one's time");
	} else if (doctor->now_ms < CLOCK_MS_MIN) {
		doctor_find(doctor, "clock", DOCTOR_WRONG, "it says %s",
		    text);
		doctor_mend(doctor, "set the clock, and keep it by NTP");
	} else {
		doctor_find(doctor, "clock", DOCTOR_GOOD, "it says %s, and "
		    "is not behind the last event", text);
	}
}

void
doctor_look_at_processes(struct doctor *doctor)
{
	struct shared *shared = map_counters(doctor);

	if (doctor->store != NULL) {
		look_at_recorder(doctor, shared);
		look_at_responders(doctor, shared);
		doctor_look_at_cluster(doctor, shared);
	}
	shared_free(shared);
}

/* Looking is no reason to make the file. */
static struct shared *
map_counters(struct doctor *doctor)
{
	struct shared *shared = NULL;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/" COUNTERS_FILE,
	    doctor->path) >= (int)sizeof(path) || access(path, F_OK) != 0)
		return NULL;
	if (access(path, R_OK | W_OK) == 0 &&
	    shared_new(doctor->path, &shared) == ERR_NONE &&
	    shared_is_file(shared))
		return shared;
	doctor_find(doctor, "counters", DOCTOR_WRONG,
	    "%s cannot be shared, so rates and lock-outs hold for each "
	    "process alone", path);
	doctor_mend(doctor, "remove it: it is made anew within seconds");
	return shared;
}

static void
look_at_recorder(struct doctor *doctor, const struct shared *shared)
{
	enum recorder_state state = RECORDER_NONE;
	int64_t seen_ms = 0;
	int fd = -1;
	bool listens = recorder_socket_connect(doctor->path, &fd) ==
	    ERR_NONE;

	if (fd >= 0)
		close(fd);
	if (shared != NULL)
		state = recorder_sign_read(shared, doctor->now_ms, &seen_ms);
	tell_recorder(doctor, listens, state, seen_ms);
}

static void
tell_recorder(struct doctor *doctor, bool listens, enum recorder_state state,
    int64_t seen_ms)
{
	char seen[CLOCK_TEXT_SIZE];

	moment_format(seen_ms, seen);
	if (listens && state == RECORDER_SILENT) {
		doctor_find(doctor, "recorder", DOCTOR_WRONG, "it listens, "
		    "but has given no sign of life since %s", seen);
		doctor_mend(doctor, "look at its log, and start it again");
	} else if (listens) {
		doctor_find(doctor, "recorder", DOCTOR_GOOD,
		    "it listens%s", state == RECORDER_ALIVE ?
		    ", and is alive" : "");
	} else if (state == RECORDER_NONE || state == RECORDER_UNKNOWN) {
		doctor_find(doctor, "recorder", DOCTOR_NOTE, "none was ever "
		    "here, so POST is answered 503");
		doctor_mend(doctor, "where events come by POST: systemctl "
		    "enable --now apitrail-recorder, or run apitrail "
		    "recorder");
	} else {
		doctor_find(doctor, "recorder", DOCTOR_WRONG, "nobody "
		    "listens; its last sign of life is of %s", seen);
		doctor_mend(doctor, "systemctl start apitrail-recorder, or "
		    "run apitrail recorder; its log says why it ended");
	}
}

static void
look_at_responders(struct doctor *doctor, const struct shared *shared)
{
	struct responders_sum sum = { 0 };

	if (shared != NULL)
		responders_read(shared, doctor->now_ms, &sum);
	if (sum.responders != 0) {
		doctor_find(doctor, "responders", DOCTOR_GOOD, "%" PRIu64
		    " running, %" PRIu64 " connections, %" PRIu64 " waiting",
		    sum.responders, sum.connections, sum.waiters);
		return;
	}
	doctor_find(doctor, "responders", DOCTOR_NOTE,
	    "none is running that was asked for this store");
	doctor_mend(doctor, "systemctl enable --now "
	    "apitrail-responder.socket, or let the web server start them; "
	    "--url asks the web server");
}
