RECORD_TESTS = test_changes test_group test_idempotency test_message \
	test_organizations_erase test_record_client
check_PROGRAMS += $(RECORD_TESTS)
TESTS += $(RECORD_TESTS)

RECORD_TEST_LIBS = $(SUITE_LIBS) $(RECORD_LIBS)
RECORD_FIXTURE = tests/record_fixture.c tests/record_fixture.h
test_changes_SOURCES = tests/test_changes.c $(RECORD_FIXTURE)
test_changes_LDADD = $(RECORD_TEST_LIBS)
test_group_SOURCES = tests/test_group.c $(RECORD_FIXTURE)
test_group_LDADD = $(RECORD_TEST_LIBS)
test_idempotency_SOURCES = tests/test_idempotency.c $(RECORD_FIXTURE)
test_idempotency_LDADD = $(RECORD_TEST_LIBS)
test_message_SOURCES = tests/test_message.c $(RECORD_FIXTURE)
test_message_LDADD = $(RECORD_TEST_LIBS)
test_organizations_erase_SOURCES = tests/test_organizations_erase.c \
	$(RECORD_FIXTURE)
test_organizations_erase_LDADD = $(RECORD_TEST_LIBS)
test_record_client_SOURCES = tests/test_record_client.c $(RECORD_FIXTURE)
test_record_client_LDADD = $(RECORD_TEST_LIBS)
