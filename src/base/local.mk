noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/buffer.c src/base/buffer.h \
	src/base/clock.c src/base/clock.h \
	src/base/crash_report.c src/base/crash_report.h \
	src/base/doing.c src/base/doing.h \
	src/base/error.c src/base/error.h \
	src/base/last_words.c src/base/last_words.h \
	src/base/log.c src/base/log.h \
	src/base/ownership.c src/base/ownership.h \
	src/base/setting_rows.c src/base/setting_rows.h \
	src/base/settings.c src/base/settings.h \
	src/base/text.c src/base/text.h \
	src/base/write_whole.c src/base/write_whole.h
