/* power_images.c - images of a store as cuts of power leave it, each checked.
 *
 * Usage: power_images LOG ROOT-INODE STORE FOLDER COUNT SEED
 *
 * LOG is what power_recorder.c wrote, of programs that worked in a folder with
 * this inode; STORE is the store's path in it.  About COUNT images are made in
 * FOLDER, one after another, at each of the log's records.  The last line on
 * stdout is what came of it; images that failed are kept.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../remove_tree.h"
#include "power_check.h"
#include "power_model.h"

enum {
	ARGUMENT_COUNT = 7,
	STATUS_FAILED = 2,
	CHECK_SECONDS = 60,
	FAILURES_MAX = 20,
	/* Recording into it takes as long as all else. */
	WRITTEN_EVERY = 4
};

struct log {
	const uint8_t *bytes;
	size_t len;
	size_t at;
};

struct run {
	const char *folder;
	const char *store;
	struct power_model *model;
	struct power_promises promises;
	uint64_t random;
	uint64_t image_count;
	uint64_t record_number;
	uint64_t failure_count;
	uint64_t point_count;
};

static struct log log_map(const char *path);
static const struct power_record *log_next(struct log *log,
    const uint8_t **bytes_out);
static uint64_t count_points(struct log log, uint64_t root);
static void make_images(struct run *run, uint64_t count);
static void make_image(struct run *run, enum power_fate fate);
static bool check_in_child(const struct run *run, const char *path);

int
main(int argc, char **argv)
{
	static struct run run;
	const struct power_record *record;
	const uint8_t *bytes;
	uint64_t points;
	uint64_t count;
	struct log log;

	if (argc != ARGUMENT_COUNT)
		errx(STATUS_FAILED, "usage: power_images LOG ROOT-INODE STORE "
		    "FOLDER COUNT SEED");
	log = log_map(argv[1]);
	run.store = argv[3];
	run.folder = argv[4];
	count = strtoull(argv[5], NULL, 10);
	run.random = strtoull(argv[6], NULL, 10);
	run.model = power_model_new();
	power_model_set_root(run.model, strtoull(argv[2], NULL, 10));

	points = count_points(log, strtoull(argv[2], NULL, 10));
	while (run.failure_count < FAILURES_MAX &&
	    (record = log_next(&log, &bytes)) != NULL) {
		power_model_take(run.model, record, bytes);
		power_promises_take(&run.promises, record);
		run.record_number++;
		if (!power_model_is_unsettled(run.model)) {
			make_image(&run, FATE_LOST);
			continue;
		}
		/* As evenly as whole numbers allow. */
		make_images(&run, (run.point_count + 1) * count / points -
		    run.point_count * count / points);
		run.point_count++;
	}
	power_model_free(run.model);
	printf("%" PRIu64 " images, %" PRIu64 " failed\n", run.image_count,
	    run.failure_count);
	return run.failure_count > 0;
}

static struct log
log_map(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *bytes;

	if (fd < 0 || fstat(fd, &status) != 0)
		err(STATUS_FAILED, "%s", path);
	bytes = mmap(NULL, (size_t)status.st_size + 1, PROT_READ, MAP_PRIVATE,
	    fd, 0);
	if (bytes == MAP_FAILED)
		err(STATUS_FAILED, "%s", path);
	close(fd);
	return (struct log){ bytes, (size_t)status.st_size, 0 };
}

static const struct power_record *
log_next(struct log *log, const uint8_t **bytes_out)
{
	static struct power_record record;

	if (log->len - log->at < sizeof(record))
		return NULL;
	memcpy(&record, log->bytes + log->at, sizeof(record));
	log->at += sizeof(record);
	if (record.bytes_len > log->len - log->at)
		errx(STATUS_FAILED, "the log is cut off");
	*bytes_out = log->bytes + log->at;
	log->at += record.bytes_len;
	return &record;
}

/* Where images can differ. */
static uint64_t
count_points(struct log log, uint64_t root)
{
	struct power_model *model = power_model_new();
	const struct power_record *record;
	const uint8_t *bytes;
	uint64_t points = 0;

	power_model_set_root(model, root);
	while ((record = log_next(&log, &bytes)) != NULL) {
		power_model_take(model, record, bytes);
		points += power_model_is_unsettled(model);
	}
	power_model_free(model);
	return points > 0 ? points : 1;
}

static void
make_images(struct run *run, uint64_t count)
{
	for (uint64_t i = 0; i < count && run->failure_count < FAILURES_MAX;
	    i++) {
		uint64_t fate = i;

		/* Each kind once; then more of those that differ. */
		if (i >= FATE_COUNT || count < FATE_COUNT)
			fate = count < FATE_COUNT ?
			    power_random(&run->random, FATE_COUNT) :
			    FATE_CUT + i % (FATE_COUNT - FATE_CUT);
		make_image(run, (enum power_fate)fate);
	}
}

static void
make_image(struct run *run, enum power_fate fate)
{
	char path[PATH_MAX];
	uint64_t random = run->random;

	snprintf(path, sizeof(path), "%s/image-%" PRIu64, run->folder,
	    run->image_count++);
	if (mkdir(path, 0770) != 0)
		err(STATUS_FAILED, "%s", path);
	power_model_write(run->model, path, fate, &run->random);
	if (check_in_child(run, path)) {
		remove_tree(path);
		return;
	}
	run->failure_count++;
	printf("%s: after record %" PRIu64 ", fate %d, random %" PRIu64
	    ": failed\n", path, run->record_number, (int)fate, random);
}

/* LMDB may abort, or a page be missing: then only the child ends. */
static bool
check_in_child(const struct run *run, const char *path)
{
	char store[2 * PATH_MAX];
	int status = 0;
	pid_t pid;

	snprintf(store, sizeof(store), "%s/%s", path, run->store);
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		err(STATUS_FAILED, "fork");
	if (pid == 0) {
		alarm(CHECK_SECONDS);
		_exit(power_check(store, &run->promises,
		    run->image_count % WRITTEN_EVERY == 0) ? 0 : 1);
	}
	if (waitpid(pid, &status, 0) != pid)
		err(STATUS_FAILED, "waitpid");
	if (WIFSIGNALED(status))
		fprintf(stderr, "ended by signal %d\n", WTERMSIG(status));
	return status == 0;
}
