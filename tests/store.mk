STORE_TESTS = test_store_api_keys test_store_backup \
	test_store_backup_target test_store_cut_off test_store_restore \
	test_store_restore_pepper test_store_swap test_store_block test_store_check \
	test_store_cursor test_store_derived test_store_events test_store_fields \
	test_store_file_system test_store_format test_store_full \
	test_leaf_page test_neighbours test_neighbours_sizes \
	test_check_pages test_store_init \
	test_store_makers \
	test_store_live test_store_lmdb_error test_store_lock_file \
	test_store_membership \
	test_store_open test_store_opening test_store_organizations test_store_pepper \
	test_store_permissions test_store_producers test_store_prune test_store_stat \
	test_store_writers test_batch test_wake test_wake_commits
check_PROGRAMS += $(STORE_TESTS)
TESTS += $(STORE_TESTS)
# Counts faults of pages, of which a sanitizer has its own.
check_PROGRAMS += test_map_ahead
PLAIN_TESTS += test_map_ahead

STORE_FIXTURE = tests/store_fixture.c tests/store_fixture.h
STORE_TEST_LIBS = $(SUITE_LIBS) $(STORE_LIBS)
STORE_TEST_CPPFLAGS = $(AM_CPPFLAGS) $(LMDB_CFLAGS) $(CHECK_CFLAGS)

test_store_api_keys_SOURCES = tests/test_store_api_keys.c $(STORE_FIXTURE)
test_store_api_keys_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_api_keys_LDADD = $(STORE_TEST_LIBS)
BACKUP_FIXTURE = tests/backup_fixture.c tests/backup_fixture.h \
	$(STORE_FIXTURE)
test_store_backup_SOURCES = tests/test_store_backup.c $(BACKUP_FIXTURE)
test_store_backup_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_backup_LDADD = $(STORE_TEST_LIBS)
test_store_backup_target_SOURCES = tests/test_store_backup_target.c \
	$(BACKUP_FIXTURE)
test_store_backup_target_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_backup_target_LDADD = $(STORE_TEST_LIBS)
test_store_cut_off_SOURCES = tests/test_store_cut_off.c \
	$(BACKUP_FIXTURE)
test_store_cut_off_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_cut_off_LDADD = $(STORE_TEST_LIBS)
test_store_restore_pepper_SOURCES = tests/test_store_restore_pepper.c \
	$(BACKUP_FIXTURE)
test_store_restore_pepper_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_restore_pepper_LDADD = $(STORE_TEST_LIBS)
test_store_restore_SOURCES = tests/test_store_restore.c $(BACKUP_FIXTURE)
test_store_restore_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_restore_LDADD = $(STORE_TEST_LIBS)
test_store_swap_SOURCES = tests/test_store_swap.c $(BACKUP_FIXTURE)
test_store_swap_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_swap_LDADD = $(STORE_TEST_LIBS)
test_store_block_SOURCES = tests/test_store_block.c $(STORE_FIXTURE)
test_store_block_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_block_LDADD = $(STORE_TEST_LIBS)
test_store_check_SOURCES = tests/test_store_check.c $(STORE_FIXTURE)
test_store_check_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_check_LDADD = $(STORE_TEST_LIBS)
test_store_producers_SOURCES = tests/test_store_producers.c $(STORE_FIXTURE)
test_store_producers_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_producers_LDADD = $(STORE_TEST_LIBS)
test_store_cursor_SOURCES = tests/test_store_cursor.c $(STORE_FIXTURE)
test_store_cursor_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_cursor_LDADD = $(STORE_TEST_LIBS)
test_store_derived_SOURCES = tests/test_store_derived.c $(STORE_FIXTURE)
test_store_derived_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_derived_LDADD = $(STORE_TEST_LIBS)
test_store_events_SOURCES = tests/test_store_events.c $(STORE_FIXTURE)
test_store_events_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_events_LDADD = $(STORE_TEST_LIBS)
test_store_fields_SOURCES = tests/test_store_fields.c
test_store_fields_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_fields_LDADD = $(STORE_TEST_LIBS)
test_store_file_system_SOURCES = tests/test_store_file_system.c
test_store_file_system_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_file_system_LDADD = $(STORE_TEST_LIBS)
test_store_format_SOURCES = tests/test_store_format.c $(STORE_FIXTURE)
test_store_format_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_format_LDADD = $(STORE_TEST_LIBS)
test_store_full_SOURCES = tests/test_store_full.c $(STORE_FIXTURE)
test_store_full_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_full_LDADD = $(STORE_TEST_LIBS)
INIT_FIXTURE = tests/init_fixture.c tests/init_fixture.h $(STORE_FIXTURE)
test_store_init_SOURCES = tests/test_store_init.c $(INIT_FIXTURE)
test_store_init_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_init_LDADD = $(STORE_TEST_LIBS)
test_store_makers_SOURCES = tests/test_store_makers.c $(INIT_FIXTURE)
test_store_makers_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_makers_LDADD = $(STORE_TEST_LIBS)
PAGE_FIXTURE = tests/page_fixture.c tests/page_fixture.h $(STORE_FIXTURE)
test_neighbours_SOURCES = tests/test_neighbours.c $(PAGE_FIXTURE)
test_neighbours_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_neighbours_LDADD = $(STORE_TEST_LIBS)
test_neighbours_sizes_SOURCES = tests/test_neighbours_sizes.c \
	$(STORE_FIXTURE)
