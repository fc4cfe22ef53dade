# What is lost, or goes wrong, when something fails: small here, and large as
# make torture-NAME.

# Loaded before a program, so without a sanitizer and without libtool.
trust_cflags = -std=gnu11 -fPIC $(WARNING_CFLAGS)
trust_libraries = tests/trust/faults.so tests/trust/power.so
check_PROGRAMS += $(trust_libraries)

tests_trust_faults_so_SOURCES = \
	tests/trust/faults.c \
	tests/trust/faults.h \
	tests/trust/faults_memory.c \
	tests/trust/faults_memory.h
# The compiler is not to think that it knows malloc.
tests_trust_faults_so_CFLAGS = $(trust_cflags) -fno-builtin
tests_trust_faults_so_LINK = $(CC) $(trust_cflags) -shared -o $@

tests_trust_power_so_SOURCES = \
	tests/trust/power_calls.c \
	tests/trust/power_log.h \
	tests/trust/power_recorder.c \
	tests/trust/power_recorder.h
tests_trust_power_so_CFLAGS = $(trust_cflags)
tests_trust_power_so_LINK = $(CC) $(trust_cflags) -shared -o $@

check_PROGRAMS += tests/trust/power_images
tests_trust_power_images_SOURCES = \
	tests/trust/power_check.c \
	tests/trust/power_check.h \
	tests/trust/power_image.c \
	tests/trust/power_images.c \
	tests/trust/power_log.h \
	tests/trust/power_model.c \
	tests/trust/power_model.h \
	tests/trust/power_state.h
tests_trust_power_images_LDADD = $(STORE_LIBS)

TRUST_TESTS = \
	tests/trust/test_calls.py \
	tests/trust/test_kill.py \
	tests/trust/test_memory.py \
	tests/trust/test_power.py
PLAIN_TESTS += $(TRUST_TESTS)
EXTRA_DIST += $(TRUST_TESTS) \
	tests/trust/faults.py \
	tests/trust/preloaded.py

# Each prints its figures last.  SEED chooses other moments, and the variables
# that each script names how many.
.PHONY: torture-calls torture-kill torture-memory torture-power
torture = $(AM_TESTS_ENVIRONMENT) python3 '$(srcdir)/tests/trust

# Also through a web server.
torture-kill: all $(preload_libraries)
	ROUNDS=$${ROUNDS:-100}; export ROUNDS; $(AM_TESTS_ENVIRONMENT) \
	python3 '$(srcdir)/tests/servers/test_storm.py'
	KILLS=$${KILLS:-10000}; export KILLS; $(torture)/test_kill.py'

torture-power: all $(trust_libraries) tests/trust/power_images
	IMAGES=$${IMAGES:-100000}; export IMAGES; WORK=$${WORK:-4}; \
	export WORK; $(torture)/test_power.py'

torture-calls: all $(trust_libraries)
	POINTS=0; export POINTS; $(torture)/test_calls.py'

torture-memory: all $(trust_libraries)
	POINTS=0; export POINTS; $(torture)/test_memory.py'
