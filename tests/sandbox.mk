SANDBOX_TESTS = test_sandbox
check_PROGRAMS += $(SANDBOX_TESTS)
PLAIN_TESTS += $(SANDBOX_TESTS)

test_sandbox_SOURCES = tests/test_sandbox.c \
	tests/sandbox_fixture.c tests/sandbox_fixture.h
test_sandbox_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
test_sandbox_LDADD = $(SUITE_LIBS) $(SANDBOX_LIBS)
