# Several machines, with nats-servers of the tests' own.
cluster_tests = \
	tests/cluster/test_machines.py \
	tests/cluster/test_misfits.py \
	tests/cluster/test_troubles.py

EXTRA_DIST += \
	$(cluster_tests) \
	tests/cluster/machines.py \
	tests/cluster/nats.py

if NATS
PLAIN_TESTS += $(cluster_tests)
endif
