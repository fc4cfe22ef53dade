/* page_fixture.h - a store whose pages are damaged in its file. */
#ifndef TESTS_PAGE_FIXTURE_H
#define TESTS_PAGE_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/category.h"

enum { PAGE_FIXTURE_BYTES = 4096, PAGE_FIXTURE_EVENTS = 300 };

/* Makes a store of one organization with its events, each in a block of its
 * own, a millisecond apart from BASE_MS on. */
void page_fixture_setup(void);
void page_fixture_teardown(void);
/* One more, of that number, in a commit of its own. */
void page_fixture_append(int number, enum category category);
const char *page_fixture_path(void);

/* A number of 2 bytes. */
uint16_t page_fixture_get(const uint8_t *bytes);
/* Its record's header, from which 2 bytes are read at 6: its key's length. */
uint8_t *page_fixture_record(uint8_t *page, unsigned int number);
unsigned int page_fixture_record_count(const uint8_t *page);
/* Whether it is a page of this kind, PAGE_BRANCH or PAGE_LEAF, that leads to
 * blocks of events. */
bool page_fixture_is_of_events(uint8_t *page, int flags);

/* In a leaf, the record of the tree of that name, or NULL. */
uint8_t *page_fixture_find_tree(uint8_t *page, const char *name);

/* Damages every page, in the file, of which this returns true; there must be
 * one. */
void page_fixture_damage(bool (*change)(uint8_t *page));
/* Another page, with the damage done so far; only for such a change. */
const uint8_t *page_fixture_page(size_t number);

#endif
