/* event_plain_write.c - events that were spelled plainly, as stored. */
#include <assert.h>
#include <string.h>

#include "model/event_frame.h"
#include "model/event_plain.h"

static void write_json(const struct event_plain *event,
    const char *client_id, struct event_draft *draft);
static char *add_client(char *end, const struct event_plain *event,
    const char *client_id);
static char *add_resource(char *end, enum event_member member,
    const struct plain_resource *resource);
static char *add_metadata(char *end, const struct event_plain *event);
static char *add_span(char *end, const struct plain_span *span);
static char *add_text(char *end, const char *text);
static void stamp_imported(const struct event_plain *event,
    struct event_draft *draft);

void
event_plain_write(const struct event_plain *event, const char *client_id,
    struct event_draft *draft)
{
	write_json(event, client_id, draft);
	draft->category = category_of_type(event->type.text,
	    event->type.len);
	draft->place = (struct cursor){ 0 };
	if ((event->members & 1U << MEMBER_STORED_AT) != 0)
		stamp_imported(event, draft);
}

/* No more than EVENT_BYTES_MAX were read, so all of it fits. */
static void
write_json(const struct event_plain *event, const char *client_id,
    struct event_draft *draft)
{
	char *end = draft->json;

	end = add_text(end, BEFORE_ID NO_ID BEFORE_TYPE);
	end = add_span(end, &event->type);
	end = add_text(end, BEFORE_STORED_AT);
	draft->stored_at_offset = (uint16_t)(end - draft->json);
	end = add_text(end, NO_STORED_AT);

	end = add_client(end, event, client_id);
	for (int i = MEMBER_CLIENT + 1; i < MEMBER_METADATA; i++)
		if ((event->members & 1U << i) != 0)
			end = add_resource(end, (enum event_member)i,
			    &event->resources[i]);
	if ((event->members & 1U << MEMBER_METADATA) != 0)
		end = add_metadata(end, event);
	end = add_text(end, "}");

	assert(end <= draft->json + sizeof(draft->json));
	draft->json_len = (uint16_t)(end - draft->json);
}

static char *
add_client(char *end, const struct event_plain *event, const char *client_id)
{
	struct plain_resource client = { .id.text = NULL, .name.text = NULL };

	if ((event->members & 1U << MEMBER_CLIENT) != 0)
		client = event->resources[MEMBER_CLIENT];
	if (client.id.text == NULL) {
		client.id.text = client_id;
		client.id.len = strlen(client_id);
	}
	return add_resource(end, MEMBER_CLIENT, &client);
}

static char *
add_resource(char *end, enum event_member member,
    const struct plain_resource *resource)
{
	end = add_text(end, ",\"");
	end = add_text(end, event_member_name(member));
	end = add_text(end, "\":{\"id\":\"");
	end = add_span(end, &resource->id);
	if (resource->name.text != NULL) {
		end = add_text(end, "\",\"name\":\"");
		end = add_span(end, &resource->name);
	}
	return add_text(end, "\"}");
}

static char *
add_metadata(char *end, const struct event_plain *event)
{
	end = add_text(end, ",\"metadata\":{");
	for (unsigned int i = 0; i < event->pair_count; i++) {
		end = add_text(end, i > 0 ? ",\"" : "\"");
		end = add_span(end, &event->pairs[i].key);
		end = add_text(end, "\":\"");
		end = add_span(end, &event->pairs[i].value);
		end = add_text(end, "\"");
	}
	return add_text(end, "}");
}

static char *
add_span(char *end, const struct plain_span *span)
{
	memcpy(end, span->text, span->len);
	return end + span->len;
}

static char *
add_text(char *end, const char *text)
{
	size_t text_len = strlen(text);

	memcpy(end, text, text_len);
	return end + text_len;
}

static void
stamp_imported(const struct event_plain *event, struct event_draft *draft)
{
	struct cursor place = { 0 };

	for (size_t i = 0; i < STORED_AT_LEN; i++)
		place.stored_at_ms = 10 * place.stored_at_ms +
		    (event->stored_at.text[i] - '0');
	memcpy(place.id, event->id.text, EVENT_ID_LEN);
	event_draft_stamp(draft, &place);
}
