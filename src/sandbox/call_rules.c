/* call_rules.c - which system calls may be made: seccomp. */
#include "sandbox/call_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "sandbox/pinned.h"
#include "sandbox/refusal.h"
#include "sandbox/sandbox.h"

/*
 * Whatever its arguments.  Names that a machine does not have are passed
 * over.  Files are for file_rules.c to hold; what is missing here is what
 * could reach another process, run a program, or ask the kernel for more.
 */
static const int both[] = {
	/* Memory; that which takes an address is below. */
	SCMP_SYS(brk),
	/* What is open. */
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64),
	SCMP_SYS(preadv2),
	SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64),
	SCMP_SYS(pwritev), SCMP_SYS(lseek), SCMP_SYS(close),
	SCMP_SYS(fcntl), SCMP_SYS(pipe2), SCMP_SYS(ftruncate),
	SCMP_SYS(fallocate), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
	SCMP_SYS(flock), SCMP_SYS(getdents64),
	/* By name, and what lies there. */
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(fstat), SCMP_SYS(stat),
	SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
	SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(access),
	SCMP_SYS(faccessat), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
	SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
	SCMP_SYS(fchmod), SCMP_SYS(fchown), SCMP_SYS(utimensat),
	/* Sockets; that which makes them is below. */
	SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(recvfrom),
	SCMP_SYS(shutdown), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername),
	/* To wait. */
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(eventfd2),
	SCMP_SYS(inotify_init1), SCMP_SYS(inotify_add_watch),
	SCMP_SYS(inotify_rm_watch), SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(futex), SCMP_SYS(sched_yield),
	SCMP_SYS(restart_syscall), SCMP_SYS(membarrier),
	/* Times, numbers, names of ourselves. */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom),
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid),
	SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(getrusage), SCMP_SYS(sysinfo), SCMP_SYS(uname),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(getcpu),
	/* Signals and threads. */
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(sigaltstack), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
	SCMP_SYS(set_tid_address), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

/* It makes its socket anew when that is gone. */
static const int recorder[] = {
	SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(fchownat),
	SCMP_SYS(fchmodat), SCMP_SYS(chmod), SCMP_SYS(msync),
};

/* To look servers' names up, and to talk to them. */
static const int networked[] = {
	SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg),
	SCMP_SYS(recvmsg), SCMP_SYS(ioctl), SCMP_SYS(socketpair),
	SCMP_SYS(readlink), SCMP_SYS(getcwd),
};

/* Those whose first argument is an address: none of the pinned page or below
 * it. */
static const int at_address[] = {
	SCMP_SYS(munmap), SCMP_SYS(madvise),
};

static int allow_table(scmp_filter_ctx filter, const int *calls,
    size_t count);
static int allow_memory(scmp_filter_ctx filter);
static int allow_threads(scmp_filter_ctx filter);
static int allow_ourselves(scmp_filter_ctx filter);
static int allow_networks(scmp_filter_ctx filter);
static int allow_sockets(scmp_filter_ctx filter,
    const struct sandbox_plan *plan);

enum error
call_rules_enter(const struct sandbox_plan *plan, struct detail *detail)
{
	enum error err = ERR_NONE;
	scmp_filter_ctx filter = NULL;
	uint32_t action;
	int code = 0;

	if (refusal_catch(&action) != ERR_NONE)
		return detail_set(detail, ERR_IO, "SIGSYS cannot be caught");
	filter = seccomp_init(action);
	if (filter == NULL)
		return detail_set(detail, ERR_IO,
		    "libseccomp could not begin");
	/* no_new_privs is set, by who calls this. */
	code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
	if (code == 0)
		code = allow_table(filter, both, COUNT_OF(both));
	if (code == 0 && plan->role == SANDBOX_RECORDER)
		code = allow_table(filter, recorder, COUNT_OF(recorder));
	if (code == 0 && plan->is_networked)
		code = allow_table(filter, networked, COUNT_OF(networked));
	if (code == 0)
		code = allow_memory(filter);
	if (code == 0)
		code = allow_threads(filter);
	if (code == 0)
		code = allow_ourselves(filter);
	if (code == 0)
		code = allow_sockets(filter, plan);
	if (code != 0) {
		err = detail_set(detail, ERR_IO,
		    "the rules of seccomp cannot be made: %s",
		    strerror(-code));
		goto out;
	}
	code = seccomp_load(filter);
	if (code != 0)
		err = detail_set(detail, ERR_NOT_FOUND, "seccomp: %s",
		    strerror(-code));
out:
	seccomp_release(filter);
	return err;
}

