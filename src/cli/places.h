/* places.h - who takes a place among the events first, within one input.
 *
 * A table in a temporary file, so that memory stays bounded however long the
 * input is.
 */
#ifndef CLI_PLACES_H
#define CLI_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct cursor;
struct places;

/* For all events that input_bytes of lines can hold.  ERR_IO,
 * ERR_NO_MEMORY, complained of here. */
enum error places_new(uint64_t input_bytes, struct places **places_out);
void places_free(struct places *places);

/* Takes the place for an event with this hash of its JSON.  False when an
 * event with another hash has it. */
bool places_take(struct places *places, const struct cursor *place,
    uint64_t json_hash);

/* A hash of bytes, to tell one JSON from another. */
uint64_t places_hash(const char *bytes, size_t len);

#endif
