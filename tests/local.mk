# Each test prints TAP.
TEST_EXTENSIONS = .py .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
PY_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_COMPILER = python3
AM_TESTS_ENVIRONMENT = \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir;

check_LIBRARIES += libsuite.a
libsuite_a_SOURCES = tests/remove_tree.c tests/remove_tree.h \
	tests/suite.c tests/suite.h
libsuite_a_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
SUITE_LIBS = libsuite.a $(CHECK_LIBS)

include tests/preload.mk
include tests/base.mk
include tests/sandbox.mk
include tests/model.mk
include tests/shared.mk
include tests/store.mk
include tests/record.mk
include tests/recorder.mk
include tests/api.mk
include tests/responder.mk
include tests/cli.mk
include tests/servers.mk
include tests/bench.mk
include tests/fuzz.mk
include tests/cluster.mk
include tests/trust.mk
include tests/docs.mk
include tests/page.mk

# Not beside a sanitizer, which has a malloc of its own, keeps what was freed
# and does what a sandbox forbids; nor twice what looks at sources, or takes
# long for what it finds.
if !SANITIZERS
TESTS += $(PLAIN_TESTS)
endif

# All of C under valgrind, in a build without sanitizers, with so much time
# that only what hangs passes its bound on a busy machine; and, in one of
# clang's with the thread sanitizer, whatever runs threads, where the first
# report ends its process.
c_tests = tests=; for test in $(TESTS); do case $$test in \
	*.py | *.sh) ;; *) tests="$$tests $$test" ;; esac; done
c_and_threaded_tests = tests=; for test in $(TESTS); do case $$test in \
	tests/responder/* | tests/recorder/* | tests/servers/* | \
	tests/trust/* | tests/cluster/*) tests="$$tests $$test" ;; \
	*.py | *.sh) ;; *) tests="$$tests $$test" ;; esac; done
.PHONY: check-valgrind check-tsan
check-valgrind:
	CK_TIMEOUT_MULTIPLIER=60; export CK_TIMEOUT_MULTIPLIER; $(c_tests); \
	$(MAKE) $(AM_MAKEFLAGS) check TESTS="$$tests" \
	LOG_COMPILER='valgrind -q --error-exitcode=99'
check-tsan:
	TSAN_OPTIONS=die_after_fork=0:halt_on_error=1; export TSAN_OPTIONS; \
	CK_TIMEOUT_MULTIPLIER=10; export CK_TIMEOUT_MULTIPLIER; \
	$(c_and_threaded_tests); \
	$(MAKE) $(AM_MAKEFLAGS) check TESTS="$$tests"
