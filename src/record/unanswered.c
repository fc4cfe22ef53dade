/* unanswered.c - messages that are not answered yet. */
#include "record/unanswered.h"

#include <stdlib.h>

struct unanswered *
unanswered_new(struct buffer *message)
{
	struct unanswered *pending = calloc(1, sizeof(*pending));

	if (pending == NULL)
		return NULL;
	pending->message = *message;
	buffer_init(message, message->size_max);
	return pending;
}

void
unanswered_free(struct unanswered *pending)
{
	if (pending == NULL)
		return;
	buffer_clear(&pending->message);
	free(pending);
}

void
unanswered_append(struct unanswered_list *list, struct unanswered *pending)
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
unanswered_take_out(struct unanswered_list *list, struct unanswered *pending)
{
	struct unanswered *before = NULL;

	for (struct unanswered *p = list->first; p != pending; p = p->next)
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
unanswered_clear(struct unanswered_list *list)
{
	while (list->first != NULL) {
		struct unanswered *pending = list->first;

		unanswered_take_out(list, pending);
		unanswered_free(pending);
	}
}

struct unanswered *
unanswered_find(const struct unanswered_list *list, uint64_t sequence)
{
	struct unanswered *pending = list->first;

	while (pending != NULL && pending->sequence != sequence)
		pending = pending->next;
	return pending;
}

void
unanswered_count_sent(struct unanswered_list *list, size_t bytes)
{
	struct unanswered *pending = list->unsent;

	list->sent_bytes += bytes;
	if (list->sent_bytes < pending->message.len)
		return;
	pending->is_sent = true;
	list->unsent_bytes -= pending->message.len;
	list->unsent = pending->next;
	list->sent_bytes = 0;
}

void
unanswered_restart(struct unanswered_list *list)
{
	struct unanswered *pending = list->unsent;

	list->sent_bytes = 0;
	if (pending == NULL || !pending->is_forgotten)
		return;
	unanswered_take_out(list, pending);
	unanswered_free(pending);
}
