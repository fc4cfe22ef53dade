/* sandbox.h - hold this process to what a responder or recorder needs.
 *
 * Landlock lets it open nothing but the store's directory and the pepper;
 * seccomp lets it call nothing that it does not need.  A call that is refused
 * fails with EPERM and is logged, the first few times.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>

#include "base/error.h"
#include "base/settings.h"

enum sandbox_role { SANDBOX_RESPONDER, SANDBOX_RECORDER };

struct sandbox_plan {
	enum sandbox_role role;
	const char *store_path;
	const char *pepper_path;	/* NULL: it needs none any more */
	const char *socket_path;	/* to be removed at the end; or NULL */
	/* The one address that it may connect to, of the pinned page; NULL:
	 * none, unless may_connect. */
	const void *address;
	bool may_connect;		/* to any unix socket */
	/* To servers by TCP, whose names are looked up: may_connect too. */
	bool is_networked;
	/* Files that it reads then; NULL or "": none. */
	const char *creds_path;
	const char *ca_path;
};

enum { SANDBOX_TEXT_SIZE = 128 };

/* What was put into force, for the log: "landlock 7, seccomp". */
struct sandbox_state {
	char text[SANDBOX_TEXT_SIZE];
};

/*
 * Enters for good, with all threads and processes that this one makes from
 * now on; there are none yet.  A part that this kernel or build lacks is
 * logged, and the rest is put into force: unless mode is SANDBOX_REQUIRED,
 * where it is ERR_MEANING, with detail.  With SANDBOX_OFF nothing happens.
 * ERR_IO: it was not possible to say what is allowed.
 */
enum error sandbox_enter(const struct sandbox_plan *plan,
    enum sandbox_mode mode, struct sandbox_state *state_out,
    struct detail *detail);

#endif
