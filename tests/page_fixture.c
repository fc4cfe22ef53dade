/* page_fixture.c - a store whose pages are damaged in its file. */
#include "page_fixture.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/events.h"
#include "store/page.h"
#include "store_fixture.h"
#include "suite.h"

enum {
	KEY_BYTES = 34,
	/* One that is larger than half a block, so that each has its own. */
	PADDING = 2200,
	EVENTS_PER_PAGE_MIN = 20,
	/* Behind them the file is a hole. */
	FILE_BYTES_USED_MAX = 4 << 20
};

static char *path;
static uint8_t *pages;
static size_t page_count;

void
page_fixture_setup(void)
{
	struct store *store;
	struct store_txn *txn;
	struct event_draft draft;
	uint32_t organization;

	path = fixture_make();
	store = fixture_open(path, STORE_WRITE);
	txn = fixture_write_begin(store);
	organization = fixture_organization(txn, "acme");
	for (int i = 0; i < PAGE_FIXTURE_EVENTS; i++) {
		fixture_draft(&draft, CATEGORY_QUEUES, PADDING);
		ck_assert_int_eq(store_event_append(txn, organization,
		    &draft, BASE_MS + i), ERR_NONE);
	}
	fixture_commit(txn);
	store_close(store);
}

void
page_fixture_append(int number, enum category category)
{
	struct store *store = fixture_open(path, STORE_WRITE);
	struct store_txn *txn = fixture_write_begin(store);
	struct event_draft draft;

	fixture_draft(&draft, category, PADDING);
	ck_assert_int_eq(store_event_append(txn, 1, &draft,
	    BASE_MS + number), ERR_NONE);
	fixture_commit(txn);
	store_close(store);
}

void
page_fixture_teardown(void)
{
	free(path);
}

const char *
page_fixture_path(void)
{
	return path;
}

uint16_t
page_fixture_get(const uint8_t *bytes)
{
	uint16_t number;

	memcpy(&number, bytes, sizeof(number));
	return number;
}

uint8_t *
page_fixture_record(uint8_t *page, unsigned int number)
{
	return page + page_fixture_get(page + PAGE_HEADER_BYTES + 2 * number);
}

unsigned int
page_fixture_record_count(const uint8_t *page)
{
	return (page_fixture_get(page + 12) - PAGE_HEADER_BYTES) / 2U;
}

bool
page_fixture_is_of_events(uint8_t *page, int flags)
{
	unsigned int count = page_fixture_record_count(page);

	/* A branch's first key is empty. */
	return page_fixture_get(page + 10) == flags &&
	    count < PAGE_FIXTURE_BYTES / KEY_BYTES &&
	    count >= (flags == PAGE_LEAF ? EVENTS_PER_PAGE_MIN : 3) &&
	    page_fixture_get(page_fixture_record(page, count - 1) + 6) ==
	    KEY_BYTES;
}

uint8_t *
page_fixture_find_tree(uint8_t *page, const char *name)
{
	size_t len = strlen(name);

	for (unsigned int i = 0; i < page_fixture_record_count(page); i++) {
		uint8_t *key = page_fixture_record(page, i) +
		    RECORD_HEADER_BYTES;

		if (page_fixture_get(key - 2) == len &&
		    memcmp(key, name, len) == 0)
			return key + len;
	}
	return NULL;
}

void
page_fixture_damage(bool (*change)(uint8_t *page))
{
	char file_path[PATH_MAX];
	unsigned int damaged_count = 0;
	off_t end;
	int fd;

	snprintf(file_path, sizeof(file_path), "%s/data.mdb", path);
	fd = open(file_path, O_RDWR | O_CLOEXEC);
	end = lseek(fd, 0, SEEK_END);
	ck_assert_int_gt(end, FILE_BYTES_USED_MAX);
	end = FILE_BYTES_USED_MAX;
	page_count = (size_t)end / PAGE_FIXTURE_BYTES;
	pages = malloc((size_t)end);
	ck_assert_ptr_nonnull(pages);
	ck_assert_int_eq(pread(fd, pages, (size_t)end, 0), end);
	for (size_t i = 0; i < page_count; i++) {
		uint8_t *page = pages + i * PAGE_FIXTURE_BYTES;

		if (!change(page))
			continue;
		damaged_count++;
		ck_assert_int_eq(pwrite(fd, page, PAGE_FIXTURE_BYTES,
		    (off_t)(i * PAGE_FIXTURE_BYTES)), PAGE_FIXTURE_BYTES);
	}
	free(pages);
	pages = NULL;
	close(fd);
	ck_assert_uint_gt(damaged_count, 0);
}

const uint8_t *
page_fixture_page(size_t number)
{
	ck_assert_ptr_nonnull(pages);
	ck_assert_uint_lt(number, page_count);
	return pages + number * PAGE_FIXTURE_BYTES;
}
