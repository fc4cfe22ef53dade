# Measures, and tests nothing: a program that is many clients, and a script.
EXTRA_PROGRAMS = tests/bench/load
CLEANFILES += $(EXTRA_PROGRAMS)

tests_bench_load_SOURCES = \
	tests/bench/clients.c \
	tests/bench/clients.h \
	tests/bench/load.c \
	tests/bench/stopwatch.c \
	tests/bench/stopwatch.h
tests_bench_load_LDADD = libbase.a

EXTRA_DIST += \
	tests/bench/bench.py \
	tests/bench/report.py

# BENCH=quick takes under two minutes, and says roughly the same.
.PHONY: bench
bench: all tests/bench/load$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) \
	PYTHONPATH='$(abs_top_srcdir)/tests/servers' \
	python3 '$(srcdir)/tests/bench/bench.py' $(BENCH)
