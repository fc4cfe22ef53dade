/* organization_record.c - the bytes of an organization's record. */
#include "store/organization_record.h"

#include "model/cursor.h"
#include "store/fields.h"

size_t
organization_record_write(const struct organization *organization,
    uint8_t body[ORGANIZATION_RECORD_BYTES_MAX])
{
	struct field_writer writer = {
		.bytes = body,
		.size = ORGANIZATION_RECORD_BYTES_MAX,
	};

	fields_put_u8(&writer, (uint8_t)organization->status);
	fields_put_u64(&writer, (uint64_t)organization->created_ms);
	fields_put_bytes(&writer, organization->id, EVENT_ID_LEN);
	fields_put_text(&writer, organization->name);
	return writer.len;
}

bool
organization_record_read(uint32_t number, const uint8_t *body,
    size_t body_len, struct organization *organization_out)
{
	struct field_reader reader = { .bytes = body, .len = body_len };
	uint8_t status = fields_get_u8(&reader);

	*organization_out = (struct organization){
		.number = number,
		.status = (enum organization_status)status,
		.created_ms = (int64_t)fields_get_u64(&reader),
	};
	fields_get_bytes(&reader, organization_out->id, EVENT_ID_LEN);
	fields_get_text(&reader, organization_out->name,
	    sizeof(organization_out->name));
	return fields_are_read(&reader) && status <= ORGANIZATION_REMOVING &&
	    event_id_is_valid(organization_out->id, EVENT_ID_LEN) &&
	    organization_name_check(organization_out->name, NULL) == ERR_NONE;
}