test_neighbours_sizes_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_neighbours_sizes_LDADD = $(STORE_TEST_LIBS)
test_leaf_page_SOURCES = tests/test_leaf_page.c $(PAGE_FIXTURE)
test_leaf_page_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_leaf_page_LDADD = $(STORE_TEST_LIBS)
test_check_pages_SOURCES = tests/test_check_pages.c $(PAGE_FIXTURE)
test_check_pages_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_check_pages_LDADD = $(STORE_TEST_LIBS)
LIVE_FIXTURE = tests/live_fixture.c tests/live_fixture.h $(STORE_FIXTURE)
test_store_live_SOURCES = tests/test_store_live.c $(LIVE_FIXTURE)
test_store_live_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_live_LDADD = $(STORE_TEST_LIBS)
test_store_opening_SOURCES = tests/test_store_opening.c $(LIVE_FIXTURE)
test_store_opening_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_opening_LDADD = $(STORE_TEST_LIBS)
test_store_lmdb_error_SOURCES = tests/test_store_lmdb_error.c
test_store_lmdb_error_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_lmdb_error_LDADD = $(STORE_TEST_LIBS)
test_store_lock_file_SOURCES = tests/test_store_lock_file.c $(STORE_FIXTURE)
test_store_lock_file_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_lock_file_LDADD = $(STORE_TEST_LIBS)
test_store_membership_SOURCES = tests/test_store_membership.c $(STORE_FIXTURE)
test_store_membership_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_membership_LDADD = $(STORE_TEST_LIBS)
test_store_open_SOURCES = tests/test_store_open.c $(STORE_FIXTURE)
test_store_open_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_open_LDADD = $(STORE_TEST_LIBS)
test_store_organizations_SOURCES = tests/test_store_organizations.c $(STORE_FIXTURE)
test_store_organizations_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_organizations_LDADD = $(STORE_TEST_LIBS)
test_store_pepper_SOURCES = tests/test_store_pepper.c
test_store_pepper_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_pepper_LDADD = $(STORE_TEST_LIBS)
test_store_permissions_SOURCES = tests/test_store_permissions.c $(STORE_FIXTURE)
test_store_permissions_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_permissions_LDADD = $(STORE_TEST_LIBS)
test_store_prune_SOURCES = tests/test_store_prune.c $(STORE_FIXTURE)
test_store_prune_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_prune_LDADD = $(STORE_TEST_LIBS)
test_store_stat_SOURCES = tests/test_store_stat.c $(STORE_FIXTURE)
test_store_stat_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_stat_LDADD = $(STORE_TEST_LIBS)
test_store_writers_SOURCES = tests/test_store_writers.c $(STORE_FIXTURE)
test_store_writers_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_store_writers_LDADD = $(STORE_TEST_LIBS)
test_batch_SOURCES = tests/test_batch.c $(STORE_FIXTURE)
test_batch_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_batch_LDADD = $(SUITE_LIBS) $(RECORD_LIBS)
test_map_ahead_SOURCES = tests/test_map_ahead.c $(STORE_FIXTURE)
test_map_ahead_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
test_map_ahead_LDADD = $(STORE_TEST_LIBS)
test_wake_SOURCES = tests/test_wake.c
test_wake_LDADD = $(STORE_TEST_LIBS)
test_wake_commits_SOURCES = tests/test_wake_commits.c
test_wake_commits_LDADD = $(STORE_TEST_LIBS)
