/* record_bytes.h - records as bytes (FastCGI specification, 3 and 8). */
#ifndef TESTS_TRUST_RECORD_BYTES_H
#define TESTS_TRUST_RECORD_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORD_HEADER_BYTES = 8 };
enum { BEGIN_REQUEST = 1, END_REQUEST = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };

/* The caller's memory, filled from its beginning. */
struct bytes {
	size_t len;
	size_t size;
	bool is_cut;		/* something did not fit, and is not there */
	char *text;
};

/* The header of a record of request 1, whose content follows. */
void bytes_begin_record(struct bytes *out, uint8_t kind, size_t len);

void bytes_add(struct bytes *out, const void *text, size_t len);

void bytes_add_param(struct bytes *out, const char *name, const char *value);

#endif
