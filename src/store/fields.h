/* fields.h - the fields of a record's body, written and read in order.
 *
 * Numbers are big-endian; a text is its length in two bytes, then its bytes.
 */
#ifndef STORE_FIELDS_H
#define STORE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writing past the size is our own mistake, and asserted. */
struct field_writer {
	uint8_t *bytes;		/* borrowed */
	size_t size;
	size_t len;
};

void fields_put_u8(struct field_writer *writer, uint8_t number);
void fields_put_u16(struct field_writer *writer, uint16_t number);
void fields_put_u32(struct field_writer *writer, uint32_t number);
void fields_put_u64(struct field_writer *writer, uint64_t number);
void fields_put_bytes(struct field_writer *writer, const void *bytes,
    size_t len);
void fields_put_text(struct field_writer *writer, const char *text);

/* The first read past the end sets is_bad; it and all later ones give 0 or
 * the empty text. */
struct field_reader {
	const uint8_t *bytes;	/* borrowed */
	size_t len;
	size_t offset;
	bool is_bad;
};

uint8_t fields_get_u8(struct field_reader *reader);
uint16_t fields_get_u16(struct field_reader *reader);
uint32_t fields_get_u32(struct field_reader *reader);
uint64_t fields_get_u64(struct field_reader *reader);
void fields_get_bytes(struct field_reader *reader, void *bytes, size_t len);
/* A text that does not fit, or holds a NUL, is bad too. */
void fields_get_text(struct field_reader *reader, char *text, size_t size);

/* Whether all was good and nothing is left. */
bool fields_are_read(const struct field_reader *reader);

#endif
