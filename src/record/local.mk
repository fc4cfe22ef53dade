noinst_LIBRARIES += librecord.a
librecord_a_SOURCES = src/record/batch.c src/record/batch.h
RECORD_LIBS = librecord.a $(STORE_LIBS)
