# Whole programs: the cases, and what needs a server and several clients.
server_tests = \
	tests/servers/test_cases.py \
	tests/servers/test_doctor_web.py \
	tests/servers/test_limits.py \
	tests/servers/test_links.py \
	tests/servers/test_live.py \
	tests/servers/test_operator.py \
	tests/servers/test_organizations.py \
	tests/servers/test_prometheus.py \
	tests/servers/test_recorder_troubles.py \
	tests/servers/test_recording.py \
	tests/servers/test_repeats.py \
	tests/servers/test_shutdown.py \
	tests/servers/test_storm.py \
	tests/servers/test_supervised.py \
	tests/servers/test_troubles.py \
	tests/servers/test_walks.py

server_modules = \
	tests/servers/cases.py \
	tests/servers/client.py \
	tests/servers/clock.py \
	tests/servers/door.py \
	tests/servers/doors.py \
	tests/servers/fastcgi.py \
	tests/servers/fixture.py \
	tests/servers/postgres.py \
	tests/servers/recorders.py \
	tests/servers/responders.py \
	tests/servers/storm.py \
	tests/servers/tap.py \
	tests/servers/wait_long.py \
	tests/servers/walk.py \
	tests/servers/walk_large.py \
	tests/servers/web_servers.py

plain_server_tests = \
	tests/servers/test_mapped.py \
	tests/servers/test_clients.py \
	tests/servers/test_sandbox.py \
	tests/servers/test_secrets.py

TESTS += $(server_tests)
PLAIN_TESTS += tests/test_layers.py $(plain_server_tests)

EXTRA_DIST += \
	tests/test_layers.py \
	$(server_tests) \
	$(plain_server_tests) \
	$(server_modules) \
	tests/cases/01-pages.case \
	tests/cases/02-formats.case \
	tests/cases/03-methods.case \
	tests/cases/04-keys.case \
	tests/cases/05-syntax.case \
	tests/cases/06-order.case \
	tests/cases/07-recording.case \
	tests/cases/08-bodies.case \
	tests/cases/09-idempotency.case \
	tests/cases/10-live.case \
	tests/cases/acme.ndjson \
	tests/cases/globex.ndjson

# Minutes long, so these are no part of check.
.PHONY: check-large wait-long walk-large
walk-large: all $(preload_libraries)
	$(AM_TESTS_ENVIRONMENT) \
	python3 '$(srcdir)/tests/servers/walk_large.py'

wait-long: all $(preload_libraries)
	$(AM_TESTS_ENVIRONMENT) \
	python3 '$(srcdir)/tests/servers/wait_long.py'

check-large: walk-large wait-long
