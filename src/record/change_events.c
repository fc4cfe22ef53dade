/* change_events.c - what a change to a key or an organization looks like as an
 * event. */
#include "record/change_events.h"

#include <assert.h>
#include <string.h>

#include "base/buffer.h"
#include "model/api_key.h"
#include "model/event.h"
#include "model/organization.h"

/* Its texts are written as JSON by the functions below. */
enum { EVENT_TEXT_BYTES_MAX = 4096 };

static void add_member(struct buffer *text, const char *name,
    const char *value);
static enum error parse(struct buffer *text,
    const struct organization *organization, struct event_draft *draft);

enum error
change_event_api_key(const char *type, const struct api_key *key,
    const struct organization *organization, struct event_draft *draft)
{
	struct buffer text;

	buffer_init(&text, EVENT_TEXT_BYTES_MAX);
	buffer_add_format(&text, "{\"type\":\"%s\",\"api_key\":{", type);
	add_member(&text, "id", key->id);
	buffer_add_text(&text, ",");
	add_member(&text, "name", key->name);
	buffer_add_text(&text, "}}");
	return parse(&text, organization, draft);
}

enum error
change_event_organization(const char *type,
    const struct organization *organization, struct event_draft *draft)
{
	struct buffer text;

	buffer_init(&text, EVENT_TEXT_BYTES_MAX);
	buffer_add_format(&text, "{\"type\":\"%s\",\"metadata\":{", type);
	add_member(&text, "name", organization->name);
	buffer_add_text(&text, ",");
	add_member(&text, "status",
	    organization_status_name(organization->status));
	buffer_add_text(&text, "}}");
	return parse(&text, organization, draft);
}

static void
add_member(struct buffer *text, const char *name, const char *value)
{
	buffer_add_format(text, "\"%s\":", name);
	buffer_add_json_string(text, value, strlen(value));
}

/* The text is ours, of parts that were checked: it is an event. */
static enum error
parse(struct buffer *text, const struct organization *organization,
    struct event_draft *draft)
{
	enum error err = text->error;

	if (err == ERR_NONE)
		err = event_draft_parse(text->bytes, text->len,
		    EVENT_RECORDED, organization->id, draft, NULL);
	assert(err != ERR_SYNTAX && err != ERR_MEANING);
	buffer_clear(text);
	return err;
}
