noinst_LIBRARIES += librecorder.a
librecorder_a_SOURCES = \
	src/recorder/alone.c src/recorder/alone.h \
	src/recorder/chores.c src/recorder/chores.h \
	src/recorder/clustered.h \
	src/recorder/confine.c src/recorder/confine.h \
	src/recorder/notify.c src/recorder/notify.h \
	src/recorder/peer.c src/recorder/peer.h \
	src/recorder/peers.c src/recorder/peers.h \
	src/recorder/readiness.c src/recorder/readiness.h \
	src/recorder/recorder.c src/recorder/recorder.h \
	src/recorder/stalled_readers.c src/recorder/stalled_readers.h \
	src/recorder/stop_signal.c src/recorder/stop_signal.h \
	src/recorder/surroundings.c src/recorder/surroundings.h \
	src/recorder/totals.c src/recorder/totals.h
if NATS
librecorder_a_SOURCES += src/recorder/clustered.c
else
librecorder_a_SOURCES += src/recorder/clustered_absent.c
endif
RECORDER_LIBS = librecorder.a libsandbox.a $(CLUSTER_LIBS) \
	$(SECCOMP_LIBS)
