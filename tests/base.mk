BASE_TESTS = test_buffer test_clock test_error test_log test_settings \
	test_text test_write_whole
check_PROGRAMS += $(BASE_TESTS)
TESTS += $(BASE_TESTS)

test_buffer_SOURCES = tests/test_buffer.c
test_buffer_LDADD = $(SUITE_LIBS) libbase.a
test_clock_SOURCES = tests/test_clock.c
test_clock_LDADD = $(SUITE_LIBS) libbase.a
test_error_SOURCES = tests/test_error.c
test_error_LDADD = $(SUITE_LIBS) libbase.a
test_log_SOURCES = tests/test_log.c
test_log_LDADD = $(SUITE_LIBS) libbase.a
test_settings_SOURCES = tests/test_settings.c
test_settings_LDADD = $(SUITE_LIBS) libbase.a
test_text_SOURCES = tests/test_text.c
test_text_LDADD = $(SUITE_LIBS) libbase.a
test_write_whole_SOURCES = tests/test_write_whole.c
test_write_whole_LDADD = $(SUITE_LIBS) libbase.a
