/* intake.h - lines of NDJSON into the store: parse beside commit. */
#ifndef CLI_INTAKE_H
#define CLI_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/event.h"

struct organization;
struct registry;
struct store;

struct intake {
	/* What to take in, and for whom; all borrowed. */
	struct store *store;
	struct registry *registry;	/* of the same store */
	const struct organization *organization;
	enum event_source source;
	int64_t retention_ms;
	int fd;
	const char *file;	/* the input's name in complaints */
	uint64_t bytes_max;	/* of the input */
	uint64_t size;		/* of the input; 0 when that is not known */
	int rejects_fd;		/* -1 for none */
	const char *rejects;	/* its name in complaints */

	/* What came of it. */
	uint64_t recorded;
	uint64_t repeated;
	uint64_t refused;	/* lines */
	uint64_t input_bytes;
};

/*
 * Reads and checks all lines, and complains of each bad one, but records
 * nothing.  bytes_max is not UINT64_MAX.  ERR_IO, ERR_NO_MEMORY, ERR_STORE:
 * complained of here.
 */
enum error intake_check(struct intake *intake);

/*
 * Records the good lines, and complains of each bad one.  What is counted as
 * recorded is on disk, also after an error, which is complained of here.
 */
enum error intake_record(struct intake *intake);

#endif
