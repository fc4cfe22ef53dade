/* mapping.h - how the counters lie in memory, for the parts of shared.
 *
 * The rules that make it safe, whatever happens to whom:
 *
 * - Everything that changes is a lock-free atomic of 8 bytes.  There is no
 *   lock, so whoever is killed, at whatever instruction, holds none.
 * - Nothing that is read decides where memory is read or written: places come
 *   from tags that are made here and now.  So any bytes at all are safe to
 *   read; they can only be counted wrongly, and what is impossible (a bucket
 *   more than empty, a window of tomorrow) counts as nothing.
 * - Where two words belong together, an order of writing is kept in which
 *   what a killed writer leaves is either seen to be unfinished or harmless;
 *   each part says how.
 * - The header and the seed are written before the file has its name, and
 *   never again.
 * - Where the file was cut short, memory takes the place of its mapping
 *   (cut_guard.h), at any instruction: all of it becomes 0 but the header.
 */
#ifndef SHARED_MAPPING_H
#define SHARED_MAPPING_H

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#include "model/tag.h"
#include "shared/meters.h"

struct shared;

/* A greater one when the meaning of a word changes; a change of the layout
 * shows in its size. */
enum { MAPPING_VERSION = 3 };
#define MAPPING_MAGIC UINT64_C(0x6c69617274697061)	/* apitrail */

enum {
	/* The slots that one tag may lie in, beside each other. */
	SET_SLOTS = 8,
	RATE_SETS = 4096,
	LOCKOUT_SETS = 8192,
	LAST_USED_SETS = 2048,
	METER_STRIPES = 16,
	RESPONDER_SLOTS = 256,
	CACHE_LINE_BYTES = 64,
	/*
	 * How often a change is tried anew when another thread was faster.
	 * Each of these failures is another's success, so this is reached by
	 * nobody, but there is no loop without an end.
	 */
	CHANGE_ATTEMPTS_MAX = 1000,
	/* How much later than we another thread may have read the clock. */
	CLOCK_SKEW_MS = 1000
};

struct rate_slot {
	_Atomic uint64_t tag;		/* 0: empty, in every table */
	_Atomic int64_t full_ns;	/* when the bucket is full again */
};

struct lockout_slot {
	_Atomic uint64_t tag;
	_Atomic uint64_t failures;	/* start, count and part of the tag */
};

enum { LAST_USED_ID_WORDS = 3 };

struct last_used_slot {
	_Atomic uint64_t tag;
	_Atomic uint64_t id[LAST_USED_ID_WORDS];
	_Atomic int64_t used_ms;
	_Atomic int64_t saved_ms;	/* used_ms when it was last saved */
	uint64_t unused[2];
};

/* What one thread in METER_STRIPES counts; see meters.h. */
struct meter_stripe {
	alignas(CACHE_LINE_BYTES) _Atomic uint64_t values[METER_COUNT];
	_Atomic uint64_t requests[METER_ROUTE_COUNT][METER_STATUS_COUNT];
	struct {
		_Atomic uint64_t buckets[METER_BUCKETS_MAX];
		_Atomic uint64_t sum;
	} histograms[METER_HISTOGRAM_COUNT];
};

/* One responder process; see responders.h. */
struct responder_slot {
	alignas(CACHE_LINE_BYTES) _Atomic uint64_t tag;
	_Atomic int64_t seen_ms;
	_Atomic uint64_t connections;
	_Atomic uint64_t waiters;
};

struct mapping_header {
	uint64_t magic;
	uint32_t version;
	uint32_t bytes;			/* of the whole mapping */
	uint8_t seed[TAG_SEED_BYTES];	/* of its tags */
};

struct mapping {
	struct mapping_header header;
	alignas(CACHE_LINE_BYTES) _Atomic int64_t waited_until_ms;
	alignas(CACHE_LINE_BYTES)
	    struct rate_slot rates[RATE_SETS][SET_SLOTS];
	struct lockout_slot lockouts[LOCKOUT_SETS][SET_SLOTS];
	struct last_used_slot last_used[LAST_USED_SETS][SET_SLOTS];
	struct responder_slot responders[RESPONDER_SLOTS];
	struct meter_stripe meters[METER_STRIPES];
};

/* Lock-free atomics are address-free too (C11, 7.17.5): they work between
 * processes that map the same file. */
static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_LONG_LOCK_FREE == 2,
    "64-bit atomics without locks");
static_assert(sizeof(_Atomic uint64_t) == sizeof(uint64_t) &&
    sizeof(_Atomic int64_t) == sizeof(int64_t), "atomics without additions");
static_assert(sizeof(struct last_used_slot) == CACHE_LINE_BYTES,
    "a slot a line");

/* The one that counts at this moment.  Take it once for each operation: the
 * next call may give another one. */
struct mapping *shared_mapping(const struct shared *shared);

#endif
