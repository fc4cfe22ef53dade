/* places.c - who takes a place among the events first, within one input. */
#include "cli/places.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/spool.h"
#include "model/cursor.h"

/* The shortest line that is an event with its place is longer than this. */
enum { LINE_BYTES_MIN = 64 };

struct seat {
	int64_t stored_at_ms;	/* 0: nobody sits here */
	uint64_t json_hash;
	char id[EVENT_ID_LEN];
};

struct places {
	struct seat *seats;	/* mapped from the file */
	size_t seat_count;	/* a power of two, twice what is needed */
};

static enum error map_file(struct places *places);

enum error
places_new(uint64_t input_bytes, struct places **places_out)
{
	struct places *places = calloc(1, sizeof(*places));
	enum error err;

	*places_out = NULL;
	if (places == NULL) {
		complain("out of memory");
		return ERR_NO_MEMORY;
	}
	places->seat_count = 2;
	while (places->seat_count / 2 <= input_bytes / LINE_BYTES_MIN)
		places->seat_count *= 2;
	err = map_file(places);
	if (err != ERR_NONE) {
		free(places);
		return err;
	}
	*places_out = places;
	return ERR_NONE;
}

static enum error
map_file(struct places *places)
{
	size_t bytes = places->seat_count * sizeof(struct seat);
	void *seats = MAP_FAILED;
	enum error err;
	int fd;

	err = spool_open(&fd);
	if (err != ERR_NONE)
		return err;
	/* Blocks are allocated now: a full disk would end us by SIGBUS. */
	errno = posix_fallocate(fd, 0, (off_t)bytes);
	if (errno == 0)
		seats = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		    fd, 0);
	if (seats == MAP_FAILED) {
		complain("a temporary file of %zu bytes: %s", bytes,
		    strerror(errno));
		close(fd);
		return ERR_IO;
	}
	close(fd);
	places->seats = seats;
	return ERR_NONE;
}

void
places_free(struct places *places)
{
	if (places == NULL)
		return;
	munmap(places->seats, places->seat_count * sizeof(struct seat));
	free(places);
}

bool
places_take(struct places *places, const struct cursor *place,
    uint64_t json_hash)
{
	size_t i = (size_t)(places_hash(place->id, EVENT_ID_LEN) ^
	    (uint64_t)place->stored_at_ms);
	struct seat *seat;

	/* At least half of the seats are free, so this ends. */
	for (;; i++) {
		seat = &places->seats[i & (places->seat_count - 1)];
		if (seat->stored_at_ms == 0)
			break;
		if (seat->stored_at_ms == place->stored_at_ms &&
		    memcmp(seat->id, place->id, EVENT_ID_LEN) == 0)
			return seat->json_hash == json_hash;
	}
	seat->stored_at_ms = place->stored_at_ms;
	seat->json_hash = json_hash;
	memcpy(seat->id, place->id, EVENT_ID_LEN);
	return true;
}

/* FNV-1a; nobody gains by making two of their own events collide. */
uint64_t
places_hash(const char *bytes, size_t len)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++) {
		hash ^= (unsigned char)bytes[i];
		hash *= UINT64_C(0x100000001b3);
	}
	return hash;
}
