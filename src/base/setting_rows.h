/* setting_rows.h - each setting's names, default and allowed values.
 *
 * For settings.c, which reads them from their sources.
 */
#ifndef BASE_SETTING_ROWS_H
#define BASE_SETTING_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/settings.h"

/*
 * Says whether the text is allowed, and puts the number that it stands for,
 * if it stands for one.
 */
typedef bool setting_check(const char *text, int64_t *number_out);

struct setting_row {
	const char *variable;
	const char *option;	/* without -- */
	const char *initial;	/* the default, as text */
	setting_check *check;
	const char *allowed;	/* completes "expected ..." */
	const char *meaning;
};

extern const struct setting_row setting_rows[SETTING_COUNT];

#endif
