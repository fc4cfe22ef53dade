MODEL_TESTS = test_address test_api_key test_category test_cluster_secrets \
	test_cursor test_envelope \
	test_event test_event_columns test_event_members test_event_plain \
	test_filter \
	test_json_array test_json_spelling test_json_text test_log_digest \
	test_name \
	test_organization test_producer test_random_id test_registry_entry test_tag \
	test_verdicts
check_PROGRAMS += $(MODEL_TESTS)
TESTS += $(MODEL_TESTS)

test_address_SOURCES = tests/test_address.c
test_address_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_api_key_SOURCES = tests/test_api_key.c
test_api_key_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_category_SOURCES = tests/test_category.c
test_category_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_cursor_SOURCES = tests/test_cursor.c
test_cursor_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_event_SOURCES = tests/test_event.c
test_event_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_event_columns_SOURCES = tests/test_event_columns.c
test_event_columns_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_event_members_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_C_CFLAGS)
test_event_members_SOURCES = tests/test_event_members.c
test_event_members_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_event_plain_SOURCES = tests/test_event_plain.c
test_event_plain_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_filter_SOURCES = tests/test_filter.c
test_filter_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_json_array_SOURCES = tests/test_json_array.c
test_json_array_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_json_spelling_SOURCES = tests/test_json_spelling.c
test_json_spelling_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_json_text_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_C_CFLAGS)
test_json_text_SOURCES = tests/test_json_text.c
test_json_text_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_log_digest_SOURCES = tests/test_log_digest.c
test_log_digest_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_name_SOURCES = tests/test_name.c
test_name_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_organization_SOURCES = tests/test_organization.c
test_organization_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_random_id_SOURCES = tests/test_random_id.c
test_random_id_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_tag_SOURCES = tests/test_tag.c
test_tag_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_cluster_secrets_SOURCES = tests/test_cluster_secrets.c
test_cluster_secrets_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_producer_SOURCES = tests/test_producer.c
test_producer_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_envelope_SOURCES = tests/test_envelope.c
test_envelope_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_verdicts_SOURCES = tests/test_verdicts.c
test_verdicts_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
test_registry_entry_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
test_registry_entry_SOURCES = tests/test_registry_entry.c
test_registry_entry_LDADD = $(SUITE_LIBS) $(MODEL_LIBS)
