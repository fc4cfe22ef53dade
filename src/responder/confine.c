/* confine.c - a responder gives up what it does not need. */
#include "responder/confine.h"

#include <stddef.h>

#include "base/log.h"
#include "record/recorder_socket.h"
#include "responder/listener.h"
#include "sandbox/pinned.h"

static void pin_recorder(struct sandbox_plan *plan);

enum error
confine(const struct settings *settings, const struct listener *listener,
    struct sandbox_state *state_out, struct detail *detail)
{
	enum sandbox_mode mode = (enum sandbox_mode)settings_number(settings,
	    SETTING_SANDBOX);
	struct sandbox_plan plan = {
		.role = SANDBOX_RESPONDER,
		.store_path = settings_text(settings, SETTING_STORE),
		.pepper_path = settings_text(settings, SETTING_PEPPER),
		.socket_path = listener->path,
		/* Its library connects anew when syslog was away. */
		.may_connect = settings_number(settings, SETTING_LOG) ==
		    LOG_TO_SYSLOG,
	};

	if (mode != SANDBOX_OFF)
		pin_recorder(&plan);
	return sandbox_enter(&plan, mode, state_out, detail);
}

/* Where that is not possible, it may connect to any. */
static void
pin_recorder(struct sandbox_plan *plan)
{
	const struct sockaddr_un *address;
	char path[RECORDER_PATH_SIZE];
	enum error err = recorder_socket_path(plan->store_path, path);

	if (err == ERR_NONE)
		err = pinned_make(path, &address);
	if (err != ERR_NONE) {
		log_fact(LEVEL_WARNING, "a part of the sandbox is missing, "
		    "and the process goes on without", "missing",
		    "the recorder's address", "cause",
		    err == ERR_TOO_LARGE ?
		    "the store's path is too long for a socket's address" :
		    "its memory is taken", NULL);
		plan->may_connect = true;
		return;
	}
	plan->address = address;
	recorder_socket_pin(address);
}
