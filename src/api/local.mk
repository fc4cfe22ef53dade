noinst_LIBRARIES += libapi.a
libapi_a_SOURCES = \
	src/api/accept.c src/api/accept.h \
	src/api/access_log.c src/api/access_log.h \
	src/api/answer.c src/api/answer.h \
	src/api/authorize.c src/api/authorize.h \
	src/api/cors.c src/api/cors.h \
	src/api/event_lines.c src/api/event_lines.h \
	src/api/exchange.c src/api/exchange.h \
	src/api/export.c src/api/export.h \
	src/api/health.c src/api/health.h \
	src/api/links.c src/api/links.h \
	src/api/list_events.c src/api/list_events.h \
	src/api/list_events_query.c src/api/list_events_query.h \
	src/api/method.c src/api/method.h \
	src/api/pending.c src/api/pending.h \
	src/api/problem.c src/api/problem.h \
	src/api/query.c src/api/query.h \
	src/api/record_events.h \
	src/api/request.c src/api/request.h \
	src/api/response.c src/api/response.h \
	src/api/route.c src/api/route.h \
	src/api/service.c src/api/service.h
API_LIBS = libapi.a $(RECORD_LIBS)
