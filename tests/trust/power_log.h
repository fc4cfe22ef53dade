/* power_log.h - what a program did to its files, one record after another.
 *
 * Written by power_recorder.c within the programs, and by who uses them for
 * what was acknowledged; read by power_model.c.  Native integers.
 */
#ifndef TESTS_TRUST_POWER_LOG_H
#define TESTS_TRUST_POWER_LOG_H

#include <stdint.h>

#define POWER_LOG_VARIABLE "POWER_LOG"
/* The number of the write with O_DSYNC that is carried out, and then said to
 * have failed; 0 or nothing: none. */
#define POWER_FAIL_VARIABLE "POWER_FAIL_DSYNC"
/* The number of the record at which a process is killed. */
#define POWER_KILL_VARIABLE "POWER_KILL"

enum power_kind {
	POWER_WRITE,		/* begins; a: offset; bytes: what */
	POWER_WRITE_SYNCED,	/* the one with this token is on disk */
	POWER_SIZE,		/* a: the file's length from now on */
	POWER_SIZE_LEAST,	/* a: the file is at least as long */
	POWER_SYNC_BEGIN,
	POWER_SYNC_END,		/* the one with this token is done */
	POWER_ENTRY,		/* inode is in b as bytes; a: 1 when new */
	POWER_NO_ENTRY,		/* bytes is no more in b */
	POWER_RENAME,		/* from a to b; bytes: two names with NULs */
	/* What the user was told; power_check.h says what follows. */
	POWER_INIT_DONE,
	POWER_ORGANIZATION_DONE,
	POWER_KEY_DONE,
	POWER_EVENTS_DONE,	/* a: the first one's number; b: how many */
	POWER_FORGET,		/* of the events so far, any may be gone */
	POWER_BACKUP_DONE,
	POWER_RESTORE_BEGUN,
	POWER_KIND_COUNT
};

enum { POWER_NAME_MAX = 255, POWER_BYTES_MAX = 64 << 20 };

struct power_record {
	uint32_t kind;
	uint32_t is_directory;	/* the inode */
	uint64_t token;
	uint64_t inode;
	uint64_t a;
	uint64_t b;
	uint64_t bytes_len;	/* of what follows */
};

#endif
