check_PROGRAMS += test_chores test_stalled_readers
test_chores_SOURCES = tests/test_chores.c $(RECORD_FIXTURE)
test_chores_LDADD = $(SUITE_LIBS) $(RECORDER_LIBS)
test_stalled_readers_SOURCES = tests/test_stalled_readers.c $(RECORD_FIXTURE)
test_stalled_readers_LDADD = $(SUITE_LIBS) $(RECORDER_LIBS)

# The daemon, spoken to by clients of its tests' own.
RECORDER_PROGRAM_TESTS = \
	tests/recorder/test_peers.py \
	tests/recorder/test_recorder.py \
	tests/recorder/test_storm.py

TESTS += test_chores test_stalled_readers $(RECORDER_PROGRAM_TESTS)
EXTRA_DIST += $(RECORDER_PROGRAM_TESTS) tests/recorder/recording.py
