/* cluster_status_absent.c - a build without libnats: there is no cluster. */
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/complain.h"

enum status
run_cluster_status(const struct arguments *arguments)
{
	(void)arguments;
	complain("this program was built without libnats: it is in no "
	    "cluster");
	return STATUS_FAILED;
}
