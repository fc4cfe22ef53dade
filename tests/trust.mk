# What is lost, or goes wrong, when something fails: small here, and large as
# make torture-NAME.

# Loaded before a program.
trust_libraries = tests/trust/faults.so tests/trust/power.so
check_PROGRAMS += $(trust_libraries)

tests_trust_faults_so_SOURCES = \
	tests/trust/faults.c \
	tests/trust/faults.h \
	tests/trust/faults_memory.c \
	tests/trust/faults_memory.h \
	tests/trust/open_calls.c \
	tests/trust/open_calls.h
# The compiler is not to think that it knows malloc.
tests_trust_faults_so_CFLAGS = $(preload_cflags) -fno-builtin
tests_trust_faults_so_LDFLAGS = -shared

tests_trust_power_so_SOURCES = \
	tests/trust/open_calls.c \
	tests/trust/open_calls.h \
	tests/trust/power_calls.c \
	tests/trust/power_log.h \
	tests/trust/power_recorder.c \
	tests/trust/power_recorder.h
tests_trust_power_so_CFLAGS = $(preload_cflags)
tests_trust_power_so_LDFLAGS = -shared

check_PROGRAMS += tests/trust/power_images
tests_trust_power_images_SOURCES = \
	tests/remove_tree.c \
	tests/remove_tree.h \
	tests/trust/power_check.c \
	tests/trust/power_check.h \
	tests/trust/power_image.c \
	tests/trust/power_images.c \
	tests/trust/power_log.h \
	tests/trust/power_model.c \
	tests/trust/power_model.h \
	tests/trust/power_state.h
tests_trust_power_images_LDADD = $(STORE_LIBS)

check_PROGRAMS += tests/trust/tenants
tests_trust_tenants_SOURCES = \
	tests/trust/record_bytes.c \
	tests/trust/record_bytes.h \
	tests/trust/tenants.c

TRUST_TESTS = \
	tests/trust/clients.py \
	tests/trust/soak.py \
	tests/trust/tenants.py
PLAIN_TRUST_TESTS = \
	tests/trust/damage.py \
	tests/trust/full.py \
	tests/trust/retention.py \
	tests/trust/test_calls.py \
	tests/trust/test_kill.py \
	tests/trust/test_memory.py \
	tests/trust/test_power.py
TESTS += $(TRUST_TESTS)
PLAIN_TESTS += $(PLAIN_TRUST_TESTS)
EXTRA_DIST += $(TRUST_TESTS) $(PLAIN_TRUST_TESTS) \
	tests/trust/damage_image.py \
	tests/trust/faults.py \
	tests/trust/preloaded.py \
	tests/trust/supervision.py \
	tests/trust/torture.py

# Takes root, and a systemd to run in namespaces of its own.
.PHONY: check-systemd
check-systemd: all $(preload_libraries)
	$(torture)/supervision.py'

# Each prints its figures last.  SEED chooses other moments, and the variables
# that each script names how many: MUTATIONS=1000 SEED=2 is a tenth of its own.
.PHONY: torture-calls torture-clients torture-damage torture-full \
	torture-kill torture-memory torture-power torture-retention \
	torture-soak torture-tenants
torture = $(AM_TESTS_ENVIRONMENT) python3 '$(srcdir)/tests/trust
any_seed = SEED="$${SEED:-$$(date +%s)}"; export SEED;

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

torture-clients: all $(preload_libraries)
	$(any_seed) ABUSERS=$${ABUSERS:-1000}; PROBES=$${PROBES:-1000}; \
	ROUNDS=$${ROUNDS:-5}; REQUESTS=$${REQUESTS:-10000}; TIMED=1; \
	export ABUSERS PROBES ROUNDS REQUESTS TIMED; \
	$(torture)/clients.py'

torture-damage: all $(preload_libraries)
	$(any_seed) MUTATIONS=$${MUTATIONS:-10000}; export MUTATIONS; $(torture)/damage.py'

# Mounts file systems, which only root may.
torture-full: all $(preload_libraries)
	$(any_seed) CYCLES=$${CYCLES:-1000}; export CYCLES; $(torture)/full.py'

torture-retention: all $(preload_libraries)
	$(any_seed) DAYS=$${DAYS:-30}; STEPS=96; export DAYS STEPS; \
	$(torture)/retention.py'

# As long as SECONDS says, or two hours.
torture-soak: all $(preload_libraries)
	$(any_seed) $(torture)/soak.py' "$(SECONDS)"

torture-tenants: all $(preload_libraries) tests/trust/tenants
	$(any_seed) REQUESTS=$${REQUESTS:-10000000}; ORGANIZATIONS=64; \
	export REQUESTS ORGANIZATIONS; $(torture)/tenants.py'
