/* sandbox.c - hold this process to what a responder or recorder needs. */
#include "sandbox/sandbox.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "sandbox/file_rules.h"
#include "sandbox/call_rules.h"

static enum error enter_parts(const struct sandbox_plan *plan, bool may_lack,
    struct sandbox_state *state, struct detail *detail);
static enum error settle(enum error err, bool may_lack, const char *part,
    struct detail *detail);

enum error
sandbox_enter(const struct sandbox_plan *plan, enum sandbox_mode mode,
    struct sandbox_state *state_out, struct detail *detail)
{
	bool may_lack = mode != SANDBOX_REQUIRED;

	snprintf(state_out->text, sizeof(state_out->text), "off");
	if (mode == SANDBOX_OFF)
		return ERR_NONE;
#ifdef HAVE_SANITIZERS
	/* They read and map what they like. */
	(void)plan;
	(void)enter_parts;
	detail_set(detail, ERR_NOT_FOUND, "this is a build with sanitizers");
	return settle(ERR_NOT_FOUND, may_lack, "all", detail);
#else
	/* Also: what this process might start gains nothing by set-user-ID. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		detail_set(detail, ERR_NOT_FOUND,
		    "no_new_privs cannot be set");
		return settle(ERR_NOT_FOUND, may_lack, "all", detail);
	}
	return enter_parts(plan, may_lack, state_out, detail);
#endif
}

static enum error
enter_parts(const struct sandbox_plan *plan, bool may_lack,
    struct sandbox_state *state, struct detail *detail)
{
	char files[SANDBOX_TEXT_SIZE / 2] = "";
	int version = 0;
	enum error err;

	err = settle(file_rules_enter(plan, &version, detail), may_lack,
	    "landlock", detail);
	if (err != ERR_NONE)
		return err;
	if (version > 0)
		snprintf(files, sizeof(files), "landlock %d", version);

	/* The last, as its rules leave out what the first needs. */
	err = call_rules_enter(plan, detail);
	snprintf(state->text, sizeof(state->text), "%s%s%s", files,
	    version > 0 && err == ERR_NONE ? ", " : "",
	    err == ERR_NONE ? "seccomp" : "");
	return settle(err, may_lack, "seccomp", detail);
}

/* ERR_NOT_FOUND: there is no such part here. */
static enum error
settle(enum error err, bool may_lack, const char *part,
    struct detail *detail)
{
	if (err != ERR_NOT_FOUND)
		return err;
	if (!may_lack) {
		detail_prefix(detail, "APITRAIL_SANDBOX is required, but a "
		    "part of the sandbox is missing (%s): ", part);
		return ERR_MEANING;
	}
	log_fact(LEVEL_WARNING, "a part of the sandbox is missing, and the "
	    "process goes on without", "missing", part, "cause",
	    detail->text, NULL);
	return ERR_NONE;
}
