# Several machines, with nats-servers of the tests' own.
cluster_tests = \
	tests/cluster/storm.py \
	tests/cluster/test_accounts.py \
	tests/cluster/test_demo.py \
	tests/cluster/test_differing.py \
	tests/cluster/test_late.py \
	tests/cluster/test_machines.py \
	tests/cluster/test_misfits.py \
	tests/cluster/test_missing.py \
	tests/cluster/test_replicas.py \
	tests/cluster/test_splits.py \
	tests/cluster/test_troubles.py

EXTRA_DIST += \
	$(cluster_tests) \
	tests/cluster/credentials.py \
	tests/cluster/hosts.py \
	tests/cluster/machines.py \
	tests/cluster/nats.py

if NATS
PLAIN_TESTS += $(cluster_tests)
CLUSTER_TESTS = test_ballot test_outbox test_received test_seen
check_PROGRAMS += $(CLUSTER_TESTS) tests/cluster/differ
tests_cluster_differ_SOURCES = tests/cluster/differ.c
tests_cluster_differ_LDADD = $(STORE_LIBS)
TESTS += $(CLUSTER_TESTS)
test_ballot_SOURCES = tests/test_ballot.c
test_ballot_LDADD = $(SUITE_LIBS) $(STREAM_LIBS) $(MODEL_LIBS)
test_outbox_SOURCES = tests/test_outbox.c
test_outbox_LDADD = $(SUITE_LIBS) $(CLUSTER_LIBS)
test_received_SOURCES = tests/test_received.c
test_received_LDADD = $(SUITE_LIBS) $(CLUSTER_LIBS)
test_seen_SOURCES = tests/test_seen.c $(STORE_FIXTURE)
test_seen_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_seen_LDADD = $(SUITE_LIBS) $(CLUSTER_LIBS)
endif

# Prints its figures last; SEED chooses other moments.  As root it also cuts
# hosts off from each other.
.PHONY: torture-cluster
torture-cluster: all $(preload_libraries)
	SEED="$${SEED:-$$(date +%s)}"; export SEED; \
	FAULTS=$${FAULTS:-300}; export FAULTS; $(AM_TESTS_ENVIRONMENT) \
	python3 '$(srcdir)/tests/cluster/storm.py'
