# The responder with answers of its own, so that its tests need no store.
check_PROGRAMS += responder_stub
responder_stub_SOURCES = src/responder/main.c tests/responder/stub_answers.c
responder_stub_LDADD = libresponder.a libapi.a $(MODEL_LIBS) $(FCGI_LIBS)
