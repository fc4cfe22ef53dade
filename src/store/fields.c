/* fields.c - the fields of a record's body, written and read in order. */
#include "store/fields.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

void
fields_put_u8(struct field_writer *writer, uint8_t number)
{
	fields_put_bytes(writer, &number, sizeof(number));
}

void
fields_put_u16(struct field_writer *writer, uint16_t number)
{
	uint16_t big = htobe16(number);

	fields_put_bytes(writer, &big, sizeof(big));
}

void
fields_put_u32(struct field_writer *writer, uint32_t number)
{
	uint32_t big = htobe32(number);

	fields_put_bytes(writer, &big, sizeof(big));
}

void
fields_put_u64(struct field_writer *writer, uint64_t number)
{
	uint64_t big = htobe64(number);

	fields_put_bytes(writer, &big, sizeof(big));
}

void
fields_put_bytes(struct field_writer *writer, const void *bytes, size_t len)
{
	assert(len <= writer->size - writer->len);
	memcpy(writer->bytes + writer->len, bytes, len);
	writer->len += len;
}

void
fields_put_text(struct field_writer *writer, const char *text)
{
	size_t text_len = strlen(text);

	assert(text_len <= UINT16_MAX);
	fields_put_u16(writer, (uint16_t)text_len);
	fields_put_bytes(writer, text, text_len);
}

uint8_t
fields_get_u8(struct field_reader *reader)
{
	uint8_t number;

	fields_get_bytes(reader, &number, sizeof(number));
	return number;
}

uint16_t
fields_get_u16(struct field_reader *reader)
{
	uint16_t big;

	fields_get_bytes(reader, &big, sizeof(big));
	return be16toh(big);
}

uint32_t
fields_get_u32(struct field_reader *reader)
{
	uint32_t big;

	fields_get_bytes(reader, &big, sizeof(big));
	return be32toh(big);
}

uint64_t
fields_get_u64(struct field_reader *reader)
{
	uint64_t big;

	fields_get_bytes(reader, &big, sizeof(big));
	return be64toh(big);
}

void
fields_get_bytes(struct field_reader *reader, void *bytes, size_t len)
{
	if (len > reader->len - reader->offset)
		reader->is_bad = true;
	if (reader->is_bad) {
		memset(bytes, 0, len);
		return;
	}
	memcpy(bytes, reader->bytes + reader->offset, len);
	reader->offset += len;
}

void
fields_get_text(struct field_reader *reader, char *text, size_t size)
{
	size_t text_len = fields_get_u16(reader);

	if (text_len >= size)
		reader->is_bad = true;
	text[0] = '\0';
	if (reader->is_bad)
		return;
	fields_get_bytes(reader, text, text_len);
	text[reader->is_bad ? 0 : text_len] = '\0';
	if (strlen(text) != text_len)
		reader->is_bad = true;
}

bool
fields_are_read(const struct field_reader *reader)
{
	return !reader->is_bad && reader->offset == reader->len;
}
