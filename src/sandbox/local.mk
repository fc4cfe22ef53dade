noinst_LIBRARIES += libsandbox.a
libsandbox_a_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS)
libsandbox_a_SOURCES = \
	src/sandbox/call_rules.c src/sandbox/call_rules.h \
	src/sandbox/file_rules.c src/sandbox/file_rules.h \
	src/sandbox/pinned.c src/sandbox/pinned.h \
	src/sandbox/refusal.c src/sandbox/refusal.h \
	src/sandbox/sandbox.c src/sandbox/sandbox.h
SANDBOX_LIBS = libsandbox.a libbase.a $(SECCOMP_LIBS)
