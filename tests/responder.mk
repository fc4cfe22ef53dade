RESPONDER_TESTS = test_body test_deadlines test_exports test_fcgi test_load \
	test_outgoing test_records test_replies test_stuck test_trays \
	test_waiting test_watch
RESPONDER_TEST_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(FCGI_CFLAGS)
RESPONDER_TEST_LIBS = $(SUITE_LIBS) libresponder.a libbase.a $(FCGI_LIBS)
check_PROGRAMS += $(RESPONDER_TESTS)
TESTS += $(RESPONDER_TESTS)

test_body_SOURCES = tests/test_body.c
test_body_CPPFLAGS = $(RESPONDER_TEST_CPPFLAGS)
test_body_LDADD = $(RESPONDER_TEST_LIBS)
test_deadlines_SOURCES = tests/test_deadlines.c
test_deadlines_CPPFLAGS = $(RESPONDER_TEST_CPPFLAGS)
test_deadlines_LDADD = $(RESPONDER_TEST_LIBS)
test_exports_SOURCES = tests/test_exports.c
test_exports_CPPFLAGS = $(RESPONDER_TEST_CPPFLAGS)
test_exports_LDADD = $(RESPONDER_TEST_LIBS)
test_fcgi_SOURCES = tests/test_fcgi.c
test_fcgi_CPPFLAGS = $(RESPONDER_TEST_CPPFLAGS)
test_fcgi_LDADD = $(RESPONDER_TEST_LIBS)
test_load_SOURCES = tests/test_load.c
test_load_CPPFLAGS = $(RESPONDER_TEST_CPPFLAGS)
test_load_LDADD = $(RESPONDER_TEST_LIBS)
test_outgoing_SOURCES = tests/test_outgoing.c
test_outgoing_CPPFLAGS = $(RESPONDER_TEST_CPPFLAGS)
test_outgoing_LDADD = $(RESPONDER_TEST_LIBS)
test_records_SOURCES = tests/test_records.c
test_records_CPPFLAGS = $(RESPONDER_TEST_CPPFLAGS)
test_records_LDADD = $(RESPONDER_TEST_LIBS)
test_replies_SOURCES = tests/test_replies.c
test_replies_CPPFLAGS = $(RESPONDER_TEST_CPPFLAGS)
test_replies_LDADD = $(RESPONDER_TEST_LIBS)
test_stuck_SOURCES = tests/test_stuck.c
test_stuck_CPPFLAGS = $(RESPONDER_TEST_CPPFLAGS)
test_stuck_LDADD = $(RESPONDER_TEST_LIBS)
test_trays_SOURCES = tests/test_trays.c
test_trays_CPPFLAGS = $(RESPONDER_TEST_CPPFLAGS)
test_trays_LDADD = $(SUITE_LIBS) libresponder.a $(API_LIBS) $(FCGI_LIBS)
test_waiting_SOURCES = tests/test_waiting.c
test_waiting_CPPFLAGS = $(RESPONDER_TEST_CPPFLAGS)
test_waiting_LDADD = $(RESPONDER_TEST_LIBS)
test_watch_SOURCES = tests/test_watch.c
test_watch_CPPFLAGS = $(RESPONDER_TEST_CPPFLAGS)
test_watch_LDADD = $(SUITE_LIBS) libresponder.a $(STORE_LIBS) $(FCGI_LIBS)

# The responder with answers of its own, so that its tests need no store.
check_PROGRAMS += responder_stub
responder_stub_SOURCES = src/responder/main.c \
	tests/responder/stub_answers.c \
	tests/responder/stub_parked.c tests/responder/stub_parked.h
responder_stub_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/responder
responder_stub_LDADD = $(RESPONDER_LIBS)

RESPONDER_PY_TESTS = \
	tests/responder/test_bodies.py \
	tests/responder/test_front_doors.py \
	tests/responder/test_fuzz.py \
	tests/responder/test_news.py \
	tests/responder/test_peers.py \
	tests/responder/test_recording.py \
	tests/responder/test_records.py \
	tests/responder/test_stop.py
TESTS += $(RESPONDER_PY_TESTS)
EXTRA_DIST += $(RESPONDER_PY_TESTS) tests/responder/fastcgi.py \
	tests/responder/bench_news.py tests/responder/recorder.py

# Figures, which a test is not to depend on.
.PHONY: bench-news
bench-news: all
	$(AM_TESTS_ENVIRONMENT) \
	python3 '$(srcdir)/tests/responder/bench_news.py'
