/* pending.h - messages that are not answered yet. */
#ifndef RECORD_PENDING_H
#define RECORD_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

struct pending {
	struct pending *next;
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
struct pending_list {
	struct pending *first;
	struct pending *last;
	struct pending *unsent;
	size_t sent_bytes;	/* of that one */
	size_t count;
	size_t unsent_bytes;	/* of all that are not sent whole */
};

/* Takes the message over and leaves an empty buffer; NULL when memory runs
 * out. */
struct pending *pending_new(struct buffer *message);
void pending_free(struct pending *pending);

void pending_append(struct pending_list *list, struct pending *pending);
void pending_take_out(struct pending_list *list, struct pending *pending);
void pending_clear(struct pending_list *list);

/* NULL when there is none. */
struct pending *pending_find(const struct pending_list *list,
    uint64_t sequence);

/* So many bytes more of the first unsent one were sent. */
void pending_count_sent(struct pending_list *list, size_t bytes);

/* What was sent in part will be sent anew from its beginning. */
void pending_restart(struct pending_list *list);

#endif
