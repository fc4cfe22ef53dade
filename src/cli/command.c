/* command.c - the table of commands, which dispatch and --help read. */
#include "cli/command.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"

static const struct option_row option_rows[] = {
	[OPTION_CSV] = { "csv", NULL, false },
	[OPTION_DATA] = { "data", "FILE|-", false },
	[OPTION_DESC] = { "desc", NULL, false },
	[OPTION_EVENTS] = { "events", "LIST", false },
	[OPTION_EXPIRES] = { "expires", "90d|RFC3339|never", false },
	[OPTION_FAIL] = { "fail", NULL, false },
	[OPTION_FOLLOW] = { "follow", NULL, true },
	[OPTION_HEADER] = { "header", "H", true },
	[OPTION_HELP] = { "help", NULL, true },
	[OPTION_JSON] = { "json", NULL, true },
	[OPTION_KEY_FILE] = { "key-file", "FILE|-", false },
	[OPTION_LIMIT] = { "limit", "N", false },
	[OPTION_NAME] = { "name", "TEXT", false },
	[OPTION_NDJSON] = { "ndjson", NULL, false },
	[OPTION_NO_PAGER] = { "no-pager", NULL, true },
	[OPTION_ORG] = { "org", "NAME", false },
	[OPTION_OVERLAP] = { "overlap", "24h", false },
	[OPTION_RATE] = { "rate", "PER_MINUTE|none", false },
	[OPTION_REJECTS] = { "rejects", "FILE", false },
	[OPTION_SCOPE] = { "scope", "SCOPE", true },
	[OPTION_SINCE] = { "since", "2h|RFC3339", false },
	[OPTION_START_AFTER] = { "start-after", "MS", false },
	[OPTION_START_AFTER_ID] = { "start-after-id", "ID", false },
	[OPTION_STATUS] = { "status", "active|unpaid|locked", false },
	[OPTION_STRICT] = { "strict", NULL, false },
	[OPTION_URL] = { "url", "URL", false },
	[OPTION_UTC] = { "utc", NULL, true },
	[OPTION_VERSION] = { "version", NULL, true },
	[OPTION_YES] = { "yes", NULL, true },
};
static_assert(COUNT_OF(option_rows) == OPTION_COUNT, "one row per option");

static const char option_letters[OPTION_COUNT] = {
	[OPTION_FOLLOW] = 'f',
	[OPTION_LIMIT] = 'n',
};

#define JSON_ROW { OPTION_JSON, false, "print JSON" }

static const struct command_option only_json[] = {
	JSON_ROW,
};

static const struct command_option org_set_options[] = {
	{ OPTION_STATUS, false, "whether its keys are answered" },
	{ OPTION_NAME, false, "its new name" },
	JSON_ROW,
};

static const struct command_option key_add_options[] = {
	{ OPTION_ORG, true, "the organization that the key belongs to" },
	{ OPTION_NAME, true, "what the key is called" },
	{ OPTION_SCOPE, false,
	    "events:read (the default), events:write with it, or none" },
	{ OPTION_EXPIRES, false, "when it ends: never, unless given" },
	{ OPTION_RATE, false, "requests a minute, 1 to 1000000" },
	JSON_ROW,
};

static const struct command_option key_set_options[] = {
	{ OPTION_NAME, false, "what the key is called" },
	{ OPTION_SCOPE, false,
	    "events:read, events:write or none, in place of all it has" },
	{ OPTION_EXPIRES, false, "when it ends, or never" },
	{ OPTION_RATE, false, "requests a minute, 1 to 1000000, or none" },
	JSON_ROW,
};

static const struct command_option key_rotate_options[] = {
	{ OPTION_OVERLAP, false,
	    "how long the old key lives on, 24h unless given; or 0" },
	JSON_ROW,
};

static const struct command_option key_list_options[] = {
	{ OPTION_ORG, false, "only keys of this organization" },
	JSON_ROW,
};

static const struct command_option append_options[] = {
	{ OPTION_ORG, true, "the organization whose events they are" },
	{ OPTION_STRICT, false, "record nothing when any line is bad" },
	{ OPTION_REJECTS, false, "keep refused lines there, as they were" },
	JSON_ROW,
};

static const struct command_option events_options[] = {
	{ OPTION_ORG, true, "the organization whose events to show" },
	{ OPTION_EVENTS, false,
	    "all, api_keys, listeners, messages, queues, or several" },
	{ OPTION_LIMIT, false,
	    "at most so many; a table shows 100 unless told" },
	{ OPTION_SINCE, false, "only what was stored since" },
	{ OPTION_DESC, false, "newest first" },
	{ OPTION_START_AFTER, false, "a cursor's moment, with its id" },
	{ OPTION_START_AFTER_ID, false, "a cursor's id, with its moment" },
	{ OPTION_NDJSON, false, "print an event's JSON a line" },
	{ OPTION_CSV, false, "print comma-separated values" },
	JSON_ROW,
};

static const struct command_option tail_options[] = {
	{ OPTION_ORG, true, "the organization whose events to show" },
	{ OPTION_FOLLOW, false, "go on as events come, until interrupted" },
	{ OPTION_LIMIT, false, "begin with so many; 10 unless told" },
	{ OPTION_EVENTS, false,
	    "all, api_keys, listeners, messages, queues, or several" },
	{ OPTION_NDJSON, false, "print an event's JSON a line" },
	JSON_ROW,
};

static const struct command_option org_remove_options[] = {
	{ OPTION_YES, false, "do not ask" },
	JSON_ROW,
};

static const struct command_option doctor_options[] = {
	{ OPTION_URL, false, "where the web server answers, to ask it too" },
	JSON_ROW,
};

