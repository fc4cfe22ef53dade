# Trials by damage, want of room, bad clients, strangers and time: small in
# check, and large by a target each.  SEED=7 has the same once more.
check_PROGRAMS += tests/trust/tenants
tests_trust_tenants_SOURCES = \
	tests/trust/record_bytes.c \
	tests/trust/record_bytes.h \
	tests/trust/tenants.c

TRUST_ABUSE_TESTS = \
	tests/trust/clients.py \
	tests/trust/soak.py \
	tests/trust/tenants.py
PLAIN_TRUST_ABUSE_TESTS = \
	tests/trust/damage.py \
	tests/trust/full.py \
	tests/trust/retention.py
TESTS += $(TRUST_ABUSE_TESTS)
PLAIN_TESTS += $(PLAIN_TRUST_ABUSE_TESTS)
EXTRA_DIST += $(TRUST_ABUSE_TESTS) $(PLAIN_TRUST_ABUSE_TESTS) \
	tests/trust/torture.py

TORTURE = $(AM_TESTS_ENVIRONMENT) \
	SEED="$${SEED:-$$(date +%s)}"; export SEED;

.PHONY: torture-clients torture-damage torture-full torture-retention \
	torture-soak torture-tenants
torture-clients: all
	$(TORTURE) ABUSERS=1000 PROBES=1000 ROUNDS=5 REQUESTS=10000 TIMED=1 \
	python3 '$(srcdir)/tests/trust/clients.py'

torture-damage: all tests/preload/clock.so
	$(TORTURE) MUTATIONS=10000 python3 '$(srcdir)/tests/trust/damage.py'

# Mounts file systems, which only root may.
torture-full: all tests/preload/clock.so
	$(TORTURE) CYCLES=1000 python3 '$(srcdir)/tests/trust/full.py'

torture-retention: all tests/preload/clock.so
	$(TORTURE) DAYS=30 STEPS=96 \
	python3 '$(srcdir)/tests/trust/retention.py'

# As long as SECONDS says, or two hours.
torture-soak: all tests/preload/clock.so
	$(TORTURE) \
	python3 '$(srcdir)/tests/trust/soak.py' "$(SECONDS)"

torture-tenants: all tests/preload/clock.so tests/trust/tenants
	$(TORTURE) REQUESTS=10000000 ORGANIZATIONS=64 \
	python3 '$(srcdir)/tests/trust/tenants.py'
