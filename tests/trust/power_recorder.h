/* power_recorder.h - carries calls out, and logs what they do to files.
 *
 * Each as the call of that name, which power_calls.c is for the program.
 */
#ifndef TESTS_TRUST_POWER_RECORDER_H
#define TESTS_TRUST_POWER_RECORDER_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/uio.h>

ssize_t record_write(int fd, const struct iovec *parts, int count,
    off_t offset, bool is_placed);
/* number is that of the system call. */
int record_sync(int fd, long number);
int record_size(int fd, off_t size);
void record_size_least(int fd, off_t size);
int record_rename(int from_directory, const char *from, int to_directory,
    const char *to, unsigned int flags);
int record_removal(int directory, const char *path, int flags);
int record_mkdir(int directory, const char *path, mode_t mode);
int record_link(int from_directory, const char *from, int to_directory,
    const char *to, int flags);

#endif
