/* sodium_ready.c - libsodium made ready, once in a process. */
#include "model/sodium_ready.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

static void make_ready(void);

void
sodium_ready(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_ready);
}

static void
make_ready(void)
{
	/* Without randomness every id and key would be guessable. */
	if (sodium_init() < 0)
		abort();
}
