/* power_image.c - the files that a cut of power leaves of a model. */
#include "power_model.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "power_state.h"

enum {
	SECTOR_BYTES = 512,
	ENTRIES_MAX = 1024,
	/* How far back a cut may be, in records. */
	CUT_MAX = 64
};

struct entry {
	uint32_t directory;
	uint32_t file;
	char name[POWER_NAME_MAX + 1];
};

/* One image's. */
struct image {
	const struct power_model *model;
	enum power_fate fate;
	uint64_t cut_time;
	uint64_t *random;
	uint32_t entry_count;
	struct entry entries[ENTRIES_MAX];
	int fds[INODES_MAX];	/* of files; -1: not there */
};

static void place_names(struct image *image);
static bool is_kept(struct image *image, uint64_t time, bool is_name);
static void remove_entry(struct image *image, uint32_t directory,
    const char *name);
static void make_below(struct image *image, uint32_t directory,
    int directory_fd);
static void write_file(struct image *image, uint32_t file, int fd);
static void write_sectors(struct image *image, const struct change *change,
    int fd);
static void must_write(int fd, const void *bytes, size_t len, uint64_t offset);

void
power_model_write(const struct power_model *model, const char *path,
    enum power_fate fate, uint64_t *random)
{
	static struct image image;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		err(STATUS_FAILED, "%s", path);
	image.model = model;
	image.fate = fate;
	image.random = random;
	image.cut_time = model->time -
	    power_random(random, (uint32_t)(model->time < CUT_MAX ?
	    model->time : CUT_MAX) + 1);
	image.entry_count = 0;
	for (uint32_t i = 0; i < model->file_count; i++)
		image.fds[i] = -1;
	place_names(&image);
	make_below(&image, 1, fd);
	close(fd);
	for (uint32_t i = 0; i < model->file_count; i++) {
		if (image.fds[i] < 0)
			continue;
		write_file(&image, i, image.fds[i]);
		close(image.fds[i]);
	}
}

uint32_t
power_random(uint64_t *state, uint32_t below)
{
	/* Knuth's MMIX constants. */
	*state = *state * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (uint32_t)((*state >> 33) % below);
}

static void
place_names(struct image *image)
{
	const struct power_model *model = image->model;

	for (uint32_t i = 0; i < model->name_count; i++) {
		const struct name_change *change = &model->names[i];
		struct entry *entry;

		if (!change->is_synced &&
		    !is_kept(image, change->time, true))
			continue;
		if (change->from != 0)
			remove_entry(image, change->from, change->from_name);
		if (change->to == 0)
			continue;
		remove_entry(image, change->to, change->to_name);
		if (image->entry_count == ENTRIES_MAX)
			errx(STATUS_FAILED, "too many entries");
		entry = &image->entries[image->entry_count++];
		entry->directory = change->to;
		entry->file = change->file;
		memcpy(entry->name, change->to_name, sizeof(entry->name));
	}
}

static bool
is_kept(struct image *image, uint64_t time, bool is_name)
{
	switch (image->fate) {
	case FATE_LOST:
		return false;
	case FATE_KEPT:
		return true;
	case FATE_CUT:
		return time <= image->cut_time;
	case FATE_NAMES_IN_ORDER:
		return is_name ? time <= image->cut_time :
		    power_random(image->random, 2) == 0;
	default:
		return power_random(image->random, 2) == 0;
	}
}

static void
remove_entry(struct image *image, uint32_t directory, const char *name)
{
	for (uint32_t i = 0; i < image->entry_count; i++) {
		struct entry *entry = &image->entries[i];

		if (entry->directory != directory ||
		    strcmp(entry->name, name) != 0)
			continue;
		*entry = image->entries[--image->entry_count];
		return;
	}
}

/* The names decide what is there; a file may have two. */
static void
make_below(struct image *image, uint32_t directory, int directory_fd)
{
	for (uint32_t i = 0; i < image->entry_count; i++) {
		const struct entry *entry = &image->entries[i];
		int fd;

		if (entry->directory != directory || entry->file == 0)
			continue;
		if (image->model->files[entry->file].is_directory) {
			if (mkdirat(directory_fd, entry->name, 0770) != 0)
				err(STATUS_FAILED, "%s", entry->name);
			fd = openat(directory_fd, entry->name, O_RDONLY |
			    O_DIRECTORY | O_CLOEXEC);
			make_below(image, entry->file, fd);
			close(fd);
		} else if (image->fds[entry->file] < 0) {
			fd = openat(directory_fd, entry->name, O_RDWR |
			    O_CREAT | O_EXCL | O_CLOEXEC, 0640);
			image->fds[entry->file] = fd;
		} else {
			char path[32];

			snprintf(path, sizeof(path), "/proc/self/fd/%d",
			    image->fds[entry->file]);
			linkat(AT_FDCWD, path, directory_fd, entry->name,
			    AT_SYMLINK_FOLLOW);
		}
	}
}

static void
write_file(struct image *image, uint32_t file, int fd)
{
	const struct power_model *model = image->model;
	const struct file *base = &model->files[file];
	struct stat status;

	must_write(fd, base->bytes, base->bytes_len, 0);
	if (ftruncate(fd, (off_t)base->size) != 0)
		err(STATUS_FAILED, "ftruncate");
	for (uint32_t i = 0; i < model->change_count; i++) {
		const struct change *change = &model->changes[i];

		if (change->file != file ||
		    !is_kept(image, change->time, false))
			continue;
		if (!change->is_size)
			write_sectors(image, change, fd);
		else if (!change->is_least || (fstat(fd, &status) == 0 &&
		    (uint64_t)status.st_size < change->offset))
			if (ftruncate(fd, (off_t)change->offset) != 0)
				err(STATUS_FAILED, "ftruncate");
	}
}

/* All of a write; or, where it may be torn, any of the disk's sectors. */
static void
write_sectors(struct image *image, const struct change *change, int fd)
{
	bool is_torn = image->fate == FATE_CUT ?
	    change->time == image->cut_time :
	    image->fate >= FATE_MIXED && power_random(image->random, 3) == 0;
	size_t done = 0;

	if (!is_torn) {
		must_write(fd, change->bytes, change->len, change->offset);
		return;
	}
	while (done < change->len) {
		uint64_t offset = change->offset + done;
		size_t len = SECTOR_BYTES - offset % SECTOR_BYTES;

		if (len > change->len - done)
			len = change->len - done;
		if (power_random(image->random, 2) == 0)
			must_write(fd, change->bytes + done, len, offset);
		done += len;
	}
}

static void
must_write(int fd, const void *bytes, size_t len, uint64_t offset)
{
	if (len > 0 && pwrite(fd, bytes, len, (off_t)offset) != (ssize_t)len)
		err(STATUS_FAILED, "pwrite");
}
