API_TESTS = test_accept test_access_log test_admission test_answer \
	test_body_events test_body_type test_export test_health test_links \
	test_list_events test_list_events_query test_metrics test_query test_repeats \
	test_record_events test_record_fuzz test_record_order \
	test_recorded_answer test_recording test_request test_response \
	test_stream test_stream_places test_wait test_wait_forms \
	test_wait_to_stream \
	test_window
check_PROGRAMS += $(API_TESTS)
TESTS += $(API_TESTS)

API_TEST_LIBS = $(SUITE_LIBS) $(API_LIBS)
API_FIXTURE = tests/api_fixture.c tests/api_fixture.h tests/api_pages.c
API_LIVE = $(API_FIXTURE) tests/api_live.c tests/api_live.h
API_RECORDER = $(API_FIXTURE) tests/api_recorder.c tests/api_recorder.h
API_RECORDER_LIBS = $(SUITE_LIBS) libapi.a $(RECORDER_LIBS)
test_accept_SOURCES = tests/test_accept.c
test_accept_LDADD = $(API_TEST_LIBS)
test_access_log_SOURCES = tests/test_access_log.c
test_access_log_LDADD = $(API_TEST_LIBS)
test_admission_SOURCES = tests/test_admission.c $(API_FIXTURE)
test_admission_LDADD = $(API_TEST_LIBS)
test_answer_SOURCES = tests/test_answer.c $(API_FIXTURE)
test_answer_LDADD = $(API_TEST_LIBS)
test_body_events_SOURCES = tests/test_body_events.c
test_body_events_LDADD = $(API_TEST_LIBS)
test_body_type_SOURCES = tests/test_body_type.c
test_body_type_LDADD = $(API_TEST_LIBS)
test_export_SOURCES = tests/test_export.c $(API_FIXTURE)
test_export_LDADD = $(API_TEST_LIBS)
test_health_SOURCES = tests/test_health.c $(API_FIXTURE)
test_health_LDADD = $(API_TEST_LIBS)
test_links_SOURCES = tests/test_links.c
test_links_LDADD = $(API_TEST_LIBS)
test_repeats_SOURCES = tests/test_repeats.c $(API_FIXTURE)
test_repeats_LDADD = $(API_TEST_LIBS)
test_list_events_SOURCES = tests/test_list_events.c $(API_FIXTURE)
test_list_events_LDADD = $(API_TEST_LIBS)
test_list_events_query_SOURCES = tests/test_list_events_query.c
test_list_events_query_LDADD = $(API_TEST_LIBS)
test_metrics_SOURCES = tests/test_metrics.c $(API_FIXTURE)
test_metrics_LDADD = $(API_TEST_LIBS)
test_query_SOURCES = tests/test_query.c
test_query_LDADD = $(API_TEST_LIBS)
test_record_events_SOURCES = tests/test_record_events.c $(API_RECORDER)
test_record_events_LDADD = $(API_RECORDER_LIBS)
test_record_fuzz_SOURCES = tests/test_record_fuzz.c $(API_RECORDER)
test_record_fuzz_LDADD = $(API_RECORDER_LIBS)
test_record_order_SOURCES = tests/test_record_order.c $(API_FIXTURE)
test_record_order_LDADD = $(API_TEST_LIBS)
test_recorded_answer_SOURCES = tests/test_recorded_answer.c $(API_RECORDER)
test_recorded_answer_LDADD = $(API_RECORDER_LIBS)
test_recording_SOURCES = tests/test_recording.c $(API_RECORDER)
test_recording_LDADD = $(API_RECORDER_LIBS)
test_request_SOURCES = tests/test_request.c
test_request_LDADD = $(API_TEST_LIBS)
test_response_SOURCES = tests/test_response.c $(API_FIXTURE)
test_response_LDADD = $(API_TEST_LIBS)
test_stream_SOURCES = tests/test_stream.c $(API_LIVE)
test_stream_LDADD = $(API_TEST_LIBS)
test_stream_places_SOURCES = tests/test_stream_places.c $(API_LIVE)
test_stream_places_LDADD = $(API_TEST_LIBS)
test_wait_SOURCES = tests/test_wait.c $(API_LIVE)
test_wait_LDADD = $(API_TEST_LIBS)
test_wait_forms_SOURCES = tests/test_wait_forms.c $(API_LIVE)
test_wait_forms_LDADD = $(API_TEST_LIBS)
test_wait_to_stream_SOURCES = tests/test_wait_to_stream.c $(API_LIVE)
test_wait_to_stream_LDADD = $(API_TEST_LIBS)
test_window_SOURCES = tests/test_window.c $(API_FIXTURE)
test_window_LDADD = $(API_TEST_LIBS)
