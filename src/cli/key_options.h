/* key_options.h - what the options of key add and key set say of a key. */
#ifndef CLI_KEY_OPTIONS_H
#define CLI_KEY_OPTIONS_H

#include <stdbool.h>

#include "base/error.h"
#include "model/api_key.h"

struct arguments;

/* What is given, and only that, is to be put into a key. */
struct key_options {
	const char *name;	/* borrowed; NULL: not given */
	bool has_scopes;
	bool has_expiry;
	bool has_rate;
	unsigned int scopes;
	int64_t expires_ms;	/* 0: never */
	uint32_t rate_per_minute;	/* 0: no bound */
};

/* ERR_MEANING, complained of here: one of them is not allowed. */
enum error key_options_read(const struct arguments *arguments,
    struct key_options *options_out);

/* Whether none is given. */
bool key_options_are_empty(const struct key_options *options);

void key_options_apply(const struct key_options *options,
    struct api_key *key);

#endif
