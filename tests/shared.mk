SHARED_TESTS = test_counters_file test_cut_guard test_last_used \
	test_lockouts test_meters test_rates test_shared test_shared_storm \
	test_waiters
check_PROGRAMS += $(SHARED_TESTS)
TESTS += $(SHARED_TESTS)

SHARED_TEST_LIBS = $(SUITE_LIBS) $(SHARED_LIBS)
SHARED_FIXTURE = tests/shared_fixture.c tests/shared_fixture.h
test_counters_file_SOURCES = tests/test_counters_file.c $(SHARED_FIXTURE)
test_counters_file_LDADD = $(SHARED_TEST_LIBS)
test_cut_guard_SOURCES = tests/test_cut_guard.c $(SHARED_FIXTURE)
test_cut_guard_LDADD = $(SHARED_TEST_LIBS)
test_last_used_SOURCES = tests/test_last_used.c $(SHARED_FIXTURE)
test_last_used_LDADD = $(SHARED_TEST_LIBS)
test_lockouts_SOURCES = tests/test_lockouts.c $(SHARED_FIXTURE)
test_lockouts_LDADD = $(SHARED_TEST_LIBS)
test_meters_SOURCES = tests/test_meters.c $(SHARED_FIXTURE)
test_meters_LDADD = $(SHARED_TEST_LIBS)
test_rates_SOURCES = tests/test_rates.c $(SHARED_FIXTURE)
test_rates_LDADD = $(SHARED_TEST_LIBS)
test_shared_SOURCES = tests/test_shared.c $(SHARED_FIXTURE)
test_shared_LDADD = $(SHARED_TEST_LIBS)
test_shared_storm_SOURCES = tests/test_shared_storm.c $(SHARED_FIXTURE)
test_shared_storm_LDADD = $(SHARED_TEST_LIBS)
test_waiters_SOURCES = tests/test_waiters.c $(SHARED_FIXTURE)
test_waiters_LDADD = $(SHARED_TEST_LIBS)
