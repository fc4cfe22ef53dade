CLI_TESTS = test_cgi_environment test_json_writer test_lines test_visible
check_PROGRAMS += $(CLI_TESTS)

test_cgi_environment_SOURCES = tests/test_cgi_environment.c
test_cgi_environment_LDADD = $(SUITE_LIBS) $(CLI_LIBS)
test_json_writer_SOURCES = tests/test_json_writer.c
test_json_writer_LDADD = $(SUITE_LIBS) $(CLI_LIBS)
test_lines_SOURCES = tests/test_lines.c
test_lines_LDADD = $(SUITE_LIBS) $(CLI_LIBS)
test_visible_SOURCES = tests/test_visible.c
test_visible_LDADD = $(SUITE_LIBS) $(CLI_LIBS)

# Puts a store into a cluster.
check_PROGRAMS += tests/cli/join
tests_cli_join_SOURCES = tests/cli/join.c
tests_cli_join_LDADD = $(STORE_LIBS)

# The command line, as people and scripts use it.
CLI_PROGRAM_TESTS = \
	tests/cli/test_append.py \
	tests/cli/test_backup.py \
	tests/cli/test_cluster.py \
	tests/cli/test_completion.py \
	tests/cli/test_doctor.py \
	tests/cli/test_events.py \
	tests/cli/test_import.py \
	tests/cli/test_keys.py \
	tests/cli/test_organizations.py \
	tests/cli/test_output.py \
	tests/cli/test_request.py \
	tests/cli/test_restore.py \
	tests/cli/test_store.py \
	tests/cli/test_tail.py \
	tests/cli/test_terminal.py \
	tests/cli/test_usage.py

TESTS += $(CLI_TESTS) $(CLI_PROGRAM_TESTS)
EXTRA_DIST += $(CLI_PROGRAM_TESTS) tests/cli/program.py
