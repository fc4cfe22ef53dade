/* record_bytes.c - records of FastCGI as bytes. */
#include "record_bytes.h"

#include <string.h>

void
bytes_begin_record(struct bytes *out, uint8_t kind, size_t len)
{
	const uint8_t header[RECORD_HEADER_BYTES] = {
		1, kind, 0, 1, (uint8_t)(len >> 8), (uint8_t)len, 0, 0
	};

	bytes_add(out, header, sizeof(header));
}

void
bytes_add(struct bytes *out, const void *text, size_t len)
{
	if (len > out->size - out->len) {
		out->is_cut = true;
		return;
	}
	memcpy(out->text + out->len, text, len);
	out->len += len;
}

void
bytes_add_param(struct bytes *out, const char *name, const char *value)
{
	size_t lens[] = { strlen(name), strlen(value) };

	for (size_t i = 0; i < 2; i++) {
		uint8_t bytes[] = { (uint8_t)(lens[i] >> 24 | 0x80),
		    (uint8_t)(lens[i] >> 16), (uint8_t)(lens[i] >> 8),
		    (uint8_t)lens[i] };

		bytes_add(out, bytes, sizeof(bytes));
	}
	bytes_add(out, name, lens[0]);
	bytes_add(out, value, lens[1]);
}
