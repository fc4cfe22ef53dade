/* numbers.c - organizations' numbers, given once in a cluster. */
#include "cluster/numbers.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/text.h"
#include "stream/bucket.h"

#define LAST_KEY "last_number"

enum { ATTEMPTS_MAX = 100, NUMBER_SIZE = 24 };

static enum error set(struct bucket *bucket, uint32_t least,
    uint32_t *number_out);

enum error
numbers_take(struct bucket *bucket, uint32_t *number_out)
{
	return set(bucket, 0, number_out);
}

enum error
numbers_raise(struct bucket *bucket, uint32_t number)
{
	uint32_t last;

	return number == 0 ? ERR_NONE : set(bucket, number, &last);
}

/* The next one, or least if that is more and not 0; as soon as no other
 * machine does the same at this moment. */
static enum error
set(struct bucket *bucket, uint32_t least, uint32_t *number_out)
{
	struct buffer value;
	enum error err = ERR_EXISTS;

	*number_out = 0;
	buffer_init(&value, NUMBER_SIZE);
	for (int i = 0; i < ATTEMPTS_MAX && err == ERR_EXISTS; i++) {
		char text[NUMBER_SIZE];
		int64_t last = 0;
		struct bucket_place place;

		err = bucket_get(bucket, LAST_KEY, &value, &place);
		if (err == ERR_NONE)
			err = text_parse_int64(value.bytes, value.len,
			    &last);
		else if (err == ERR_NOT_FOUND)
			err = ERR_NONE;
		if (err != ERR_NONE || (least != 0 && last >= least))
			break;
		last = least != 0 ? least : last + 1;
		if (last < 1 || last > UINT32_MAX) {
			err = ERR_FULL;
			break;
		}
		*number_out = (uint32_t)last;
		err = bucket_put(bucket, LAST_KEY, text, (size_t)snprintf(
		    text, sizeof(text), "%" PRId64, last), place.revision,
		    &place.revision);
	}
	buffer_clear(&value);
	return err == ERR_EXISTS ? ERR_AWAY : err;
}
