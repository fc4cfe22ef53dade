# Joins record and stream, for the recorder and for commands.
if NATS
noinst_LIBRARIES += libcluster.a
libcluster_a_SOURCES = \
	src/cluster/announcing.c src/cluster/announcing.h \
	src/cluster/applier.c src/cluster/applier.h \
	src/cluster/applier_parts.h src/cluster/applier_put.c \
	src/cluster/batches.c src/cluster/batches.h \
	src/cluster/changes.c src/cluster/changes.h \
	src/cluster/cluster.c src/cluster/cluster.h \
	src/cluster/entries.c src/cluster/entries.h \
	src/cluster/following.c \
	src/cluster/join.c src/cluster/join.h \
	src/cluster/machine.c src/cluster/machine.h \
	src/cluster/names.c src/cluster/names.h \
	src/cluster/numbers.c src/cluster/numbers.h \
	src/cluster/outbox.c src/cluster/outbox.h \
	src/cluster/parts.h \
	src/cluster/received.c src/cluster/received.h \
	src/cluster/requests.c src/cluster/requests.h \
	src/cluster/seeking.c src/cluster/seeking.h \
	src/cluster/seen.c src/cluster/seen.h \
	src/cluster/sending.c src/cluster/sending.h \
	src/cluster/unannounced.c src/cluster/unannounced.h \
	src/cluster/watching.c
CLUSTER_LIBS = libcluster.a $(STREAM_LIBS) $(RECORD_LIBS)
else
CLUSTER_LIBS = $(RECORD_LIBS)
endif
