/* settings.h - APITRAIL_* from environment, file and options.
 *
 * An option wins over the environment, the environment over the file, the
 * file over the default.  The file is APITRAIL_CONF's, or apitrail.conf in
 * sysconfdir, which need not exist.  Its lines are NAME=value, empty, or
 * comments that begin with #; blanks around name and value do not count.
 */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

/* One row each in settings.c, which also names the allowed values. */
enum setting {
	SETTING_STORE,		/* directory of the store */
	SETTING_PEPPER,		/* file; default: pepper in the store */
	SETTING_BASE_URL,	/* http(s) URL without a final slash, or "" */
	SETTING_PREFIX,		/* "" or /path without a final slash */
	SETTING_THREADS,	/* count, 1 to 64; default: the cores */
	SETTING_CONNECTIONS,	/* count, 1 to 65536 */
	SETTING_MAP_SIZE,	/* bytes, 1M to 16T, a multiple of 4096 */
	SETTING_RETENTION,	/* milliseconds, 1s to 24h */
	SETTING_TIMEOUT,	/* milliseconds, 100ms to 10m */
	SETTING_LOCKOUT,	/* failures, 1 to 1000, or 0 for off */
	SETTING_CORS_ORIGIN,	/* an origin, "*", or "" */
	SETTING_LOG,		/* enum log_target */
	SETTING_ACCESS_LOG,	/* off, or a file's path */
	SETTING_SANDBOX,	/* enum sandbox_mode */
	SETTING_NATS_URL,	/* servers, by commas, or ""; may hold a
				 * password, so never log it */
	SETTING_NATS_CREDS,	/* file, or "" */
	SETTING_NATS_CA,	/* file, or "" */
	SETTING_NATS_REPLICAS,	/* count, 1 to 5 */
	SETTING_COUNT
};

/* The most that SETTING_LOCKOUT may say. */
enum { LOCKOUT_FAILURES_MAX = 1000, LOCKOUT_WINDOW_MS_MAX = DAY_MS };

/* What SETTING_SANDBOX says. */
enum sandbox_mode {
	SANDBOX_ON,		/* as far as the kernel has it */
	SANDBOX_OFF,
	SANDBOX_REQUIRED	/* no start without all of it */
};

struct settings;

/*
 * Reads file and environment.  ERR_MEANING names the setting, where it came
 * from (the file and line, the environment, the option), the value, less the
 * user and password of a URL, and what is allowed; ERR_IO a file that cannot
 * be read.  environment is like
 * environ, borrowed for the call.
 */
enum error settings_new(const char *const *environment,
    struct settings **settings_out, struct detail *detail);
void settings_free(struct settings *settings);

/* Sets what --store and the like give; a bad value is ERR_MEANING. */
enum error settings_set(struct settings *settings, enum setting setting,
    const char *text, struct detail *detail);

/* "APITRAIL_BASE_URL", and its long option, "base-url". */
const char *setting_variable(enum setting setting);
const char *setting_option(enum setting setting);
/* One line for --help and the manual. */
const char *setting_meaning(enum setting setting);

/* The value as text, borrowed; SETTING_PEPPER's with its default filled in. */
const char *settings_text(const struct settings *settings,
    enum setting setting);
/* The value of a count, size, duration or enum setting. */
int64_t settings_number(const struct settings *settings,
    enum setting setting);

#endif
