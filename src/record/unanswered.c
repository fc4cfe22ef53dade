/* unanswered.c - messages that are not answered yet. */
#include "record/unanswered.h"

#include <stdlib.h>

struct unanswered *
unanswered_new(struct buffer *message)
{
	struct unanswered *unanswered = calloc(1, sizeof(*unanswered));

	if (unanswered == NULL)
		return NULL;
	unanswered->message = *message;
	buffer_init(message, message->size_max);
	return unanswered;
}

void
unanswered_free(struct unanswered *unanswered)
{
	if (unanswered == NULL)
		return;
	buffer_clear(&unanswered->message);
	free(unanswered);
}

void
unanswered_append(struct unanswered_list *list, struct unanswered *unanswered)
{
	if (list->last == NULL)
		list->first = unanswered;
	else
		list->last->next = unanswered;
	list->last = unanswered;
	if (list->unsent == NULL)
		list->unsent = unanswered;
	list->count++;
	list->unsent_bytes += unanswered->message.len;
}

void
unanswered_take_out(struct unanswered_list *list, struct unanswered *unanswered)
{
	struct unanswered *before = NULL;

	for (struct unanswered *p = list->first; p != unanswered; p = p->next)
		before = p;
	if (before == NULL)
		list->first = unanswered->next;
	else
		before->next = unanswered->next;
	if (list->last == unanswered)
		list->last = before;
	if (list->unsent == unanswered) {
		list->unsent = unanswered->next;
		list->sent_bytes = 0;
	}
	if (!unanswered->is_sent)
		list->unsent_bytes -= unanswered->message.len;
	list->count--;
}

void
unanswered_clear(struct unanswered_list *list)
{
	while (list->first != NULL) {
		struct unanswered *unanswered = list->first;

		unanswered_take_out(list, unanswered);
		unanswered_free(unanswered);
	}
}

struct unanswered *
unanswered_find(const struct unanswered_list *list, uint64_t sequence)
{
	struct unanswered *unanswered = list->first;

	while (unanswered != NULL && unanswered->sequence != sequence)
		unanswered = unanswered->next;
	return unanswered;
}

void
unanswered_count_sent(struct unanswered_list *list, size_t bytes)
{
	struct unanswered *unanswered = list->unsent;

	list->sent_bytes += bytes;
	if (list->sent_bytes < unanswered->message.len)
		return;
	unanswered->is_sent = true;
	list->unsent_bytes -= unanswered->message.len;
	list->unsent = unanswered->next;
	list->sent_bytes = 0;
}

void
unanswered_restart(struct unanswered_list *list)
{
	struct unanswered *unanswered = list->unsent;

	list->sent_bytes = 0;
	if (unanswered == NULL || !unanswered->is_forgotten)
		return;
	unanswered_take_out(list, unanswered);
	unanswered_free(unanswered);
}
