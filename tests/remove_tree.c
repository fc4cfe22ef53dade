/* remove_tree.c - remove a folder and all in it. */
#include "remove_tree.h"

#include <ftw.h>
#include <stdio.h>

enum { FOLDERS_OPEN_MAX = 16 };

static int remove_one(const char *path, const struct stat *status, int type,
    struct FTW *place);

void
remove_tree(const char *path)
{
	nftw(path, remove_one, FOLDERS_OPEN_MAX, FTW_DEPTH | FTW_PHYS);
}

static int
remove_one(const char *path, const struct stat *status, int type,
    struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}
