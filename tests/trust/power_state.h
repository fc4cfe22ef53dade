/* power_state.h - what power_model.c keeps, and power_image.c makes files of.
 */
#ifndef TESTS_TRUST_POWER_STATE_H
#define TESTS_TRUST_POWER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "power_log.h"

enum {
	INODES_MAX = 4096,
	CHANGES_MAX = 65536,
	NAMES_MAX = 65536,
	STATUS_FAILED = 2
};

/* A write or a new length that is not synced. */
struct change {
	uint32_t file;		/* index in files */
	bool is_size;
	bool is_least;		/* of a length: never shorter */
	uint64_t token;
	uint64_t offset;	/* or the length */
	size_t len;
	uint8_t *bytes;		/* owned */
	uint64_t covered_by;	/* the sync that has begun since; 0: none */
	uint64_t time;
};

/* Of a folder: a name comes, goes, or does both. */
struct name_change {
	bool is_synced;
	uint64_t covered_by;
	uint64_t time;
	uint32_t from;		/* file's index of the folder; 0: none */
	uint32_t to;
	uint32_t file;
	char from_name[POWER_NAME_MAX + 1];
	char to_name[POWER_NAME_MAX + 1];
};

struct file {
	uint64_t inode;
	bool is_directory;
	uint64_t size;
	uint8_t *bytes;		/* up to the last that was written */
	size_t bytes_len;
};

struct power_model {
	/* 0 is nothing, 1 the root. */
	uint32_t file_count;
	uint32_t change_count;
	uint32_t name_count;
	uint64_t time;
	struct file files[INODES_MAX];
	struct change changes[CHANGES_MAX];
	struct name_change names[NAMES_MAX];
};

#endif
