# Libraries that tests load before a program.  They are linked without
# libtool, which nothing else here needs, and never with a sanitizer.
preload_cflags = -std=gnu11 -fPIC $(WARNING_CFLAGS)
preload_libraries = tests/preload/clock.so
check_PROGRAMS += $(preload_libraries)

tests_preload_clock_so_SOURCES = tests/preload/clock.c
tests_preload_clock_so_CFLAGS = $(preload_cflags)
tests_preload_clock_so_LDFLAGS = -shared
