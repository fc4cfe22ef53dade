noinst_LIBRARIES += libcli.a
libcli_a_CPPFLAGS = $(AM_CPPFLAGS) $(SMARTCOLS_CFLAGS)
libcli_a_SOURCES = \
	src/cli/append.c \
	src/cli/arguments.c src/cli/arguments.h \
	src/cli/attempt.c src/cli/attempt.h \
	src/cli/backup.c \
	src/cli/cgi_answer.c src/cli/cgi_answer.h \
	src/cli/cgi_environment.c src/cli/cgi_environment.h \
	src/cli/check.c \
	src/cli/child.c src/cli/child.h \
	src/cli/command.c src/cli/command.h \
	src/cli/commands.h \
	src/cli/complete.c src/cli/complete.h \
	src/cli/complete_store.c src/cli/complete_store.h \
	src/cli/complain.c src/cli/complain.h \
	src/cli/crash.c src/cli/crash.h \
	src/cli/curl.c src/cli/curl.h \
	src/cli/doctor.c src/cli/doctor.h \
	src/cli/doctor_cluster.c \
	src/cli/doctor_files.c \
	src/cli/doctor_store.c \
	src/cli/doctor_web.c \
	src/cli/event_output.c src/cli/event_output.h \
	src/cli/event_pages.c src/cli/event_pages.h \
	src/cli/events.c \
	src/cli/follow.c src/cli/follow.h \
	src/cli/guide.c src/cli/guide.h \
	src/cli/init.c \
	src/cli/input.c src/cli/input.h \
	src/cli/intake.c src/cli/intake.h \
	src/cli/json_writer.c src/cli/json_writer.h \
	src/cli/key_add.c \
	src/cli/key_options.c src/cli/key_options.h \
	src/cli/key_rotate.c \
	src/cli/keys.c \
	src/cli/last_use.c src/cli/last_use.h \
	src/cli/lines.c src/cli/lines.h \
	src/cli/listing.c src/cli/listing.h \
	src/cli/moment.c src/cli/moment.h \
	src/cli/nearest.c src/cli/nearest.h \
	src/cli/new_key.c src/cli/new_key.h \
	src/cli/org_remove.c \
	src/cli/organizations.c \
	src/cli/output.c src/cli/output.h \
	src/cli/pager.c src/cli/pager.h \
	src/cli/pipeline.c src/cli/pipeline.h \
	src/cli/places.c src/cli/places.h \
	src/cli/progress.c src/cli/progress.h \
	src/cli/prune.c \
	src/cli/question.c src/cli/question.h \
	src/cli/recorder.c \
	src/cli/registry.c src/cli/registry.h \
	src/cli/registry_ways.h \
	src/cli/records.c src/cli/records.h \
	src/cli/request.c \
	src/cli/request_target.c src/cli/request_target.h \
	src/cli/responder_child.c src/cli/responder_child.h \
	src/cli/screen.c src/cli/screen.h \
	src/cli/session.c src/cli/session.h \
	src/cli/slice.c src/cli/slice.h \
	src/cli/spool.c src/cli/spool.h \
	src/cli/stat.c \
	src/cli/table.c src/cli/table.h \
	src/cli/tail.c \
	src/cli/twins.c src/cli/twins.h \
	src/cli/usage.c src/cli/usage.h \
	src/cli/visible.c src/cli/visible.h
if NATS
libcli_a_SOURCES += src/cli/cluster_status.c \
	src/cli/doctor_machines.c \
	src/cli/machine_rows.c src/cli/machine_rows.h \
	src/cli/registry_ways.c
else
libcli_a_SOURCES += src/cli/cluster_status_absent.c \
	src/cli/doctor_machines_absent.c \
	src/cli/registry_ways_absent.c
endif
CLI_LIBS = libcli.a $(RECORDER_LIBS) $(SMARTCOLS_LIBS)

bin_PROGRAMS += apitrail
apitrail_SOURCES = src/cli/main.c
apitrail_LDADD = $(CLI_LIBS)
