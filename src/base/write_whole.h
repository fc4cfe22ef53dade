/* write_whole.h - write all bytes, however few a call takes. */
#ifndef BASE_WRITE_WHOLE_H
#define BASE_WRITE_WHOLE_H

#include <stddef.h>

#include "base/error.h"

/* To a descriptor that blocks.  ERR_IO with errno set: some may have been
 * written. */
enum error write_whole(int fd, const char *bytes, size_t len);

#endif
