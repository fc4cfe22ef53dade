/* file_rules.c - which files may be opened: Landlock.
 *
 * By system call, as no library is in Debian 12, and with numbers of our own
 * where linux/landlock.h of the build is older than the kernel may be.
 */
#include "sandbox/file_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "sandbox/sandbox.h"

/* linux/landlock.h, of versions 3, 5, 4 and 6. */
#define ACCESS_FS_TRUNCATE (UINT64_C(1) << 14)
#define ACCESS_FS_IOCTL_DEV (UINT64_C(1) << 15)
#define ACCESS_NET_TCP (UINT64_C(3) << 0)
#define SCOPED_SOCKETS_AND_SIGNALS (UINT64_C(3) << 0)

/* As the newest kernel that is known here has it; older ones take a part. */
struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

#define FS_VERSION_1 ((UINT64_C(1) << 13) - 1)

/* What each version has, beside what those before it have. */
static const struct {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
	size_t bytes;		/* of struct ruleset */
} versions[] = {
	[1] = { FS_VERSION_1, 0, 0, sizeof(uint64_t) },
	[2] = { LANDLOCK_ACCESS_FS_REFER, 0, 0, sizeof(uint64_t) },
	[3] = { ACCESS_FS_TRUNCATE, 0, 0, sizeof(uint64_t) },
	[4] = { 0, ACCESS_NET_TCP, 0, 2 * sizeof(uint64_t) },
	[5] = { ACCESS_FS_IOCTL_DEV, 0, 0, 2 * sizeof(uint64_t) },
	[6] = { 0, 0, SCOPED_SOCKETS_AND_SIGNALS, sizeof(struct ruleset) },
};

/*
 * The store's files are replaced by others of the same name, so what may be
 * done to them is said of their directory.  A responder writes reader slots
 * and counters there, makes them anew, and ends a restore that was cut off.
 * Whether it may write data.mdb is for the file's mode to say.
 */
#define STORE_ACCESS (LANDLOCK_ACCESS_FS_READ_FILE | \
	LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_MAKE_REG | \
	LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	LANDLOCK_ACCESS_FS_REFER)

static enum error allow_all(int rules_fd, const struct sandbox_plan *plan,
    const struct ruleset *ruleset, struct detail *detail);
static void allow_network_files(int rules_fd,
    const struct sandbox_plan *plan);
static enum error allow(int rules_fd, const char *path, uint64_t access);
static enum error allow_removal(int rules_fd, const char *path);

enum error
file_rules_enter(const struct sandbox_plan *plan, int *version_out,
    struct detail *detail)
{
	struct ruleset ruleset = { 0 };
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	size_t bytes = 0;
	enum error err;
	int rules_fd;

	*version_out = 0;
	if (version < 1)
		return detail_set(detail, ERR_NOT_FOUND, "the kernel has no "
		    "Landlock: %s", strerror(errno));
	for (size_t i = 1; i < COUNT_OF(versions) && (long)i <= version;
	    i++) {
		ruleset.fs |= versions[i].fs;
		/* Whom it connects to is named by names, not by ports. */
		if (!plan->is_networked)
			ruleset.net |= versions[i].net;
		ruleset.scoped |= versions[i].scoped;
		bytes = versions[i].bytes;
	}
	rules_fd = (int)syscall(SYS_landlock_create_ruleset, &ruleset, bytes,
	    0);
	if (rules_fd < 0)
		return detail_set(detail, ERR_NOT_FOUND, "Landlock: %s",
		    strerror(errno));
	err = allow_all(rules_fd, plan, &ruleset, detail);
	if (err == ERR_NONE && syscall(SYS_landlock_restrict_self, rules_fd,
	    0) != 0)
		err = detail_set(detail, ERR_NOT_FOUND, "Landlock: %s",
		    strerror(errno));
	close(rules_fd);
	if (err == ERR_NONE)
		*version_out = (int)version;
	return err;
}

static enum error
allow_all(int rules_fd, const struct sandbox_plan *plan,
    const struct ruleset *ruleset, struct detail *detail)
{
	uint64_t access = STORE_ACCESS;

	/* It makes its socket anew when that is gone. */
	if (plan->role == SANDBOX_RECORDER)
		access |= LANDLOCK_ACCESS_FS_MAKE_SOCK;
	if (allow(rules_fd, plan->store_path, access & ruleset->fs) !=
	    ERR_NONE)
		return detail_set(detail, ERR_NOT_FOUND, "%s: %s; files are "
		    "held to the store's directory once that is there at the "
		    "start", plan->store_path, strerror(errno));
	/* One that lies in the store is named by that.  A file that is not
	 * there is told of when it is read. */
	if (plan->pepper_path != NULL)
		(void)allow(rules_fd, plan->pepper_path,
		    LANDLOCK_ACCESS_FS_READ_FILE);
	if (plan->socket_path != NULL)
		(void)allow_removal(rules_fd, plan->socket_path);
	if (plan->is_networked)
		allow_network_files(rules_fd, plan);
	return ERR_NONE;
}

/* What libc and OpenSSL read to find a server and to trust it; those that
 * this machine does not have are not missed. */
static void
allow_network_files(int rules_fd, const struct sandbox_plan *plan)
{
	const char *paths[] = {
		plan->creds_path, plan->ca_path, "/etc/hosts",
		"/etc/host.conf", "/etc/resolv.conf", "/etc/nsswitch.conf",
		"/etc/gai.conf", "/etc/services", "/etc/ssl/openssl.cnf",
		"/usr/lib/ssl/openssl.cnf", "/etc/localtime",
		"/dev/urandom",
	};

	for (size_t i = 0; i < COUNT_OF(paths); i++)
		if (paths[i] != NULL && paths[i][0] != '\0')
			(void)allow(rules_fd, paths[i],
			    LANDLOCK_ACCESS_FS_READ_FILE);
}

static enum error
allow(int rules_fd, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = access,
		.parent_fd = open(path, O_PATH | O_CLOEXEC),
	};
	enum error err = ERR_NONE;

	if (rule.parent_fd < 0)
		return ERR_IO;
	if (syscall(SYS_landlock_add_rule, rules_fd,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		err = ERR_IO;
	close(rule.parent_fd);
	return err;
}

/* A removal is said of the directory. */
static enum error
allow_removal(int rules_fd, const char *path)
{
	char directory[PATH_MAX];

	if (snprintf(directory, sizeof(directory), "%s", path) >=
	    (int)sizeof(directory))
		return ERR_IO;
	return allow(rules_fd, dirname(directory),
	    LANDLOCK_ACCESS_FS_REMOVE_FILE);
}
