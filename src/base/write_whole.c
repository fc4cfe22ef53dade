/* write_whole.c - write all bytes, however few a call takes. */
#include "base/write_whole.h"

#include <errno.h>
#include <unistd.h>

enum error
write_whole(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, bytes, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return ERR_IO;
		bytes += written;
		len -= (size_t)written;
	}
	return ERR_NONE;
}
