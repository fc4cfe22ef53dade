noinst_LIBRARIES += libresponder.a
libresponder_a_CPPFLAGS = $(AM_CPPFLAGS) $(FCGI_CFLAGS)
libresponder_a_SOURCES = \
	src/responder/answering.c src/responder/answering.h \
	src/responder/body.c src/responder/body.h \
	src/responder/cgi.c src/responder/cgi.h \
	src/responder/confine.c src/responder/confine.h \
	src/responder/connection.c src/responder/connection.h \
	src/responder/connections.c src/responder/connections.h \
	src/responder/connections_parked.c \
	src/responder/crash.c src/responder/crash.h \
	src/responder/deadlines.c src/responder/deadlines.h \
	src/responder/exports.c src/responder/exports.h \
	src/responder/fcgi.c src/responder/fcgi.h \
	src/responder/listener.c src/responder/listener.h \
	src/responder/load.c src/responder/load.h \
	src/responder/loop.c src/responder/loop.h \
	src/responder/loss.c src/responder/loss.h \
	src/responder/outgoing.c src/responder/outgoing.h \
	src/responder/parking.c src/responder/parking.h \
	src/responder/queue.c src/responder/queue.h \
	src/responder/records.c src/responder/records.h \
	src/responder/registers.c src/responder/registers.h \
	src/responder/replies.c src/responder/replies.h \
	src/responder/server.c src/responder/server.h \
	src/responder/stuck.c src/responder/stuck.h \
	src/responder/trays.c src/responder/trays.h \
	src/responder/waiting.c src/responder/waiting.h \
	src/responder/watch.c src/responder/watch.h

pkglibexec_PROGRAMS += apitrail.fcgi
apitrail_fcgi_SOURCES = src/responder/main.c
RESPONDER_LIBS = libresponder.a libsandbox.a $(API_LIBS) $(FCGI_LIBS) \
	$(SECCOMP_LIBS)
apitrail_fcgi_LDADD = $(RESPONDER_LIBS)
