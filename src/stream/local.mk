# Everything that knows NATS; without libnats there is none of it.
if NATS
noinst_LIBRARIES += libstream.a
libstream_a_CPPFLAGS = $(AM_CPPFLAGS) $(NATS_CFLAGS)
libstream_a_SOURCES = \
	src/stream/ballot.c src/stream/ballot.h \
	src/stream/beacon.c src/stream/beacon.h \
	src/stream/bucket.c src/stream/bucket.h \
	src/stream/decisions.c src/stream/decisions.h \
	src/stream/follower.c src/stream/follower.h \
	src/stream/jetstream.h \
	src/stream/layout.c src/stream/layout.h \
	src/stream/link.c src/stream/link.h \
	src/stream/publisher.c src/stream/publisher.h \
	src/stream/replica.c src/stream/replica.h \
	src/stream/replicas.c src/stream/replicas.h \
	src/stream/replicas_judge.c \
	src/stream/replicas_open.c src/stream/replicas_parts.h \
	src/stream/replicas_take.c \
	src/stream/verdict_book.c src/stream/verdict_book.h
STREAM_LIBS = libstream.a $(NATS_LIBS)
endif
