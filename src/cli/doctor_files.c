/* doctor_files.c - rights of the store's files, and what they lie on. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "base/ownership.h"
#include "base/settings.h"
#include "base/text.h"
#include "cli/doctor.h"
#include "model/api_key.h"
#include "record/recorder_socket.h"
#include "shared/shared.h"
#include "store/file_system.h"
#include "store/pepper_file.h"
#include "store/wake.h"

enum {
	MODE_MASK = 07777,
	OTHERS_MASK = 0007,
	/* With less, the next hour may be too much. */
	DISK_BYTES_MIN = 64 * 1024 * 1024
};

static const struct {
	const char *name;
	mode_t mode;
	mode_t type;
} files[] = {
	{ "data.mdb", DATA_FILE_MODE, S_IFREG },
	{ "lock.mdb", LOCK_FILE_MODE, S_IFREG },
	{ COUNTERS_FILE, COUNTERS_FILE_MODE, S_IFREG },
	{ WAKE_FILE, WAKE_FILE_MODE, S_IFREG },
	{ RECORDER_SOCKET, 0660, S_IFSOCK },
};

static void look_at_rights(struct doctor *doctor, const struct stat *folder);
static bool look_at_file(struct doctor *doctor, const struct stat *folder,
    const char *path, mode_t type, mode_t mode);
static void look_at_pepper(struct doctor *doctor);
static void look_at_disk(struct doctor *doctor);

void
doctor_look_at_files(struct doctor *doctor)
{
	struct stat folder;

	/* Whether it is there at all was told by who opened it. */
	if (stat(doctor->path, &folder) != 0)
		return;
	look_at_rights(doctor, &folder);
	look_at_pepper(doctor);
	look_at_disk(doctor);
}

static void
look_at_rights(struct doctor *doctor, const struct stat *folder)
{
	bool are_good = true;

	if ((folder->st_mode & OTHERS_MASK) != 0) {
		doctor_find(doctor, "rights", DOCTOR_WRONG,
		    "%s is open to every user (mode %04o)", doctor->path,
		    (unsigned int)folder->st_mode & MODE_MASK);
		doctor_mend(doctor, "chmod %04o %s", DIRECTORY_MODE,
		    doctor->path);
		are_good = false;
	}
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		char path[PATH_MAX];

		if (snprintf(path, sizeof(path), "%s/%s", doctor->path,
		    files[i].name) >= (int)sizeof(path))
			continue;
		if (!look_at_file(doctor, folder, path, files[i].type,
		    files[i].mode))
			are_good = false;
	}
	if (are_good)
		doctor_find(doctor, "rights", DOCTOR_GOOD,
		    "files have the owners and modes that they should");
}

/* One that is missing is made by who needs it. */
static bool
look_at_file(struct doctor *doctor, const struct stat *folder,
    const char *path, mode_t type, mode_t mode)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return true;
	if ((status.st_mode & S_IFMT) != type) {
		doctor_find(doctor, "rights", DOCTOR_WRONG,
		    "%s is no %s", path, type == S_IFSOCK ? "socket" :
		    "regular file");
		doctor_mend(doctor, "mv %s away; what needs it makes it anew",
		    path);
		return false;
	}
	if ((status.st_mode & mode) == mode &&
	    (status.st_mode & OTHERS_MASK) == 0 &&
	    status.st_gid == folder->st_gid)
		return true;
	doctor_find(doctor, "rights", DOCTOR_WRONG,
	    "%s has mode %04o and group %u, where %04o and %u are wanted",
	    path, (unsigned int)status.st_mode & MODE_MASK,
	    (unsigned int)status.st_gid, (unsigned int)mode,
	    (unsigned int)folder->st_gid);
	doctor_mend(doctor, "chown --reference=%s %s; chmod %04o %s",
	    doctor->path, path, (unsigned int)mode, path);
	return false;
}

static void
look_at_pepper(struct doctor *doctor)
{
	const char *path = settings_text(doctor->settings, SETTING_PEPPER);
	struct detail detail = { "" };
	struct stat status;
	struct pepper pepper;
	enum error err = pepper_file_read(path, &pepper, &detail);

	explicit_bzero(&pepper, sizeof(pepper));
	if (err != ERR_NONE) {
		doctor_find(doctor, "pepper", DOCTOR_WRONG, "%s",
		    detail.text);
		doctor_mend(doctor, "without it no API key is known: name "
		    "the file with APITRAIL_PEPPER, take it from a backup, "
		    "or give this user the right to read it");
		return;
	}
	if (stat(path, &status) == 0 && (status.st_mode & OTHERS_MASK) != 0) {
		doctor_find(doctor, "pepper", DOCTOR_WRONG,
		    "%s is open to every user (mode %04o)", path,
		    (unsigned int)status.st_mode & MODE_MASK);
		doctor_mend(doctor, "chmod %04o %s", PEPPER_FILE_MODE, path);
		return;
	}
	doctor_find(doctor, "pepper", DOCTOR_GOOD, "%s can be read", path);
}

static void
look_at_disk(struct doctor *doctor)
{
	struct detail detail = { "" };
	struct statvfs space;
	struct statfs kind;

	if (file_system_check(doctor->path, &detail) != ERR_NONE) {
		doctor_find(doctor, "disk", DOCTOR_WRONG, "%s", detail.text);
		doctor_mend(doctor, "move the store to a local file system");
		return;
	}
	if (statvfs(doctor->path, &space) == 0 &&
	    space.f_bavail * space.f_frsize < DISK_BYTES_MIN) {
		doctor_find(doctor, "disk", DOCTOR_WRONG,
		    "only %llu MiB are free where the store lies",
		    (unsigned long long)(space.f_bavail * space.f_frsize >>
		    20));
		doctor_mend(doctor, "make room there: events are refused "
		    "when the disk is full");
		return;
	}
	if (statfs(doctor->path, &kind) == 0 && file_system_classify(
	    (uint32_t)kind.f_type, &(const char *){ NULL }) ==
	    FILE_SYSTEM_OVERLAY) {
		doctor_find(doctor, "disk", DOCTOR_NOTE,
		    "the store lies on an overlay, which a container loses");
		doctor_mend(doctor, "mount a volume under it");
		return;
	}
	doctor_find(doctor, "disk", DOCTOR_GOOD,
	    "the file system can carry a store, and has room");
}
