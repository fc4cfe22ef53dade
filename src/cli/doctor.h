/* doctor.h - what the parts of `apitrail doctor` share. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

struct arguments;
struct settings;
struct shared;
struct store;

enum doctor_state {
	DOCTOR_GOOD,
	DOCTOR_NOTE,		/* to be known; it may be as it is wanted */
	DOCTOR_WRONG
};

struct finding {
	const char *check;	/* a literal */
	enum doctor_state state;
	struct detail text;
	struct detail mend;	/* "" where there is nothing to mend */
};

struct doctor {
	const struct settings *settings;
	const char *path;	/* of the store */
	int64_t now_ms;
	struct store *store;	/* NULL when it does not open */
	struct buffer findings;	/* of struct finding */
	bool is_wrong;
};

/* Adds one that has nothing to mend yet. */
void doctor_find(struct doctor *doctor, const char *check,
    enum doctor_state state, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* How to mend the one that was added last. */
void doctor_mend(struct doctor *doctor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Each adds what it finds; the store's is opened first. */
void doctor_look_at_files(struct doctor *doctor);
void doctor_open_store(struct doctor *doctor);
void doctor_look_at_store(struct doctor *doctor);
void doctor_look_at_processes(struct doctor *doctor);
/* shared may be NULL.  It asks the other machines, too. */
void doctor_look_at_cluster(struct doctor *doctor,
    const struct shared *shared);
void doctor_ask_machines(struct doctor *doctor);

/* text is a URL, http[s]://HOST[:PORT][/PATH]: whether it is. */
bool doctor_url_is_valid(const char *text);
void doctor_ask_web(struct doctor *doctor, const char *text);

#endif
