/* faults.h - which call of a program fails, and how: a file that the test, the
 * program and its children map.
 */
#ifndef TESTS_TRUST_FAULTS_H
#define TESTS_TRUST_FAULTS_H

#include <stdatomic.h>
#include <stdint.h>

#define FAULTS_VARIABLE "FAULTS"

/* test_calls.py and test_memory.py have these numbers too. */
enum fault_call {
	FAULT_NONE,
	FAULT_WRITE,
	FAULT_PWRITE,
	FAULT_FSYNC,
	FAULT_FDATASYNC,
	FAULT_OPEN,
	FAULT_MMAP,
	FAULT_FTRUNCATE,
	FAULT_FALLOCATE,
	FAULT_LOCK,
	FAULT_NAME,		/* rename, link, mkdir */
	FAULT_MEMORY,		/* asked for by the program itself */
	FAULT_COUNT
};

struct faults {
	_Atomic uint32_t call;	/* enum fault_call */
	_Atomic uint32_t nth;	/* counted from 1; 0: none fails */
	_Atomic uint32_t number;	/* errno's */
	_Atomic uint32_t failed;	/* of them */
	_Atomic uint32_t ended;	/* processes that ended by exit */
	_Atomic uint32_t unfreed;	/* allocations of those, then */
	_Atomic uint32_t counts[FAULT_COUNT];	/* of calls so far */
};

#endif
