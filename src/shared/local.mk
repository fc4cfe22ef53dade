noinst_LIBRARIES += libshared.a
libshared_a_SOURCES = \
	src/shared/cluster_sign.c src/shared/cluster_sign.h \
	src/shared/counters_file.c src/shared/counters_file.h \
	src/shared/cut_guard.c src/shared/cut_guard.h \
	src/shared/last_used.c src/shared/last_used.h \
	src/shared/lockouts.c src/shared/lockouts.h \
	src/shared/mapping.h \
	src/shared/meter_rows.c src/shared/meter_rows.h \
	src/shared/meters.c src/shared/meters.h \
	src/shared/meters_text.c \
	src/shared/rates.c src/shared/rates.h \
	src/shared/recorder_sign.c src/shared/recorder_sign.h \
	src/shared/responders.c src/shared/responders.h \
	src/shared/shared.c src/shared/shared.h \
	src/shared/waiters.c src/shared/waiters.h
SHARED_LIBS = libshared.a $(MODEL_LIBS)
