/* doctor_machines.c - whether machines took the same of the log. */
#include "base/buffer.h"
#include "cli/doctor.h"
#include "cli/machine_rows.h"
#include "stream/link.h"

static void tell(struct doctor *doctor, const struct machine_rows *rows,
    bool differ);

void
doctor_ask_machines(struct doctor *doctor)
{
	struct machine_rows rows;
	struct link *link = NULL;
	struct detail detail = { "" };
	bool differ = false;
	enum error err = link_open(doctor->settings, &link, &detail);

	machine_rows_init(&rows);
	if (err != ERR_NONE) {
		doctor_find(doctor, "machines", DOCTOR_WRONG, "%s",
		    detail.text);
		doctor_mend(doctor, "start a server of APITRAIL_NATS_URL, or "
		    "mend what it says is wrong");
	} else if (machine_rows_ask(&rows, link, &differ) != ERR_NONE) {
		doctor_find(doctor, "machines", DOCTOR_WRONG, "the machines "
		    "cannot be asked");
		doctor_mend(doctor, "look at the servers of "
		    "APITRAIL_NATS_URL");
	} else {
		tell(doctor, &rows, differ);
	}
	machine_rows_clear(&rows);
	link_close(link);
}

static void
tell(struct doctor *doctor, const struct machine_rows *rows, bool differ)
{
	size_t count = machine_rows_count(rows);
	struct buffer names;

	if (!differ) {
		doctor_find(doctor, "machines", count == 0 ? DOCTOR_NOTE :
		    DOCTOR_GOOD, "%zu answer, and took the same of the log",
		    count);
		if (count == 0)
			doctor_mend(doctor, "start their recorders");
		return;
	}
	buffer_init(&names, 0);
	for (size_t i = 0; i < count; i++) {
		const struct machine_row *row = machine_rows_at(rows, i);

		if (row->differs)
			buffer_add_format(&names, "%s%s", names.len > 0 ?
			    ", " : "", row->state.name);
	}
	buffer_add(&names, "", 1);
	doctor_find(doctor, "machines", DOCTOR_WRONG, "they took different "
	    "messages of the log: %s", names.error == ERR_NONE ?
	    names.bytes : "");
	doctor_mend(doctor, "where one differs from several that do not "
	    "(apitrail cluster status), apitrail restore the backup of one "
	    "of these there");
	buffer_clear(&names);
}