static const struct command_option restore_options[] = {
	{ OPTION_YES, false, "replace a store that is there" },
	JSON_ROW,
};

static const struct command_option request_options[] = {
	{ OPTION_KEY_FILE, false, "where the API key stands" },
	{ OPTION_HEADER, false, "a field to send: 'Accept: text/csv'" },
	{ OPTION_DATA, false, "the body to send; the method is then POST" },
	{ OPTION_FAIL, false, "exit 1 when the status is 400 or above" },
};

#define OPTIONS(rows) (rows), COUNT_OF(rows)

const struct command commands[] = {
	{ "init", NULL, run_init, NULL, 0, 0,
	    "make the store; harmless when it exists",
	    OPTIONS(only_json) },
	{ "org", "add", run_org_add, "NAME", 1, 1,
	    "make an organization",
	    OPTIONS(only_json) },
	{ "org", "list", run_org_list, NULL, 0, 0,
	    "list the organizations by name",
	    OPTIONS(only_json) },
	{ "org", "show", run_org_show, "NAME", 1, 1,
	    "show one organization",
	    OPTIONS(only_json) },
	{ "org", "set", run_org_set, "NAME", 1, 1,
	    "change an organization's status or name",
	    OPTIONS(org_set_options) },
	{ "org", "remove", run_org_remove, "NAME", 1, 1,
	    "erase an organization, its keys and its events",
	    OPTIONS(org_remove_options) },
	{ "key", "add", run_key_add, NULL, 0, 0,
	    "make an API key and print it, this once",
	    OPTIONS(key_add_options) },
	{ "key", "list", run_key_list, NULL, 0, 0,
	    "list API keys by organization and creation",
	    OPTIONS(key_list_options) },
	{ "key", "show", run_key_show, "ID", 1, 1,
	    "show one API key, but never its secret",
	    OPTIONS(only_json) },
	{ "key", "set", run_key_set, "ID", 1, 1,
	    "change an API key's name, scopes, expiry or rate",
	    OPTIONS(key_set_options) },
	{ "key", "enable", run_key_enable, "ID", 1, 1,
	    "let a disabled API key in again",
	    OPTIONS(only_json) },
	{ "key", "disable", run_key_disable, "ID", 1, 1,
	    "keep an API key out until it is enabled",
	    OPTIONS(only_json) },
	{ "key", "revoke", run_key_revoke, "ID", 1, 1,
	    "erase an API key for good",
	    OPTIONS(only_json) },
	{ "key", "rotate", run_key_rotate, "ID", 1, 1,
	    "make a new API key in the place of one that is to end",
	    OPTIONS(key_rotate_options) },
	{ "append", NULL, run_append, "[FILE|-]", 0, 1,
	    "record NDJSON events now",
	    OPTIONS(append_options) },
	{ "import", NULL, run_import, "[FILE|-]", 0, 1,
	    "record NDJSON events that have an id and stored_at",
	    OPTIONS(append_options) },
	{ "events", NULL, run_events, NULL, 0, 0,
	    "show an organization's events of the past 24 hours",
	    OPTIONS(events_options) },
	{ "tail", NULL, run_tail, NULL, 0, 0,
	    "show an organization's newest events, and on as they come",
	    OPTIONS(tail_options) },
	{ "recorder", NULL, run_recorder, NULL, 0, 0,
	    "run the daemon that takes events in from responders",
	    NULL, 0 },
	{ "prune", NULL, run_prune, NULL, 0, 0,
	    "remove the events that nobody can read any more",
	    OPTIONS(only_json) },
	{ "stat", NULL, run_stat, NULL, 0, 0,
	    "tell what is in the store, and its size",
	    OPTIONS(only_json) },
	{ "check", NULL, run_check, NULL, 0, 0,
	    "read all of the store and name what is bad",
	    OPTIONS(only_json) },
	{ "doctor", NULL, run_doctor, NULL, 0, 0,
	    "find what is wrong with the installation, and the mend",
	    OPTIONS(doctor_options) },
	{ "backup", NULL, run_backup, "DIR", 1, 1,
	    "copy the store, also while it is in use, into a new folder",
	    OPTIONS(only_json) },
	{ "restore", NULL, run_restore, "DIR", 1, 1,
	    "put a backup in the place of the store",
	    OPTIONS(restore_options) },
	{ "cluster", "status", run_cluster_status, NULL, 0, 0,
	    "show the machines of a cluster, and how far each is",
	    OPTIONS(only_json) },
	{ "request", NULL, run_request, "[METHOD] TARGET", 1, 2,
	    "send one request to the responder, run as CGI",
	    OPTIONS(request_options) },
};
const size_t command_count = COUNT_OF(commands);

const struct option_row *
option_row(enum option_name option)
{
	return &option_rows[option];
}

char
option_letter(enum option_name option)
{
	return option_letters[option];
}

bool
option_is_everywhere(enum option_name option)
{
	return option == OPTION_HELP || option == OPTION_VERSION ||
	    option == OPTION_NO_PAGER || option == OPTION_UTC;
}

const struct command *
command_find(const char *name, const char *subcommand)
{
	for (size_t i = 0; i < command_count; i++) {
		const struct command *command = &commands[i];

		if (strcmp(command->name, name) != 0)
			continue;
		if (command->subcommand == NULL && subcommand == NULL)
			return command;
		if (command->subcommand != NULL && subcommand != NULL &&
		    strcmp(command->subcommand, subcommand) == 0)
			return command;
	}
	return NULL;
}

bool
command_has_subcommands(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0 &&
		    commands[i].subcommand != NULL)
			return true;
	return false;
}

const struct command_option *
command_takes(const struct command *command, enum option_name option)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i].option == option)
			return &command->options[i];
	return NULL;
}
