/* doctor_machines_absent.c - a build without libnats: nobody can be asked. */
#include "cli/doctor.h"

void
doctor_ask_machines(struct doctor *doctor)
{
	doctor_find(doctor, "machines", DOCTOR_WRONG, "this program was built "
	    "without libnats, and APITRAIL_NATS_URL is set");
	doctor_mend(doctor, "build it with libnats");
}
