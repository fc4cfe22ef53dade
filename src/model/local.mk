noinst_LIBRARIES += libmodel.a
libmodel_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_C_CFLAGS) $(SODIUM_CFLAGS)
libmodel_a_SOURCES = \
	src/model/address.c src/model/address.h \
	src/model/api_key.c src/model/api_key.h \
	src/model/body_digest.c src/model/body_digest.h \
	src/model/category.c src/model/category.h \
	src/model/cluster_secrets.c src/model/cluster_secrets.h \
	src/model/cursor.c src/model/cursor.h \
	src/model/envelope.c src/model/envelope.h \
	src/model/event.c src/model/event.h \
	src/model/event_columns.c src/model/event_columns.h \
	src/model/event_frame.h \
	src/model/event_members.c src/model/event_members.h \
	src/model/event_plain.c src/model/event_plain.h \
	src/model/event_plain_write.c \
	src/model/filter.c src/model/filter.h \
	src/model/idempotency_key.c src/model/idempotency_key.h \
	src/model/json_array.c src/model/json_array.h \
	src/model/json_spelling.c src/model/json_spelling.h \
	src/model/json_text.c src/model/json_text.h \
	src/model/limits.h \
	src/model/log_digest.c src/model/log_digest.h \
	src/model/name.c src/model/name.h \
	src/model/organization.c src/model/organization.h \
	src/model/producer.c src/model/producer.h \
	src/model/random_id.c src/model/random_id.h \
	src/model/registry_entry.c src/model/registry_entry.h \
	src/model/sodium_ready.c src/model/sodium_ready.h \
	src/model/tag.c src/model/tag.h \
	src/model/verdicts.c src/model/verdicts.h
MODEL_LIBS = libmodel.a libbase.a $(JSON_C_LIBS) $(SODIUM_LIBS)
