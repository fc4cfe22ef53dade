noinst_LIBRARIES += libapi.a
libapi_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_C_CFLAGS)
libapi_a_SOURCES = src/api/answer.h src/api/request.h
API_LIBS = libapi.a $(STORE_LIBS)
