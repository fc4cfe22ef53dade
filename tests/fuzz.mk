# Fuzzed targets.  Each is a file, and is linked twice: with replay.c, which
# takes what the corpus keeps and is a test with any compiler, and, where
# configure was given --enable-fuzzing, with libFuzzer.
FUZZ_TESTS = fuzz_body fuzz_cursor fuzz_event fuzz_fastcgi fuzz_header \
	fuzz_json fuzz_key fuzz_message fuzz_query fuzz_request \
	fuzz_responder fuzz_stored
check_PROGRAMS += $(FUZZ_TESTS)
TESTS += $(FUZZ_TESTS)
PLAIN_TESTS += tests/fuzz/test_torture.py

FUZZ_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/fuzz \
	$(FCGI_CFLAGS) $(JSON_C_CFLAGS) $(LMDB_CFLAGS) $(SODIUM_CFLAGS)
check_LIBRARIES += libfuzz.a
libfuzz_a_SOURCES = tests/fuzz/fuzz.c tests/fuzz/fuzz.h \
	tests/remove_tree.c tests/remove_tree.h
libfuzz_a_CPPFLAGS = $(FUZZ_CPPFLAGS)
FUZZ_MODEL_LIBS = libfuzz.a $(MODEL_LIBS)
FUZZ_STORE_LIBS = libfuzz.a $(STORE_LIBS)
FUZZ_API_LIBS = libfuzz.a $(API_LIBS)
FUZZ_FCGI_LIBS = libfuzz.a libresponder.a $(MODEL_LIBS) $(FCGI_LIBS)
FUZZ_RECORDER_LIBS = libfuzz.a $(RECORDER_LIBS)
FUZZ_RESPONDER_LIBS = libfuzz.a libresponder.a libapi.a $(RECORDER_LIBS) \
	$(FCGI_LIBS)

FUZZ_RESPONDER = \
	tests/fuzz/conversation.c \
	tests/fuzz/conversation.h \
	tests/fuzz/responder.c \
	tests/fuzz/world.c \
	tests/fuzz/world.h

fuzz_body_SOURCES = tests/fuzz/body.c tests/fuzz/replay.c
fuzz_body_CPPFLAGS = $(FUZZ_CPPFLAGS)
fuzz_body_LDADD = $(FUZZ_API_LIBS)
fuzz_cursor_SOURCES = tests/fuzz/cursor.c tests/fuzz/replay.c
fuzz_cursor_CPPFLAGS = $(FUZZ_CPPFLAGS)
fuzz_cursor_LDADD = $(FUZZ_MODEL_LIBS)
fuzz_event_SOURCES = tests/fuzz/event.c tests/fuzz/replay.c
fuzz_event_CPPFLAGS = $(FUZZ_CPPFLAGS)
fuzz_event_LDADD = $(FUZZ_MODEL_LIBS)
fuzz_fastcgi_SOURCES = tests/fuzz/fastcgi.c tests/fuzz/replay.c
fuzz_fastcgi_CPPFLAGS = $(FUZZ_CPPFLAGS)
fuzz_fastcgi_LDADD = $(FUZZ_FCGI_LIBS)
fuzz_header_SOURCES = tests/fuzz/header.c tests/fuzz/replay.c
fuzz_header_CPPFLAGS = $(FUZZ_CPPFLAGS)
fuzz_header_LDADD = $(FUZZ_API_LIBS)
fuzz_json_SOURCES = tests/fuzz/json.c tests/fuzz/replay.c
fuzz_json_CPPFLAGS = $(FUZZ_CPPFLAGS)
fuzz_json_LDADD = $(FUZZ_MODEL_LIBS)
fuzz_key_SOURCES = tests/fuzz/key.c tests/fuzz/replay.c
fuzz_key_CPPFLAGS = $(FUZZ_CPPFLAGS)
fuzz_key_LDADD = $(FUZZ_MODEL_LIBS)
fuzz_message_SOURCES = tests/fuzz/message.c tests/fuzz/replay.c
fuzz_message_CPPFLAGS = $(FUZZ_CPPFLAGS)
fuzz_message_LDADD = $(FUZZ_RECORDER_LIBS)
fuzz_query_SOURCES = tests/fuzz/query.c tests/fuzz/replay.c
fuzz_query_CPPFLAGS = $(FUZZ_CPPFLAGS)
fuzz_query_LDADD = $(FUZZ_API_LIBS)
fuzz_request_SOURCES = tests/fuzz/request.c tests/fuzz/replay.c
fuzz_request_CPPFLAGS = $(FUZZ_CPPFLAGS)
fuzz_request_LDADD = $(FUZZ_API_LIBS)
fuzz_responder_SOURCES = $(FUZZ_RESPONDER) tests/fuzz/replay.c
fuzz_responder_CPPFLAGS = $(FUZZ_CPPFLAGS)
fuzz_responder_LDADD = $(FUZZ_RESPONDER_LIBS)
fuzz_stored_SOURCES = tests/fuzz/stored.c tests/fuzz/replay.c
fuzz_stored_CPPFLAGS = $(FUZZ_CPPFLAGS)
fuzz_stored_LDADD = $(FUZZ_STORE_LIBS)

