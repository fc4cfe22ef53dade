/* wire.c - numbers and bytes as messages have them. */
#include "record/wire.h"

#include <endian.h>
#include <string.h>

#include "base/buffer.h"

void
wire_add_u8(struct buffer *message, uint8_t number)
{
	buffer_add(message, &number, sizeof(number));
}

void
wire_add_u16(struct buffer *message, uint16_t number)
{
	uint16_t little = htole16(number);

	buffer_add(message, &little, sizeof(little));
}

void
wire_add_u32(struct buffer *message, uint32_t number)
{
	uint32_t little = htole32(number);

	buffer_add(message, &little, sizeof(little));
}

void
wire_add_u64(struct buffer *message, uint64_t number)
{
	uint64_t little = htole64(number);

	buffer_add(message, &little, sizeof(little));
}

const char *
wire_take(struct wire_reader *reader, size_t len)
{
	const char *bytes = reader->bytes + reader->offset;

	if (reader->is_bad || len > reader->len - reader->offset) {
		reader->is_bad = true;
		return NULL;
	}
	reader->offset += len;
	return bytes;
}

uint8_t
wire_take_u8(struct wire_reader *reader)
{
	const char *bytes = wire_take(reader, sizeof(uint8_t));

	return bytes == NULL ? 0 : (uint8_t)bytes[0];
}

uint16_t
wire_take_u16(struct wire_reader *reader)
{
	const char *bytes = wire_take(reader, sizeof(uint16_t));
	uint16_t little = 0;

	if (bytes != NULL)
		memcpy(&little, bytes, sizeof(little));
	return le16toh(little);
}

uint32_t
wire_take_u32(struct wire_reader *reader)
{
	const char *bytes = wire_take(reader, sizeof(uint32_t));
	uint32_t little = 0;

	if (bytes != NULL)
		memcpy(&little, bytes, sizeof(little));
	return le32toh(little);
}

uint64_t
wire_take_u64(struct wire_reader *reader)
{
	const char *bytes = wire_take(reader, sizeof(uint64_t));
	uint64_t little = 0;

	if (bytes != NULL)
		memcpy(&little, bytes, sizeof(little));
	return le64toh(little);
}
