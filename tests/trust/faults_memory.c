/* faults_memory.c - allocations of the program itself, not of its libraries,
 * fail and are counted.
 *
 * Memory that one of them allocates and the other frees is counted by who
 * allocated it.
 */
#include "faults_memory.h"

#include <link.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 20, GONE = 1 };

/* glibc's own. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

static atomic_flag is_taken = ATOMIC_FLAG_INIT;
/* Addresses, open addressing; 0 is free, GONE was freed. */
static uintptr_t slots[SLOTS];
static uint32_t kept;
static uintptr_t program_begin;
static uintptr_t program_end;

static int note_program(struct dl_phdr_info *module, size_t size, void *arg);
static bool is_program(const void *caller);
static void *keep(void *memory);
static bool forget(const void *memory);
static size_t slot_of(uintptr_t address);
static void lock(void);
static void unlock(void);

uint32_t
faults_memory_count(void)
{
	return kept;
}

void *
malloc(size_t size)
{
	if (!is_program(__builtin_return_address(0)))
		return __libc_malloc(size);
	return faults_is_due(FAULT_MEMORY) ? NULL : keep(__libc_malloc(size));
}

void *
calloc(size_t count, size_t size)
{
	if (!is_program(__builtin_return_address(0)))
		return __libc_calloc(count, size);
	return faults_is_due(FAULT_MEMORY) ? NULL :
	    keep(__libc_calloc(count, size));
}

void *
realloc(void *memory, size_t size)
{
	bool was_kept;
	void *moved;

	if (is_program(__builtin_return_address(0)) &&
	    faults_is_due(FAULT_MEMORY))
		return NULL;
	was_kept = forget(memory);
	moved = __libc_realloc(memory, size);
	if (moved == NULL && size > 0 && was_kept)
		keep(memory);
	else if (was_kept || (memory == NULL &&
	    is_program(__builtin_return_address(0))))
		keep(moved);
	return moved;
}

void *
reallocarray(void *memory, size_t count, size_t size)
{
	void *moved;
	size_t all;

	if (__builtin_mul_overflow(count, size, &all) ||
	    (is_program(__builtin_return_address(0)) &&
	    faults_is_due(FAULT_MEMORY)))
		return NULL;
	moved = __libc_realloc(memory, all);
	if (moved != NULL) {
		forget(memory);
		keep(moved);
	}
	return moved;
}

int
asprintf(char **text_out, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	*text_out = faults_is_due(FAULT_MEMORY) ? NULL :
	    keep(__libc_malloc((size_t)len + 1));
	if (*text_out == NULL)
		return -1;
	va_start(args, format);
	vsnprintf(*text_out, (size_t)len + 1, format, args);
	va_end(args);
	return len;
}

char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy;

	if (is_program(__builtin_return_address(0)))
		copy = faults_is_due(FAULT_MEMORY) ? NULL :
		    keep(__libc_malloc(size));
	else
		copy = __libc_malloc(size);
	return copy == NULL ? NULL : memcpy(copy, text, size);
}

char *
strndup(const char *text, size_t len_max)
{
	size_t len = strnlen(text, len_max);
	char *copy;

	if (is_program(__builtin_return_address(0)))
		copy = faults_is_due(FAULT_MEMORY) ? NULL :
		    keep(__libc_malloc(len + 1));
	else
		copy = __libc_malloc(len + 1);
	if (copy == NULL)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void
free(void *memory)
{
	forget(memory);
	__libc_free(memory);
}

/* The first module is the program. */
static int
note_program(struct dl_phdr_info *module, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	for (int i = 0; i < module->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &module->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
			continue;
		program_begin = module->dlpi_addr + part->p_vaddr;
		program_end = program_begin + part->p_memsz;
	}
	return 1;
}

static bool
is_program(const void *caller)
{
	if (program_end == 0)
		dl_iterate_phdr(note_program, NULL);
	return (uintptr_t)caller >= program_begin &&
	    (uintptr_t)caller < program_end;
}

static void *
keep(void *memory)
{
	uintptr_t address = (uintptr_t)memory;
	size_t slot = slot_of(address);

	if (memory == NULL)
		return NULL;
	lock();
	if (kept == SLOTS / 2)
		abort();
	while (slots[slot] > GONE)
		slot = (slot + 1) % SLOTS;
	slots[slot] = address;
	kept++;
	unlock();
	return memory;
}

static bool
forget(const void *memory)
{
	uintptr_t address = (uintptr_t)memory;
	size_t slot = slot_of(address);
	bool is_found;

	if (memory == NULL)
		return false;
	lock();
	while (slots[slot] != 0 && slots[slot] != address)
		slot = (slot + 1) % SLOTS;
	is_found = slots[slot] == address;
	if (is_found) {
		slots[slot] = GONE;
		kept--;
	}
	unlock();
	return is_found;
}

static size_t
slot_of(uintptr_t address)
{
	/* Knuth's multiplicative hash. */
	return (size_t)((address >> 4) * UINT64_C(11400714819323198485) >> 44);
}

static void
lock(void)
{
	while (atomic_flag_test_and_set(&is_taken))
		sched_yield();
}

static void
unlock(void)
{
	atomic_flag_clear(&is_taken);
}
