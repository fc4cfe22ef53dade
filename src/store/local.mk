noinst_LIBRARIES += libstore.a
libstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(LMDB_CFLAGS) $(XXHASH_CFLAGS)
libstore_a_SOURCES = \
	src/store/api_key_record.c src/store/api_key_record.h \
	src/store/api_keys.c src/store/api_keys.h \
	src/store/aside.c src/store/aside.h \
	src/store/backup.c src/store/backup.h \
	src/store/block.c src/store/block.h \
	src/store/block_proofs.c src/store/block_proofs.h \
	src/store/check.c src/store/check.h \
	src/store/check_events.c \
	src/store/check_idempotency.c \
	src/store/check_pages.c \
	src/store/check_part.h \
	src/store/copy.c src/store/copy.h \
	src/store/copy_folder.c src/store/copy_folder.h \
	src/store/directory.c src/store/directory.h \
	src/store/environment.c src/store/environment.h \
	src/store/event_blocks.c src/store/event_blocks.h \
	src/store/events.h \
	src/store/events_append.c \
	src/store/events_import.c \
	src/store/events_prune.c \
	src/store/events_scan.c \
	src/store/fields.c src/store/fields.h \
	src/store/file_system.c src/store/file_system.h \
	src/store/gate.c src/store/gate.h \
	src/store/idempotency.c src/store/idempotency.h \
	src/store/idempotency_record.c src/store/idempotency_record.h \
	src/store/leaf_page.c src/store/leaf_page.h \
	src/store/live_store.c src/store/live_store.h \
	src/store/lmdb_error.c src/store/lmdb_error.h \
	src/store/lock_file.c src/store/lock_file.h \
	src/store/map_ahead.c src/store/map_ahead.h \
	src/store/log_digests.c src/store/log_digests.h \
	src/store/membership.c src/store/membership.h \
	src/store/neighbours.c src/store/neighbours.h \
	src/store/meta.c src/store/meta.h \
	src/store/organization_record.c src/store/organization_record.h \
	src/store/organizations.c src/store/organizations.h \
	src/store/organizations_erase.c \
	src/store/page.c src/store/page.h \
	src/store/page_file.c src/store/page_file.h \
	src/store/pepper_file.c src/store/pepper_file.h \
	src/store/producers.c src/store/producers.h \
	src/store/proven.c src/store/proven.h \
	src/store/readers.c src/store/readers.h \
	src/store/restore.c src/store/restore.h \
	src/store/room.c src/store/room.h \
	src/store/sealed.c src/store/sealed.h \
	src/store/stamps.c src/store/stamps.h \
	src/store/store.c src/store/store.h \
	src/store/store_file.c src/store/store_file.h \
	src/store/store_init.c \
	src/store/store_stat.c \
	src/store/sweep.h \
	src/store/tails.c src/store/tails.h \
	src/store/tally.c src/store/tally.h \
	src/store/txn.c src/store/txn.h \
	src/store/way.c src/store/way.h \
	src/store/wake.c src/store/wake.h \
	src/store/writers.c src/store/writers.h
STORE_LIBS = libstore.a $(SHARED_LIBS) $(LMDB_LIBS) $(XXHASH_LIBS)
