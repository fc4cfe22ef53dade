STORE_TESTS = test_wake
check_PROGRAMS += $(STORE_TESTS)
TESTS += $(STORE_TESTS)

STORE_TEST_LIBS = $(SUITE_LIBS) $(STORE_LIBS)
test_wake_SOURCES = tests/test_wake.c
test_wake_LDADD = $(STORE_TEST_LIBS)
