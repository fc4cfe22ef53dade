RECORD_TESTS = test_changes test_group test_group_troubles \
	test_idempotency test_message \
	test_organizations_erase test_record_client \
	test_record_client_lost test_recorder_socket test_senders
check_PROGRAMS += $(RECORD_TESTS)
TESTS += $(RECORD_TESTS)

RECORD_TEST_LIBS = $(SUITE_LIBS) $(RECORD_LIBS)
RECORD_FIXTURE = tests/record_fixture.c tests/record_fixture.h
test_changes_SOURCES = tests/test_changes.c $(RECORD_FIXTURE)
test_changes_LDADD = $(RECORD_TEST_LIBS)
GROUP_FIXTURE = tests/group_fixture.c tests/group_fixture.h $(RECORD_FIXTURE)
test_group_SOURCES = tests/test_group.c $(GROUP_FIXTURE)
test_group_LDADD = $(RECORD_TEST_LIBS)
test_group_troubles_SOURCES = tests/test_group_troubles.c $(GROUP_FIXTURE)
test_group_troubles_LDADD = $(RECORD_TEST_LIBS)
test_idempotency_SOURCES = tests/test_idempotency.c $(RECORD_FIXTURE)
test_idempotency_LDADD = $(RECORD_TEST_LIBS)
test_message_SOURCES = tests/test_message.c $(RECORD_FIXTURE)
test_message_LDADD = $(RECORD_TEST_LIBS)
test_organizations_erase_SOURCES = tests/test_organizations_erase.c \
	$(RECORD_FIXTURE)
test_organizations_erase_LDADD = $(RECORD_TEST_LIBS)
CLIENT_FIXTURE = tests/client_fixture.c tests/client_fixture.h \
	$(RECORD_FIXTURE)
test_record_client_SOURCES = tests/test_record_client.c $(CLIENT_FIXTURE)
test_record_client_LDADD = $(RECORD_TEST_LIBS)
test_record_client_lost_SOURCES = tests/test_record_client_lost.c \
	$(CLIENT_FIXTURE)
test_record_client_lost_LDADD = $(RECORD_TEST_LIBS)
test_recorder_socket_SOURCES = tests/test_recorder_socket.c $(CLIENT_FIXTURE)
test_recorder_socket_LDADD = $(RECORD_TEST_LIBS)
test_senders_SOURCES = tests/test_senders.c $(RECORD_FIXTURE)
test_senders_LDADD = $(RECORD_TEST_LIBS)
