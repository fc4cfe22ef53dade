/* wire.h - numbers and bytes as messages have them: little-endian. */
#ifndef RECORD_WIRE_H
#define RECORD_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;

/* What goes wrong shows in the buffer's error. */
void wire_add_u8(struct buffer *message, uint8_t number);
void wire_add_u16(struct buffer *message, uint16_t number);
void wire_add_u32(struct buffer *message, uint32_t number);
void wire_add_u64(struct buffer *message, uint64_t number);

/* The first read past the end sets is_bad; it and all later ones give 0 or
 * NULL. */
struct wire_reader {
	const char *bytes;	/* borrowed */
	size_t len;
	size_t offset;
	bool is_bad;
};

/* The next len bytes, borrowed. */
const char *wire_take(struct wire_reader *reader, size_t len);
uint8_t wire_take_u8(struct wire_reader *reader);
uint16_t wire_take_u16(struct wire_reader *reader);
uint32_t wire_take_u32(struct wire_reader *reader);
uint64_t wire_take_u64(struct wire_reader *reader);

#endif
