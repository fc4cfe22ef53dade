# Joins record and stream, for the recorder and for commands.
noinst_LIBRARIES += libcluster.a
if NATS
libcluster_a_SOURCES = \
	src/cluster/announcing.c src/cluster/announcing.h \
	src/cluster/applier.c src/cluster/applier.h \
	src/cluster/changes.c src/cluster/changes.h \
	src/cluster/cluster.c src/cluster/cluster.h \
	src/cluster/entries.c src/cluster/entries.h \
	src/cluster/following.c \
	src/cluster/join.c src/cluster/join.h \
	src/cluster/numbers.c src/cluster/numbers.h \
	src/cluster/outbox.c src/cluster/outbox.h \
	src/cluster/parts.h \
	src/cluster/sending.c src/cluster/sending.h \
	src/cluster/watching.c
else
libcluster_a_SOURCES = src/cluster/absent.c
endif
CLUSTER_LIBS = libcluster.a $(STREAM_LIBS) $(RECORD_LIBS)
