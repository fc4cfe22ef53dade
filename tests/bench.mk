# Measures, and tests nothing: programs that ask or answer, and scripts.
bench_programs = \
	tests/bench/constant \
	tests/bench/generate \
	tests/bench/load \
	tests/bench/spawn \
	tests/bench/usual
EXTRA_PROGRAMS = $(bench_programs)
CLEANFILES += $(EXTRA_PROGRAMS)

tests_bench_load_SOURCES = \
	tests/bench/clients.c \
	tests/bench/clients.h \
	tests/bench/load.c \
	tests/bench/stopwatch.c \
	tests/bench/stopwatch.h
tests_bench_load_LDADD = libbase.a

tests_bench_constant_SOURCES = \
	tests/bench/answer_file.c \
	tests/bench/answer_file.h \
	tests/bench/constant.c
tests_bench_constant_CPPFLAGS = $(AM_CPPFLAGS) $(FCGI_CFLAGS)

tests_bench_generate_SOURCES = tests/bench/generate.c

tests_bench_spawn_SOURCES = \
	tests/bench/spawn.c \
	tests/bench/stopwatch.c \
	tests/bench/stopwatch.h

tests_bench_usual_SOURCES = \
	tests/bench/answer_file.c \
	tests/bench/answer_file.h \
	tests/bench/usual.c
tests_bench_usual_CPPFLAGS = $(AM_CPPFLAGS) $(FCGI_CFLAGS)
tests_bench_usual_LDADD = $(FCGI_LIBS)

EXTRA_DIST += \
	tests/bench/arrivals.py \
	tests/bench/bench.py \
	tests/bench/cgi.py \
	tests/bench/cluster.py \
	tests/bench/contenders.py \
	tests/bench/disk.py \
	tests/bench/export.py \
	tests/bench/front.py \
	tests/bench/instructions.py \
	tests/bench/instructions.txt \
	tests/bench/intake.py \
	tests/bench/load.py \
	tests/bench/meters.py \
	tests/bench/pages.py \
	tests/bench/posts.py \
	tests/bench/programs.py \
	tests/bench/report.py \
	tests/bench/shares.py \
	tests/bench/stacks.py \
	tests/bench/stacks/api.js \
	tests/bench/stacks/bolt.go \
	tests/bench/stacks/lmdb.js \
	tests/bench/stacks/package-lock.json \
	tests/bench/stacks/package.json \
	tests/bench/stacks/postgres.js \
	tests/bench/stacks/prepare \
	tests/bench/stacks/sqlite.php \
	tests/bench/waiters.py \
	tests/bench/window.py \
	tests/bench/wrk.lua \
	tests/bench/wrk.py

# BENCH names sections, or is quick: that takes under two minutes, and says
# roughly the same.  BENCH='quick pages' is both.
.PHONY: bench
bench: all $(bench_programs) $(preload_libraries)
	$(AM_TESTS_ENVIRONMENT) \
	PYTHONPATH='$(abs_top_srcdir)/tests/servers:$(abs_top_srcdir)/tests/cluster' \
	python3 '$(srcdir)/tests/bench/bench.py' $(BENCH)

# What other stacks are made of, for make bench BENCH=stacks.
.PHONY: stacks clean-stacks
stacks:
	'$(srcdir)/tests/bench/stacks/prepare' tests/bench/parts

clean-local: clean-stacks
clean-stacks:
	-rm -rf tests/bench/parts

# Not part of check: compilers, and sanitizers all the more, differ.
.PHONY: check-instructions
check-instructions: all $(preload_libraries)
	$(AM_TESTS_ENVIRONMENT) \
	PYTHONPATH='$(abs_top_srcdir)/tests/servers' \
	python3 '$(srcdir)/tests/bench/instructions.py' $(INSTRUCTIONS)
