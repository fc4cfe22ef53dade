/* unanswered.h - messages that are not answered yet. */
#ifndef RECORD_UNANSWERED_H
#define RECORD_UNANSWERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

struct unanswered {
	struct unanswered *next;
	uint64_t sequence;
	int64_t deadline_ms;
	void *asker;
	bool is_sent;		/* all of it */
	bool is_forgotten;
	enum error err;		/* what it is about to be answered */
	struct buffer message;	/* owned */
};

/* In the order in which they came, which is that of their deadlines: sent
 * ones, then the others, of which the first may be sent in part. */
struct unanswered_list {
	struct unanswered *first;
	struct unanswered *last;
	struct unanswered *unsent;
	size_t sent_bytes;	/* of that one */
	size_t count;
	size_t unsent_bytes;	/* of all that are not sent whole */
};

/* Takes the message over and leaves an empty buffer; NULL when memory runs
 * out. */
struct unanswered *unanswered_new(struct buffer *message);
void unanswered_free(struct unanswered *unanswered);

void unanswered_append(struct unanswered_list *list,
    struct unanswered *unanswered);
void unanswered_take_out(struct unanswered_list *list,
    struct unanswered *unanswered);
void unanswered_clear(struct unanswered_list *list);

/* NULL when there is none. */
struct unanswered *unanswered_find(const struct unanswered_list *list,
    uint64_t sequence);

/* So many bytes more of the first unsent one were sent. */
void unanswered_count_sent(struct unanswered_list *list, size_t bytes);

/* What was sent in part will be sent anew from its beginning. */
void unanswered_restart(struct unanswered_list *list);

#endif
