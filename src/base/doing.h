/* doing.h - what this thread is at, for the one who explains a crash.
 *
 * A thread sets it as it goes, and a signal handler on the same thread reads
 * it.
 */
#ifndef BASE_DOING_H
#define BASE_DOING_H

#include <stdint.h>

enum { DOING_ID_SIZE = 65 };

struct doing {
	const char *what;	/* of static storage; NULL: nothing */
	char request_id[DOING_ID_SIZE];
	uint32_t organization;	/* its number; 0: none yet */
};

/* request_id is copied, and cut where it is too long. */
void doing_begin(const char *what, const char *request_id);
void doing_name(const char *what);
void doing_for(uint32_t organization);
void doing_end(void);

const struct doing *doing_now(void);

#endif
