/* meta.c - the store's own records: format, last stamp and the like. */
#include "store/meta.h"

#include <string.h>

#include "store/sealed.h"
#include "store/txn.h"

#define MAGIC "apitrail"

enum { MAGIC_LEN = sizeof(MAGIC) - 1, FORMAT_BODY_BYTES = MAGIC_LEN + 4 };

enum error
meta_get(struct store_txn *txn, const char *name,
    struct field_reader *reader_out)
{
	*reader_out = (struct field_reader){ 0 };
	return sealed_get(txn, TREE_META, name, strlen(name),
	    &reader_out->bytes, &reader_out->len);
}

enum error
meta_put(struct store_txn *txn, const char *name, const uint8_t *body,
    size_t body_len)
{
	return sealed_put(txn, TREE_META, name, strlen(name), body, body_len);
}

enum error
meta_log_corrupt(struct store_txn *txn, const char *name)
{
	return sealed_log_corrupt(txn, TREE_META, name, strlen(name),
	    "it does not decode");
}

enum error
meta_put_format(struct store_txn *txn)
{
	uint8_t body[FORMAT_BODY_BYTES];
	struct field_writer writer = { .bytes = body, .size = sizeof(body) };

	fields_put_bytes(&writer, MAGIC, MAGIC_LEN);
	fields_put_u32(&writer, FORMAT_VERSION);
	return meta_put(txn, META_FORMAT, body, writer.len);
}

enum error
meta_get_format(struct store_txn *txn, uint32_t *format_out)
{
	char magic[MAGIC_LEN];
	struct field_reader reader;
	enum error err;

	*format_out = 0;
	err = meta_get(txn, META_FORMAT, &reader);
	if (err != ERR_NONE)
		return err;

	fields_get_bytes(&reader, magic, MAGIC_LEN);
	*format_out = fields_get_u32(&reader);
	/* A newer format may have more fields behind these two. */
	if (reader.is_bad || memcmp(magic, MAGIC, MAGIC_LEN) != 0 ||
	    *format_out == 0)
		return meta_log_corrupt(txn, META_FORMAT);
	return ERR_NONE;
}
