/* output.c - bytes to stdout, and none lost unnoticed. */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/write_whole.h"
#include "cli/complain.h"
#include "cli/pager.h"
#include "cli/screen.h"

/* Of stdout; there is one a process. */
static bool has_failed;
static bool has_reader_gone;	/* and it was free to go */
static bool may_reader_go;

/* What is written goes here. */
static int out_fd = STDOUT_FILENO;
/* Kept until it is more than a screen. */
static struct buffer held;
static bool is_held;

static enum error hold(const char *bytes, size_t len);
static enum error write_out(const char *bytes, size_t len);

enum error
output_write(const char *bytes, size_t len)
{
	if (has_failed || has_reader_gone)
		return ERR_IO;
	return is_held ? hold(bytes, len) : write_out(bytes, len);
}

void
output_page(void)
{
	is_held = out_fd == STDOUT_FILENO && pager_is_wanted();
}

/* When it is too much for a screen, a pager is started, and gets it. */
static enum error
hold(const char *bytes, size_t len)
{
	enum error err;

	buffer_add(&held, bytes, len);
	if (held.error == ERR_NONE && screen_holds(held.bytes, held.len))
		return ERR_NONE;
	is_held = false;
	out_fd = pager_start();
	if (out_fd == -1)
		out_fd = STDOUT_FILENO;
	else
		output_let_reader_go();
	err = output_buffer(&held);
	buffer_clear(&held);
	return err;
}

void
output_end(void)
{
	if (is_held) {
		is_held = false;
		(void)output_buffer(&held);
		buffer_clear(&held);
	}
	if (out_fd != STDOUT_FILENO)
		pager_end(out_fd);
	out_fd = STDOUT_FILENO;
}

static enum error
write_out(const char *bytes, size_t len)
{
	enum error err = write_whole(out_fd, bytes, len);

	if (err == ERR_NONE)
		return ERR_NONE;
	if (errno == EPIPE && may_reader_go)
		has_reader_gone = true;
	else
		has_failed = true;
	if (errno != EPIPE)
		complain("standard output: %s", strerror(errno));
	return err;
}

enum error
output_text(const char *text)
{
	return output_write(text, strlen(text));
}

enum error
output_buffer(struct buffer *buffer)
{
	enum error err = buffer->error;

	if (err == ERR_NONE)
		err = output_write(buffer->bytes, buffer->len);
	else
		complain("out of memory");
	buffer_reset(buffer);
	return err;
}

void
output_let_reader_go(void)
{
	may_reader_go = true;
}

bool
output_reader_has_gone(void)
{
	return has_reader_gone;
}

bool
output_is_whole(void)
{
	return !has_failed;
}

void
output_guard_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* Open it the wrong way round, so that use still fails. */
		int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
			continue;
		if (open("/dev/null", flags) != fd)
			abort();
	}
}
