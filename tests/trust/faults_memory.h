/* faults_memory.h - what the program itself allocates. */
#ifndef TESTS_TRUST_FAULTS_MEMORY_H
#define TESTS_TRUST_FAULTS_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "faults.h"

/* Whether this call is the one that fails; errno is set then. */
bool faults_is_due(enum fault_call call);

/* How many allocations of the program are not freed. */
uint32_t faults_memory_count(void);

#endif
