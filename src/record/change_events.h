/* change_events.h - what a change to a key or an organization looks like as an
 * event.
 *
 * The event's client.id is the organization's id; keys are told as api_key,
 * and organizations by name and status as metadata.
 */
#ifndef RECORD_CHANGE_EVENTS_H
#define RECORD_CHANGE_EVENTS_H

#include "base/error.h"

struct api_key;
struct event_draft;
struct organization;

/* ERR_NO_MEMORY. */
enum error change_event_api_key(const char *type, const struct api_key *key,
    const struct organization *organization, struct event_draft *draft_out);
enum error change_event_organization(const char *type,
    const struct organization *organization, struct event_draft *draft_out);

#endif
