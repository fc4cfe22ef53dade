/* pinned.h - one unix socket's address that nobody can change.
 *
 * seccomp sees a system call's pointers, not what they point to.  So that a
 * process can be held to connect to one socket, that address lies in a page
 * of its own, which is read-only and lies below all others; call_rules.c lets
 * nobody map, unmap or protect anything that low, and connect with nothing
 * else.
 */
#ifndef SANDBOX_PINNED_H
#define SANDBOX_PINNED_H

#include <stdint.h>
#include <sys/un.h>

#include "base/error.h"

/* Above what the kernel keeps free (vm.mmap_min_addr), below where programs
 * are linked to. */
enum { PINNED_START = 0x100000, PINNED_BYTES = 64 * 1024 };
#define PINNED_END ((uint64_t)PINNED_START + PINNED_BYTES)

/*
 * Makes it, once in the life of a process.  ERR_TOO_LARGE: path does not fit
 * an address.  ERR_IO: something else lies there.
 */
enum error pinned_make(const char *path,
    const struct sockaddr_un **address_out);

#endif
