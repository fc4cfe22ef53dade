/* power_model.h - files and folders as a disk would have them after a cut.
 *
 * What was synced is there.  Of what was not, any part may be, in any order:
 * whole writes, sectors of writes, lengths, names.
 */
#ifndef TESTS_TRUST_POWER_MODEL_H
#define TESTS_TRUST_POWER_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "power_log.h"

/* What becomes of that which was not synced. */
enum power_fate {
	FATE_LOST,		/* all of it */
	FATE_KEPT,		/* none of it: a crash of the programs */
	FATE_CUT,		/* all behind a moment, and a part of the last */
	FATE_MIXED,		/* any of it, also of a write's sectors */
	FATE_NAMES_IN_ORDER,	/* the same, but names as a journal has them */
	FATE_COUNT
};

struct power_model;

struct power_model *power_model_new(void);
void power_model_free(struct power_model *model);

/* root is the inode of the folder that all begins in. */
void power_model_set_root(struct power_model *model, uint64_t root);
/* Follows one record; its bytes are copied. */
void power_model_take(struct power_model *model,
    const struct power_record *record, const uint8_t *bytes);
/* Whether something was not synced, so that images differ. */
bool power_model_is_unsettled(const struct power_model *model);

/* Makes the files below path, a folder that is empty, as a cut of power now
 * would leave them.  random is the state of the choice. */
void power_model_write(const struct power_model *model, const char *path,
    enum power_fate fate, uint64_t *random);

/* 0 to below. */
uint32_t power_random(uint64_t *state, uint32_t below);

#endif
