/* machine.h - what a machine tells of itself, and what all of them tell. */
#ifndef CLUSTER_MACHINE_H
#define CLUSTER_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/log_digest.h"

struct cluster;
struct cluster_place;
struct link;
struct machine;

enum { MACHINE_NAME_SIZE = 256, MACHINES_MAX = 1024 };

/* Writes this machine's name, its host and store, into the bucket once, so
 * that the others know of it when it is away; and answers whoever asks.
 * ERR_AWAY, ERR_NO_MEMORY. */
enum error machine_new(struct cluster *cluster, const char *store_path,
    struct machine **machine_out);
void machine_free(struct machine *machine);

/* What is answered from now on. */
void machine_tell(struct machine *machine,
    const struct cluster_place *place);

struct machine_state {
	char name[MACHINE_NAME_SIZE];
	uint64_t position;
	uint64_t log_last;
	int64_t position_ms;
	uint64_t skipped;
	uint64_t gaps;
	char alarm[32];
	struct log_digest digest;
};

/* Asks all; visits each that answers within a second.  ERR_AWAY. */
typedef void machine_visit(const struct machine_state *state, void *arg);
enum error machines_ask(struct link *link, machine_visit *visit, void *arg);

/* Visits the names of all that ever joined.  ERR_AWAY. */
typedef void machine_name_visit(const char *name, void *arg);
enum error machines_known(struct cluster *cluster,
    machine_name_visit *visit, void *arg);

#endif
