/* pending.c - messages that are not answered yet. */
#include "record/pending.h"

#include <stdlib.h>

struct pending *
pending_new(struct buffer *message)
{
	struct pending *pending = calloc(1, sizeof(*pending));

	if (pending == NULL)
		return NULL;
	pending->message = *message;
	buffer_init(message, message->size_max);
	return pending;
}

void
pending_free(struct pending *pending)
{
	if (pending == NULL)
		return;
	buffer_clear(&pending->message);
	free(pending);
}

void
pending_append(struct pending_list *list, struct pending *pending)
{
	if (list->last == NULL)
		list->first = pending;
	else
		list->last->next = pending;
	list->last = pending;
	if (list->unsent == NULL)
		list->unsent = pending;
	list->count++;
	list->unsent_bytes += pending->message.len;
}

void
pending_take_out(struct pending_list *list, struct pending *pending)
{
	struct pending *before = NULL;

	for (struct pending *p = list->first; p != pending; p = p->next)
		before = p;
	if (before == NULL)
		list->first = pending->next;
	else
		before->next = pending->next;
	if (list->last == pending)
		list->last = before;
	if (list->unsent == pending) {
		list->unsent = pending->next;
		list->sent_bytes = 0;
	}
	if (!pending->is_sent)
		list->unsent_bytes -= pending->message.len;
	list->count--;
}

void
pending_clear(struct pending_list *list)
{
	while (list->first != NULL) {
		struct pending *pending = list->first;

		pending_take_out(list, pending);
		pending_free(pending);
	}
}

struct pending *
pending_find(const struct pending_list *list, uint64_t sequence)
{
	struct pending *pending = list->first;

	while (pending != NULL && pending->sequence != sequence)
		pending = pending->next;
	return pending;
}

void
pending_count_sent(struct pending_list *list, size_t bytes)
{
	struct pending *pending = list->unsent;

	list->sent_bytes += bytes;
	if (list->sent_bytes < pending->message.len)
		return;
	pending->is_sent = true;
	list->unsent_bytes -= pending->message.len;
	list->unsent = pending->next;
	list->sent_bytes = 0;
}

void
pending_restart(struct pending_list *list)
{
	struct pending *pending = list->unsent;

	list->sent_bytes = 0;
	if (pending == NULL || !pending->is_forgotten)
		return;
	pending_take_out(list, pending);
	pending_free(pending);
}
