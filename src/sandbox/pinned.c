/* pinned.c - one unix socket's address that nobody can change. */
#include "sandbox/pinned.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum error
pinned_make(const char *path, const struct sockaddr_un **address_out)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	void *memory;

	*address_out = NULL;
	if (strlen(path) >= sizeof(address.sun_path))
		return ERR_TOO_LARGE;
	memcpy(address.sun_path, path, strlen(path) + 1);
	memory = mmap((void *)(uintptr_t)PINNED_START, PINNED_BYTES,
	    PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (memory == MAP_FAILED)
		return ERR_IO;
	/* Kernels before 4.17 take the address as a wish. */
	if (memory != (void *)(uintptr_t)PINNED_START) {
		munmap(memory, PINNED_BYTES);
		return ERR_IO;
	}
	memcpy(memory, &address, sizeof(address));
	if (mprotect(memory, PINNED_BYTES, PROT_READ) != 0) {
		munmap(memory, PINNED_BYTES);
		return ERR_IO;
	}
	*address_out = memory;
	return ERR_NONE;
}
