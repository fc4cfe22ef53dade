noinst_LIBRARIES += librecord.a
librecord_a_SOURCES = \
	src/record/batch.c src/record/batch.h \
	src/record/change_events.c src/record/change_events.h \
	src/record/changes.c src/record/changes.h \
	src/record/client.c src/record/client.h \
	src/record/client_call.c \
	src/record/group.c src/record/group.h \
	src/record/group_member.c src/record/group_member.h \
	src/record/message.c src/record/message.h \
	src/record/unanswered.c src/record/unanswered.h \
	src/record/recorder_lock.c src/record/recorder_lock.h \
	src/record/recorder_socket.c src/record/recorder_socket.h \
	src/record/retention.c src/record/retention.h \
	src/record/senders.c src/record/senders.h \
	src/record/wire.c src/record/wire.h
RECORD_LIBS = librecord.a $(STORE_LIBS)