static int
allow_table(scmp_filter_ctx filter, const int *calls, size_t count)
{
	int code = 0;

	for (size_t i = 0; i < count && code == 0; i++)
		/* Below zero: not on this machine. */
		if (calls[i] >= 0)
			code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
			    calls[i], 0);
	return code;
}

/*
 * Nothing that can be run, so that what is injected as bytes cannot be; and
 * nothing that takes the pinned page's place: whatever the kernel chooses
 * itself is where nothing is yet.
 */
static int
allow_memory(scmp_filter_ctx filter)
{
	int code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
	    SCMP_SYS(mmap), 2,
	    SCMP_A0(SCMP_CMP_GE, PINNED_END, 0),
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

	if (code == 0)
		code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
		    SCMP_SYS(mmap), 3,
		    SCMP_A0(SCMP_CMP_EQ, 0, 0),
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
		    SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_FIXED, 0));
	if (code == 0)
		code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
		    SCMP_SYS(mprotect), 2,
		    SCMP_A0(SCMP_CMP_GE, PINNED_END, 0),
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* As realloc does it: the kernel chooses the new place. */
	if (code == 0)
		code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
		    SCMP_SYS(mremap), 2,
		    SCMP_A0(SCMP_CMP_GE, PINNED_END, 0),
		    SCMP_A3(SCMP_CMP_MASKED_EQ, MREMAP_FIXED, 0));
	for (size_t i = 0; i < COUNT_OF(at_address) && code == 0; i++)
		code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
		    at_address[i], 1, SCMP_A0(SCMP_CMP_GE, PINNED_END, 0));
	return code;
}

/* clone3 hides its flags in memory: libc takes clone where it is missing. */
static int
allow_threads(scmp_filter_ctx filter)
{
	int code = seccomp_rule_add_exact(filter, SCMP_ACT_ERRNO(ENOSYS),
	    SCMP_SYS(clone3), 0);

	if (code == 0)
		code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
		    SCMP_SYS(clone), 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	/* libc names its memory by it where the kernel can. */
	if (code == 0)
		code = seccomp_rule_add_exact(filter, SCMP_ACT_ERRNO(EINVAL),
		    SCMP_SYS(prctl), 0);
	return code;
}

static int
allow_ourselves(scmp_filter_ctx filter)
{
	int code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
	    SCMP_SYS(tgkill), 1,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));

	if (code == 0)
		code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
		    SCMP_SYS(prlimit64), 2, SCMP_A0(SCMP_CMP_EQ, 0, 0),
		    SCMP_A2(SCMP_CMP_EQ, 0, 0));
	return code;
}

/* AF_NETLINK is how libc learns which addresses the machine has. */
static int
allow_networks(scmp_filter_ctx filter)
{
	static const int families[] = { AF_INET, AF_INET6, AF_NETLINK };
	int code = 0;

	for (size_t i = 0; i < COUNT_OF(families) && code == 0; i++)
		code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
		    SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ,
		    (scmp_datum_t)families[i], 0));
	return code;
}

static int
allow_sockets(scmp_filter_ctx filter, const struct sandbox_plan *plan)
{
	bool may_connect = plan->may_connect || plan->address != NULL;
	int code;

	/* send, to whom it is connected. */
	code = plan->is_networked ? allow_networks(filter) :
	    seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
	    SCMP_SYS(sendto), 1, SCMP_A4(SCMP_CMP_EQ, 0, 0));
	if (code == 0 && (may_connect || plan->role == SANDBOX_RECORDER))
		code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
		    SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
	if (code == 0 && plan->may_connect)
		code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
		    SCMP_SYS(connect), 0);
	else if (code == 0 && plan->address != NULL)
		code = seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW,
		    SCMP_SYS(connect), 1, SCMP_A1(SCMP_CMP_EQ,
		    (scmp_datum_t)(uintptr_t)plan->address, 0));
	return code;
}
