API_TESTS = test_accept test_access_log test_links test_list_events_query \
	test_query test_request
check_PROGRAMS += $(API_TESTS)
TESTS += $(API_TESTS)

API_TEST_LIBS = $(SUITE_LIBS) $(API_LIBS)
test_accept_SOURCES = tests/test_accept.c
test_accept_LDADD = $(API_TEST_LIBS)
test_access_log_SOURCES = tests/test_access_log.c
test_access_log_LDADD = $(API_TEST_LIBS)
test_links_SOURCES = tests/test_links.c
test_links_LDADD = $(API_TEST_LIBS)
test_list_events_query_SOURCES = tests/test_list_events_query.c
test_list_events_query_LDADD = $(API_TEST_LIBS)
test_query_SOURCES = tests/test_query.c
test_query_LDADD = $(API_TEST_LIBS)
test_request_SOURCES = tests/test_request.c
test_request_LDADD = $(API_TEST_LIBS)