.PHONY: torture-fuzz fuzz-merge
if FUZZING
# The same with libFuzzer.
fuzzers = \
	tests/fuzz/body \
	tests/fuzz/cursor \
	tests/fuzz/event \
	tests/fuzz/fastcgi \
	tests/fuzz/header \
	tests/fuzz/json \
	tests/fuzz/key \
	tests/fuzz/message \
	tests/fuzz/query \
	tests/fuzz/request \
	tests/fuzz/responder \
	tests/fuzz/stored
EXTRA_PROGRAMS += $(fuzzers)
LIBFUZZER = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_body_SOURCES = tests/fuzz/body.c
tests_fuzz_body_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_body_LDFLAGS = $(LIBFUZZER)
tests_fuzz_body_LDADD = $(FUZZ_API_LIBS)
tests_fuzz_cursor_SOURCES = tests/fuzz/cursor.c
tests_fuzz_cursor_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_cursor_LDFLAGS = $(LIBFUZZER)
tests_fuzz_cursor_LDADD = $(FUZZ_MODEL_LIBS)
tests_fuzz_event_SOURCES = tests/fuzz/event.c
tests_fuzz_event_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_event_LDFLAGS = $(LIBFUZZER)
tests_fuzz_event_LDADD = $(FUZZ_MODEL_LIBS)
tests_fuzz_fastcgi_SOURCES = tests/fuzz/fastcgi.c
tests_fuzz_fastcgi_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fastcgi_LDFLAGS = $(LIBFUZZER)
tests_fuzz_fastcgi_LDADD = $(FUZZ_FCGI_LIBS)
tests_fuzz_header_SOURCES = tests/fuzz/header.c
tests_fuzz_header_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_header_LDFLAGS = $(LIBFUZZER)
tests_fuzz_header_LDADD = $(FUZZ_API_LIBS)
tests_fuzz_json_SOURCES = tests/fuzz/json.c
tests_fuzz_json_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_json_LDFLAGS = $(LIBFUZZER)
tests_fuzz_json_LDADD = $(FUZZ_MODEL_LIBS)
tests_fuzz_key_SOURCES = tests/fuzz/key.c
tests_fuzz_key_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_key_LDFLAGS = $(LIBFUZZER)
tests_fuzz_key_LDADD = $(FUZZ_MODEL_LIBS)
tests_fuzz_message_SOURCES = tests/fuzz/message.c
tests_fuzz_message_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_message_LDFLAGS = $(LIBFUZZER)
tests_fuzz_message_LDADD = $(FUZZ_RECORDER_LIBS)
tests_fuzz_query_SOURCES = tests/fuzz/query.c
tests_fuzz_query_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_query_LDFLAGS = $(LIBFUZZER)
tests_fuzz_query_LDADD = $(FUZZ_API_LIBS)
tests_fuzz_request_SOURCES = tests/fuzz/request.c
tests_fuzz_request_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_request_LDFLAGS = $(LIBFUZZER)
tests_fuzz_request_LDADD = $(FUZZ_API_LIBS)
tests_fuzz_responder_SOURCES = $(FUZZ_RESPONDER)
tests_fuzz_responder_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_responder_LDFLAGS = $(LIBFUZZER)
tests_fuzz_responder_LDADD = $(FUZZ_RESPONDER_LIBS)
tests_fuzz_stored_SOURCES = tests/fuzz/stored.c
tests_fuzz_stored_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_stored_LDFLAGS = $(LIBFUZZER)
tests_fuzz_stored_LDADD = $(FUZZ_STORE_LIBS)

# SECONDS for each of TARGETS, in JOBS processes.  fuzz-merge keeps what they
# found out in the sources' corpus.
torture-fuzz: $(fuzzers)
	python3 '$(srcdir)/tests/fuzz/torture.py' tests/fuzz \
	    '$(or $(SECONDS),60)' '$(or $(JOBS),2)' $(TARGETS)

fuzz-merge: $(fuzzers)
	python3 '$(srcdir)/tests/fuzz/torture.py' tests/fuzz --merge 1 $(TARGETS)
else
# Only clang has libFuzzer, and all has to be compiled for it.
torture-fuzz:
	$(MKDIR_P) fuzzing
	test -f fuzzing/Makefile || (cd fuzzing && \
	    '$(abs_top_srcdir)/configure' CC=clang --enable-fuzzing)
	$(MAKE) -C fuzzing torture-fuzz

fuzz-merge:
	$(MAKE) -C fuzzing fuzz-merge
endif

EXTRA_DIST += \
	tests/fuzz/cgi.dict \
	tests/fuzz/corpus \
	tests/fuzz/header.dict \
	tests/fuzz/json.dict \
	tests/fuzz/query.dict \
	tests/fuzz/test_torture.py \
	tests/fuzz/torture.py
