/* waiting.c - those of one loop who wait for news, and whose turn it is. */
#include "responder/waiting.h"

#include <stdlib.h>

enum { SIZE_MIN = 64 };

static void list_init(struct waiter *list);
static void list_append(struct waiter *list, struct waiter *waiter);
static void list_drop(struct waiter *waiter);
static void sift_up(struct waiting *waiting, size_t place);
static void sift_down(struct waiting *waiting, size_t place);
static void put(struct waiting *waiting, size_t place,
    struct waiter *waiter);

void
waiting_init(struct waiting *waiting)
{
	*waiting = (struct waiting){ 0 };
	list_init(&waiting->idle);
	list_init(&waiting->due);
}

void
waiting_clear(struct waiting *waiting)
{
	while (waiting->count > 0)
		waiting_remove(waiting, waiting->by_time[0]);
	free(waiting->by_time);
	waiting->by_time = NULL;
	waiting->size = 0;
}

enum error
waiting_add(struct waiting *waiting, struct waiter *waiter,
    int64_t due_at_ms, bool is_due)
{
	if (waiting->count == waiting->size) {
		size_t size = waiting->size == 0 ?
		    SIZE_MIN : waiting->size * 2;
		struct waiter **by_time = reallocarray(waiting->by_time,
		    size, sizeof(struct waiter *));

		if (by_time == NULL)
			return ERR_NO_MEMORY;
		waiting->by_time = by_time;
		waiting->size = size;
	}
	waiter->due_at_ms = due_at_ms;
	put(waiting, waiting->count, waiter);
	sift_up(waiting, waiting->count++);
	list_append(is_due ? &waiting->due : &waiting->idle, waiter);
	return ERR_NONE;
}

void
waiting_remove(struct waiting *waiting, struct waiter *waiter)
{
	size_t place = waiter->place;
	struct waiter *last;

	if (waiter->next == NULL)
		return;
	last = waiting->by_time[--waiting->count];
	if (last != waiter) {
		put(waiting, place, last);
		sift_up(waiting, place);
		sift_down(waiting, last->place);
	}
	list_drop(waiter);
}

void
waiting_call(struct waiting *waiting)
{
	struct waiter *idle = &waiting->idle;
	struct waiter *due = &waiting->due;

	if (idle->next == idle)
		return;
	idle->next->previous = due->previous;
	due->previous->next = idle->next;
	idle->previous->next = due;
	due->previous = idle->previous;
	list_init(idle);
}

struct waiter *
waiting_take(struct waiting *waiting, int64_t now_ms)
{
	struct waiter *first = waiting->due.next;

	if (first == &waiting->due) {
		if (waiting->count == 0 ||
		    waiting->by_time[0]->due_at_ms > now_ms)
			return NULL;
		first = waiting->by_time[0];
	}
	waiting_remove(waiting, first);
	return first;
}

int64_t
waiting_wake_ms(const struct waiting *waiting)
{
	if (waiting->due.next != &waiting->due)
		return 0;
	return waiting->count == 0 ?
	    INT64_MAX : waiting->by_time[0]->due_at_ms;
}

static void
list_init(struct waiter *list)
{
	list->next = list;
	list->previous = list;
}

static void
list_append(struct waiter *list, struct waiter *waiter)
{
	waiter->next = list;
	waiter->previous = list->previous;
	list->previous->next = waiter;
	list->previous = waiter;
}

static void
list_drop(struct waiter *waiter)
{
	waiter->next->previous = waiter->previous;
	waiter->previous->next = waiter->next;
	waiter->next = NULL;
	waiter->previous = NULL;
}

static void
sift_up(struct waiting *waiting, size_t place)
{
	struct waiter *waiter = waiting->by_time[place];

	while (place > 0) {
		size_t above = (place - 1) / 2;

		if (waiting->by_time[above]->due_at_ms <= waiter->due_at_ms)
			break;
		put(waiting, place, waiting->by_time[above]);
		place = above;
	}
	put(waiting, place, waiter);
}

static void
sift_down(struct waiting *waiting, size_t place)
{
	struct waiter *waiter = waiting->by_time[place];

	for (;;) {
		size_t below = 2 * place + 1;

		if (below + 1 < waiting->count &&
		    waiting->by_time[below + 1]->due_at_ms <
		    waiting->by_time[below]->due_at_ms)
			below++;
		if (below >= waiting->count ||
		    waiter->due_at_ms <= waiting->by_time[below]->due_at_ms)
			break;
		put(waiting, place, waiting->by_time[below]);
		place = below;
	}
	put(waiting, place, waiter);
}

static void
put(struct waiting *waiting, size_t place, struct waiter *waiter)
{
	waiting->by_time[place] = waiter;
	waiter->place = place;
}
