/* guide.c - what one would do first: `apitrail` alone. */
#include "cli/guide.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/settings.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/visible.h"
#include "model/organization.h"
#include "store/organizations.h"
#include "store/store.h"

enum { STEP_WIDTH = 46 };

enum stage {
	STAGE_NO_STORE,
	STAGE_UNREADABLE,
	STAGE_EMPTY,		/* no organization yet */
	STAGE_NO_KEYS,
	STAGE_AT_WORK,
	STAGE_COUNT
};

struct step {
	enum stage from;	/* told from this stage on, up to */
	enum stage to;
	const char *command;	/* NAME stands for an organization's */
	const char *meaning;
};

static const struct step steps[] = {
	{ STAGE_NO_STORE, STAGE_NO_STORE, "apitrail init", "make the store" },
	{ STAGE_UNREADABLE, STAGE_UNREADABLE, "apitrail doctor",
	    "find out what is wrong, and the mend" },
	{ STAGE_NO_STORE, STAGE_EMPTY, "apitrail org add NAME",
	    "an organization whose events they are" },
	{ STAGE_NO_STORE, STAGE_NO_KEYS,
	    "apitrail key add --org NAME --name first",
	    "its API key, shown this once" },
	{ STAGE_NO_STORE, STAGE_NO_KEYS,
	    "echo '{\"type\":\"queue_added\"}' |", "record an event" },
	{ STAGE_NO_STORE, STAGE_NO_KEYS, "    apitrail append --org NAME",
	    "" },
	{ STAGE_NO_STORE, STAGE_AT_WORK, "apitrail events --org NAME",
	    "see what happened" },
	{ STAGE_AT_WORK, STAGE_AT_WORK, "apitrail tail --org NAME -f",
	    "watch it happen" },
	{ STAGE_AT_WORK, STAGE_AT_WORK, "apitrail key list",
	    "who may ask, and when they did" },
	{ STAGE_AT_WORK, STAGE_AT_WORK, "apitrail doctor",
	    "whether all is well, and the mend" },
};

static enum stage look(const struct arguments *arguments, char *name);
static enum stage look_inside(struct store *store, char *name);
static store_organization_visit take_first;
static void add_state(struct buffer *text, enum stage stage,
    const char *path);
static void add_step(struct buffer *text, const struct step *step,
    const char *name);

enum status
guide(const struct arguments *arguments)
{
	const char *path = settings_text(arguments->settings, SETTING_STORE);
	char name[ORGANIZATION_NAME_LEN_MAX + 1] = "acme";
	enum stage stage = look(arguments, name);
	struct buffer text;
	enum error err;

	buffer_init(&text, 0);
	buffer_add_text(&text, "apitrail: what happened through an API in "
	    "the past 24 hours.\n\n");
	add_state(&text, stage, path);
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (stage >= steps[i].from && stage <= steps[i].to &&
		    (stage != STAGE_UNREADABLE ||
		    steps[i].from == STAGE_UNREADABLE))
			add_step(&text, &steps[i], name);
	buffer_add_text(&text, "\napitrail --help lists all commands; "
	    "man apitrail explains them.\n");
	err = output_buffer(&text);
	buffer_clear(&text);
	return err == ERR_NONE ? STATUS_USAGE : STATUS_FAILED;
}

/* name becomes that of an organization, if there is one. */
static enum stage
look(const struct arguments *arguments, char *name)
{
	const char *path = settings_text(arguments->settings, SETTING_STORE);
	struct detail detail = { "" };
	struct store *store = NULL;
	char file[PATH_MAX];
	enum stage stage = STAGE_UNREADABLE;

	if (snprintf(file, sizeof(file), "%s/data.mdb", path) <
	    (int)sizeof(file) && access(file, F_OK) != 0)
		stage = STAGE_NO_STORE;
	else if (store_open(path, STORE_READ,
	    settings_number(arguments->settings, SETTING_MAP_SIZE), &store,
	    &detail) == ERR_NONE)
		stage = look_inside(store, name);
	store_close(store);
	return stage;
}

static enum stage
look_inside(struct store *store, char *name)
{
	struct store_txn *txn = NULL;
	struct store_stat stat = { 0 };
	enum error err = store_read_begin(store, &txn);

	if (err == ERR_NONE)
		err = store_stat_read_sizes(txn, &stat);
	if (err == ERR_NONE)
		err = store_organization_scan(txn, take_first, name);
	store_read_end(txn);
	if (err != ERR_NONE)
		return STAGE_UNREADABLE;
	if (stat.organizations == 0)
		return STAGE_EMPTY;
	return stat.api_keys == 0 ? STAGE_NO_KEYS : STAGE_AT_WORK;
}

static bool
take_first(const struct organization *organization, void *arg)
{
	memcpy(arg, organization->name, sizeof(organization->name));
	return false;
}

static void
add_state(struct buffer *text, enum stage stage, const char *path)
{
	static const char *const states[] = {
		[STAGE_NO_STORE] = "There is no store yet in ",
		[STAGE_UNREADABLE] = "This store cannot be read: ",
		[STAGE_EMPTY] = "This store is still empty: ",
		[STAGE_NO_KEYS] = "This store has no API keys yet: ",
		[STAGE_AT_WORK] = "This store is in use: ",
	};

	buffer_add_text(text, states[stage]);
	visible_add(text, path, strlen(path));
	buffer_add_text(text, stage == STAGE_AT_WORK ?
	    "\nWhat one would look at:\n\n" :
	    "\nWhat one would do first:\n\n");
}

static void
add_step(struct buffer *text, const struct step *step, const char *name)
{
	const char *place = strstr(step->command, "NAME");
	size_t begin = text->len;
	size_t len;

	buffer_add_text(text, "  ");
	if (place == NULL) {
		buffer_add_text(text, step->command);
	} else {
		buffer_add(text, step->command,
		    (size_t)(place - step->command));
		buffer_add_text(text, name);
		buffer_add_text(text, place + strlen("NAME"));
	}
	len = text->len - begin;
	if (step->meaning[0] != '\0')
		buffer_add_format(text, "%*s  %s", len < STEP_WIDTH ?
		    (int)(STEP_WIDTH - len) : 0, "", step->meaning);
	buffer_add_text(text, "\n");
}
