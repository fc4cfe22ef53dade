/* file_system.c - whether a file system can carry a store. */
#include "store/file_system.h"

#include <linux/magic.h>
#include <stddef.h>
#include <sys/vfs.h>

#include "base/log.h"
#include "base/text.h"

/* The numbers that linux/magic.h lacks are those of the file systems' own
 * sources.  FUSE is refused as a whole: from outside, a network behind it
 * cannot be told from a disk. */
static const struct {
	uint32_t type;
	enum file_system_fitness fitness;
	const char *name;
} rows[] = {
	{ OVERLAYFS_SUPER_MAGIC, FILE_SYSTEM_OVERLAY, "overlay" },
	{ NFS_SUPER_MAGIC,       FILE_SYSTEM_NETWORK, "NFS" },
	{ SMB_SUPER_MAGIC,       FILE_SYSTEM_NETWORK, "SMB" },
	{ CIFS_SUPER_MAGIC,      FILE_SYSTEM_NETWORK, "CIFS" },
	{ SMB2_SUPER_MAGIC,      FILE_SYSTEM_NETWORK, "SMB2" },
	{ AFS_SUPER_MAGIC,       FILE_SYSTEM_NETWORK, "AFS" },
	{ AFS_FS_MAGIC,          FILE_SYSTEM_NETWORK, "AFS" },
	{ CODA_SUPER_MAGIC,      FILE_SYSTEM_NETWORK, "Coda" },
	{ NCP_SUPER_MAGIC,       FILE_SYSTEM_NETWORK, "NCP" },
	{ CEPH_SUPER_MAGIC,      FILE_SYSTEM_NETWORK, "Ceph" },
	{ V9FS_MAGIC,            FILE_SYSTEM_NETWORK, "9P" },
	{ OCFS2_SUPER_MAGIC,     FILE_SYSTEM_NETWORK, "OCFS2" },
	{ FUSE_SUPER_MAGIC,      FILE_SYSTEM_NETWORK, "FUSE" },
	{ 0x0BD00BD0,            FILE_SYSTEM_NETWORK, "Lustre" },
	{ 0x47504653,            FILE_SYSTEM_NETWORK, "GPFS" },
	{ 0x01161970,            FILE_SYSTEM_NETWORK, "GFS2" },
	{ 0x19830326,            FILE_SYSTEM_NETWORK, "BeeGFS" },
	{ 0x20030528,            FILE_SYSTEM_NETWORK, "OrangeFS" },
	{ 0xAAD7AAEA,            FILE_SYSTEM_NETWORK, "PanFS" },
	{ 0x786F4256,            FILE_SYSTEM_NETWORK, "VirtualBox folders" },
	{ 0xBACBACBC,            FILE_SYSTEM_NETWORK, "VMware folders" },
};

enum file_system_fitness
file_system_classify(uint32_t type, const char **name_out)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (rows[i].type != type)
			continue;
		*name_out = rows[i].name;
		return rows[i].fitness;
	}
	*name_out = NULL;
	return FILE_SYSTEM_GOOD;
}

enum error
file_system_check(const char *path, struct detail *detail)
{
	struct statfs status;
	const char *name;

	if (statfs(path, &status) != 0 ||
	    file_system_classify((uint32_t)status.f_type, &name) !=
	    FILE_SYSTEM_NETWORK)
		return ERR_NONE;
	return detail_set(detail, ERR_STORE,
	    "%s: the store must lie on a local disk, this is %s: locks and "
	    "memory are not shared over a network", path, name);
}

void
file_system_warn(const char *path)
{
	struct statfs status;
	const char *name;

	if (statfs(path, &status) != 0 ||
	    file_system_classify((uint32_t)status.f_type, &name) !=
	    FILE_SYSTEM_OVERLAY)
		return;
	log_fact(LEVEL_WARNING, "the store lies on an overlay",
	    "store", path, "cause", "its events are lost with the container, "
	    "and processes of other containers do not see the same file; put "
	    "it on a volume", NULL);
}
