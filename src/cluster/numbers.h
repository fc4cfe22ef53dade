/* numbers.h - organizations' numbers, given once in a cluster. */
#ifndef CLUSTER_NUMBERS_H
#define CLUSTER_NUMBERS_H

#include <stdint.h>

#include "base/error.h"

struct bucket;

/* The next number.  ERR_AWAY; ERR_FULL: there is none left. */
enum error numbers_take(struct bucket *bucket, uint32_t *number_out);

/* No number up to this one is given any more.  ERR_AWAY. */
enum error numbers_raise(struct bucket *bucket, uint32_t number);

#endif
