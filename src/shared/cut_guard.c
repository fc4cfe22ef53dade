/* cut_guard.c - a mapped file that is cut short does not end the process. */
#include "shared/cut_guard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "shared/mapping.h"

/* Mappings of one process: two that were replaced as often as can be. */
enum { WATCHES_MAX = 64 };

struct watch {
	/* Stored with release when the rest is written.  0: free. */
	_Atomic uintptr_t start;
	atomic_bool was_cut;
	struct mapping_header header;	/* of the memory in its place */
};

static struct watch watches[WATCHES_MAX];

/* For those who change watches and previous; the handler takes no lock. */
static pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;

/* Written while it is the one that is called. */
static struct sigaction previous;

static void catch_bus(int number, siginfo_t *cause, void *context);
static bool mend(const siginfo_t *cause);
static void pass_on(int number, siginfo_t *cause, void *context);
static struct watch *find(uintptr_t start);

enum error
cut_guard_install(void)
{
	/* What crashed may be the stack, for the handler before this. */
	struct sigaction action = { .sa_sigaction = catch_bus,
		.sa_flags = SA_SIGINFO | SA_ONSTACK };
	struct sigaction before;
	enum error err = ERR_NONE;

	pthread_mutex_lock(&changing);
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGBUS, NULL, &before) != 0) {
		err = ERR_IO;
	} else if ((before.sa_flags & SA_SIGINFO) == 0 ||
	    before.sa_sigaction != catch_bus) {
		previous = before;
		if (sigaction(SIGBUS, &action, NULL) != 0)
			err = ERR_IO;
	}
	pthread_mutex_unlock(&changing);
	return err;
}

enum error
cut_guard_watch(struct mapping *mapping, const struct mapping_header *header)
{
	struct watch *watch;

	if (cut_guard_install() != ERR_NONE)
		return ERR_IO;
	pthread_mutex_lock(&changing);
	watch = find(0);
	if (watch != NULL) {
		watch->header = *header;
		atomic_store(&watch->was_cut, false);
		atomic_store_explicit(&watch->start, (uintptr_t)mapping,
		    memory_order_release);
	}
	pthread_mutex_unlock(&changing);
	if (watch == NULL) {
		errno = EMFILE;
		return ERR_IO;
	}
	return ERR_NONE;
}

void
cut_guard_forget(const struct mapping *mapping)
{
	struct watch *watch;

	pthread_mutex_lock(&changing);
	watch = mapping == NULL ? NULL : find((uintptr_t)mapping);
	if (watch != NULL)
		atomic_store(&watch->start, 0);
	pthread_mutex_unlock(&changing);
}

bool
cut_guard_was_cut(const struct mapping *mapping)
{
	const struct watch *watch = find((uintptr_t)mapping);

	return watch != NULL && atomic_load(&watch->was_cut);
}

/* Here and below, nothing but what a signal handler may call. */
static void
catch_bus(int number, siginfo_t *cause, void *context)
{
	int before = errno;

	if (!mend(cause))
		pass_on(number, cause, context);
	errno = before;
}

/* Two threads may be here for the same mapping: then the second one empties
 * what the first has counted in between, and no more. */
static bool
mend(const siginfo_t *cause)
{
	uintptr_t address = (uintptr_t)cause->si_addr;
	struct mapping *memory;

	/* Not what somebody sent, nor memory that is broken. */
	if (cause->si_code != BUS_ADRERR)
		return false;
	for (size_t i = 0; i < WATCHES_MAX; i++) {
		uintptr_t start = atomic_load_explicit(&watches[i].start,
		    memory_order_acquire);

		if (start == 0 || address < start ||
		    address - start >= sizeof(struct mapping))
			continue;
		/* First, so that nobody takes the memory for the file. */
		atomic_store(&watches[i].was_cut, true);
		memory = mmap((void *)start, sizeof(struct mapping),
		    PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		if (memory == MAP_FAILED)
			return false;
		memory->header = watches[i].header;
		return true;
	}
	return false;
}

static void
pass_on(int number, siginfo_t *cause, void *context)
{
	bool was_sent = cause->si_code <= 0;

	if ((previous.sa_flags & SA_SIGINFO) != 0) {
		previous.sa_sigaction(number, cause, context);
	} else if (previous.sa_handler == SIG_IGN && was_sent) {
		return;
	} else if (previous.sa_handler == SIG_DFL ||
	    previous.sa_handler == SIG_IGN) {
		/* Comes when this returns, and ends the process. */
		(void)signal(number, SIG_DFL);
		(void)raise(number);
	} else {
		previous.sa_handler(number);
	}
}

static struct watch *
find(uintptr_t start)
{
	for (size_t i = 0; i < WATCHES_MAX; i++)
		if (atomic_load_explicit(&watches[i].start,
		    memory_order_acquire) == start)
			return &watches[i];
	return NULL;
}
