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

/* Of stdout; there is one a process. */
static bool has_failed;
static bool has_reader_gone;	/* and it was free to go */
static bool may_reader_go;

enum error
output_write(const char *bytes, size_t len)
{
	enum error err;

	if (has_failed || has_reader_gone)
		return ERR_IO;
	err = write_whole(STDOUT_FILENO, bytes, len);
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
