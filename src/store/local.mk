noinst_LIBRARIES += libstore.a
libstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(LMDB_CFLAGS) $(XXHASH_CFLAGS)
libstore_a_SOURCES = \
	src/store/api_keys.h \
	src/store/check.h \
	src/store/events.h \
	src/store/live_store.h \
	src/store/organizations.h \
	src/store/store.h
STORE_LIBS = libstore.a $(MODEL_LIBS) $(LMDB_LIBS) $(XXHASH_LIBS)
