/* replay.c - gives a target what its corpus keeps, without libFuzzer.
 *
 * Without arguments it prints TAP; with files as arguments it takes these, to
 * look closer at what a fuzzer found.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

enum { INPUT_BYTES_MAX = 1024 * 1024, INPUTS_MAX = 20000 };

/* Each from memory of its own size, so that a sanitizer sees its end. */
static void
replay(const char *path)
{
	static uint8_t bytes[INPUT_BYTES_MAX];
	FILE *file = fopen(path, "re");
	size_t len;
	uint8_t *own;

	if (file == NULL) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	own = malloc(len > 0 ? len : 1);
	if (own == NULL)
		exit(EXIT_FAILURE);
	memcpy(own, bytes, len);
	LLVMFuzzerTestOneInput(own, len);
	free(own);
}

static int
replay_folder(const char *folder)
{
	struct dirent **names;
	int count = scandir(folder, &names, NULL, alphasort);
	int replayed = 0;

	if (count < 0) {
		perror(folder);
		return 0;
	}
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX + NAME_MAX + 2];

		snprintf(path, sizeof(path), "%s/%s", folder,
		    names[i]->d_name);
		if (names[i]->d_name[0] != '.' && replayed < INPUTS_MAX) {
			/* The last one that is shown is the culprit. */
			printf("# %s\n", names[i]->d_name);
			fflush(stdout);
			replay(path);
			replayed++;
		}
		free(names[i]);
	}
	free(names);
	return replayed;
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	char folder[PATH_MAX];
	int count;

	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	if (argc > 1)
		return EXIT_SUCCESS;

	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
	    top == NULL ? "." : top, fuzz_target);
	printf("1..1\n");
	count = replay_folder(folder);
	printf("%s 1 - the corpus of %s breaks no promise: %d inputs\n",
	    count > 0 ? "ok" : "not ok", fuzz_target, count);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
