/* deadlines.c - who must be done by when. */
#include "responder/deadlines.h"

#include <stddef.h>

enum { IDLE_TIMES = 3 };

/* Longer than any process runs. */
static const int64_t never_ms = INT64_MAX / 2;

void
deadlines_init(struct deadlines *deadlines, int64_t timeout_ms)
{
	for (int i = 0; i < DEADLINE_KINDS; i++) {
		struct deadline *list = &deadlines->lists[i];

		*list = (struct deadline){ list, list, 0 };
		deadlines->lengths_ms[i] = timeout_ms;
	}
	deadlines->lengths_ms[DEADLINE_IDLE] *= IDLE_TIMES;
	deadlines->lengths_ms[DEADLINE_NEVER] = never_ms;
}

void
deadline_set(struct deadlines *deadlines, struct deadline *deadline,
    enum deadline_kind kind, int64_t now_ms)
{
	struct deadline *list = &deadlines->lists[kind];

	deadline_drop(deadline);
	deadline->at_ms = now_ms + deadlines->lengths_ms[kind];
	deadline->next = list;
	deadline->previous = list->previous;
	list->previous->next = deadline;
	list->previous = deadline;
}

void
deadline_drop(struct deadline *deadline)
{
	if (deadline->next == NULL)
		return;
	deadline->next->previous = deadline->previous;
	deadline->previous->next = deadline->next;
	deadline->next = NULL;
	deadline->previous = NULL;
}

struct deadline *
deadlines_first(struct deadlines *deadlines, enum deadline_kind kind)
{
	struct deadline *list = &deadlines->lists[kind];

	return list->next == list ? NULL : list->next;
}

struct deadline *
deadlines_passed(struct deadlines *deadlines, int64_t now_ms)
{
	for (int i = 0; i < DEADLINE_KINDS; i++) {
		struct deadline *first =
		    deadlines_first(deadlines, (enum deadline_kind)i);

		if (first != NULL && first->at_ms <= now_ms)
			return first;
	}
	return NULL;
}

int
deadlines_wait_ms(struct deadlines *deadlines, int64_t now_ms, int max_ms)
{
	int64_t wait_ms = max_ms;

	for (int i = 0; i < DEADLINE_KINDS; i++) {
		struct deadline *first =
		    deadlines_first(deadlines, (enum deadline_kind)i);

		if (first != NULL && first->at_ms - now_ms < wait_ms)
			wait_ms = first->at_ms - now_ms;
	}
	return wait_ms < 0 ? 0 : (int)wait_ms;
}
