/* pepper_file.c - the file of the secret that key digests are made with. */
#include "store/pepper_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ownership.h"
#include "model/api_key.h"
#include "store/directory.h"
#include "store/gate.h"

static enum error tell_making(const char *path, struct detail *detail);
static enum error sync_name(const char *path, struct detail *detail);
static enum error read_text(int fd, char *text, size_t size,
    size_t *text_len_out);
static bool split_path(const char *path, char directory[PATH_MAX],
    char name[NAME_MAX + 1]);
static enum error make_in(int directory_fd, int store_fd, const char *name,
    bool *made_out);
static enum error write_aside(int fd, int store_fd);

enum error
pepper_file_read(const char *path, struct pepper *pepper_out,
    struct detail *detail)
{
	/* One byte more than a pepper, to see that it ends there. */
	char text[PEPPER_TEXT_LEN + 1];
	struct detail cause = { "" };
	size_t text_len;
	enum error err;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	*pepper_out = (struct pepper){ 0 };
	if (fd < 0)
		return detail_set(detail, ERR_STORE, "%s: cannot read the "
		    "pepper: %s", path, strerror(errno));

	err = read_text(fd, text, sizeof(text), &text_len);
	if (err != ERR_NONE)
		detail_set(&cause, err, "%s", strerror(errno));
	else
		err = pepper_parse(text, text_len, pepper_out, &cause);
	if (err != ERR_NONE)
		err = detail_set(detail, ERR_STORE, "%s: cannot read the "
		    "pepper: %s", path, cause.text);
	explicit_bzero(text, sizeof(text));
	close(fd);
	return err;
}

enum error
pepper_file_make(const char *path, int store_fd, bool *made_out,
    struct detail *detail)
{
	char directory[PATH_MAX];
	char name[NAME_MAX + 1];
	enum error err;
	int fd = -1;

	*made_out = false;
	if (faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0)
		return sync_name(path, detail);
	if (!split_path(path, directory, name))
		return detail_set(detail, ERR_IO,
		    "%s: expected the path of a file", path);

	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return tell_making(path, detail);
	/* Makers wait for each other, so what lies aside is nobody's. */
	err = gate_lock(directory, fd, GATE_WAIT_MS, detail);
	if (err == ERR_NONE && make_in(fd, store_fd, name, made_out) !=
	    ERR_NONE)
		err = tell_making(path, detail);
	close(fd);
	return err;
}

static enum error
tell_making(const char *path, struct detail *detail)
{
	return detail_set(detail, ERR_IO, "%s: cannot make the pepper: %s",
	    path, strerror(errno));
}

/* Its maker may have been cut off before the name was on disk. */
static enum error
sync_name(const char *path, struct detail *detail)
{
	char directory[PATH_MAX];
	char name[NAME_MAX + 1];

	if (!split_path(path, directory, name) ||
	    directory_sync(directory) == ERR_NONE)
		return ERR_NONE;
	return detail_set(detail, ERR_IO, "%s: cannot sync it: %s", directory,
	    strerror(errno));
}

static enum error
read_text(int fd, char *text, size_t size, size_t *text_len_out)
{
	ssize_t count = 1;
	size_t len = 0;

	while (count > 0 && len < size) {
		count = read(fd, text + len, size - len);
		if (count > 0)
			len += (size_t)count;
	}
	*text_len_out = len;
	return count < 0 ? ERR_IO : ERR_NONE;
}

static bool
split_path(const char *path, char directory[PATH_MAX],
    char name[NAME_MAX + 1])
{
	const char *slash = strrchr(path, '/');
	const char *last = slash == NULL ? path : slash + 1;
	int directory_len = slash == NULL ? 0 : (int)(slash - path) + 1;

	if (last[0] == '\0' || strlen(last) > NAME_MAX ||
	    directory_len >= PATH_MAX)
		return false;
	snprintf(name, NAME_MAX + 1, "%s", last);
	if (directory_len == 0)
		snprintf(directory, PATH_MAX, ".");
	else
		snprintf(directory, PATH_MAX, "%.*s", directory_len, path);
	return true;
}

static enum error
make_in(int directory_fd, int store_fd, const char *name, bool *made_out)
{
	char aside[NAME_MAX + 1];
	enum error err = ERR_IO;
	int fd = -1;
	int number;

	if (snprintf(aside, sizeof(aside), ".%s.making", name) >=
	    (int)sizeof(aside)) {
		errno = ENAMETOOLONG;
		return ERR_IO;
	}
	/* A maker that died may have left one. */
	unlinkat(directory_fd, aside, 0);
	fd = openat(directory_fd, aside, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_IO;

	err = write_aside(fd, store_fd);
	if (err == ERR_NONE &&
	    linkat(directory_fd, aside, directory_fd, name, 0) == 0)
		*made_out = true;
	else if (err == ERR_NONE && errno != EEXIST)
		err = ERR_IO;
	if (err == ERR_NONE && fsync(directory_fd) != 0)
		err = ERR_IO;

	number = errno;
	unlinkat(directory_fd, aside, 0);
	close(fd);
	errno = number;
	return err;
}

static enum error
write_aside(int fd, int store_fd)
{
	char text[PEPPER_TEXT_LEN + 1];
	struct ownership owner;
	struct pepper pepper;
	enum error err;

	pepper_make(&pepper);
	pepper_format(&pepper, text);
	err = write(fd, text, PEPPER_TEXT_LEN) == PEPPER_TEXT_LEN ?
	    ERR_NONE : ERR_IO;
	explicit_bzero(&pepper, sizeof(pepper));
	explicit_bzero(text, sizeof(text));

	if (err == ERR_NONE)
		err = ownership_read(store_fd, &owner);
	if (err == ERR_NONE)
		err = ownership_give(fd, &owner, PEPPER_FILE_MODE);
	if (err == ERR_NONE && fsync(fd) != 0)
		err = ERR_IO;
	return err;
}
