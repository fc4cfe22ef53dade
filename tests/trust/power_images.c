/* power_images.c - images of a store as cuts of power leave it, each checked.
 *
 * Usage: power_images LOG ROOT-INODE STORE FOLDER COUNT SEED
 *
 * LOG is what power_recorder.c wrote, of programs that worked in a folder with
 * this inode; STORE is the store's path in it.  About COUNT images are made in
 * FOLDER, one after another, at each of the log's records.  The last line on
 * stdout is what came of it; images that failed are kept.
 *
 * A child makes them and looks at them.  LMDB may abort, or a page be missing:
 * then it ends, as it does at every fault, and another one goes on behind that
 * image.  So what a process knows is from images that were whole.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
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
	WRITTEN_EVERY = 4,
	LARGE_BYTES = 128 * 1024
};

struct log {
	const uint8_t *bytes;
	size_t len;
	size_t at;
};

/* Shared with the child; of the image that it is at, or was. */
struct progress {
	uint64_t image_count;	/* with that one */
	uint64_t record_number;
	uint64_t random;
	enum power_fate fate;
};

/* One child's. */
struct run {
	const char *folder;
	const char *store;
	struct power_model *model;
	struct progress *progress;
	struct power_promises promises;
	uint64_t seed;
	uint64_t image_count;
	uint64_t record_number;
	uint64_t point_count;
};

static struct log log_map(const char *path);
static const struct power_record *log_next(struct log *log,
    const uint8_t **bytes_out);
static uint64_t count_points(struct log log, uint64_t root);
static bool run_in_child(struct run *run, struct log log, uint64_t root,
    uint64_t count, uint64_t points);
static void run_all(struct run *run, struct log log, uint64_t count,
    uint64_t points);
static void make_images(struct run *run, uint64_t count);
static void make_image(struct run *run, uint64_t place, uint64_t count);
static uint64_t mixed(uint64_t number);
static void check_image(struct run *run, const char *path);

int
main(int argc, char **argv)
{
	static struct run run;
	uint64_t failure_count = 0;
	uint64_t root;
	uint64_t count;
	uint64_t points;
	struct log log;

	if (argc != ARGUMENT_COUNT)
		errx(STATUS_FAILED, "usage: power_images LOG ROOT-INODE STORE "
		    "FOLDER COUNT SEED");
	log = log_map(argv[1]);
	root = strtoull(argv[2], NULL, 10);
	run.store = argv[3];
	run.folder = argv[4];
	count = strtoull(argv[5], NULL, 10);
	run.seed = strtoull(argv[6], NULL, 10);
	run.progress = mmap(NULL, sizeof(*run.progress),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run.progress == MAP_FAILED)
		err(STATUS_FAILED, "mmap");
	/* LMDB has 2 MiB of zeros made for each writer: from the kernel, and
	 * not by writing them. */
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);

	points = count_points(log, root);
	while (failure_count < FAILURES_MAX &&
	    !run_in_child(&run, log, root, count, points))
		failure_count++;
	printf("%" PRIu64 " images, %" PRIu64 " failed\n",
	    run.progress->image_count, failure_count);
	return failure_count > 0;
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

/* False at a fault.  A failure of the trial itself ends it. */
static bool
run_in_child(struct run *run, struct log log, uint64_t root, uint64_t count,
    uint64_t points)
{
	const struct progress *progress = run->progress;
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		err(STATUS_FAILED, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run->model = power_model_new();
		power_model_set_root(run->model, root);
		run_all(run, log, count, points);
		power_model_free(run->model);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		err(STATUS_FAILED, "waitpid");
	if (status == 0)
		return true;
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_FAILED)
		exit(STATUS_FAILED);
	if (WIFSIGNALED(status))
		fprintf(stderr, "ended by signal %d\n", WTERMSIG(status));
	printf("%s/image-%" PRIu64 ": after record %" PRIu64
	    ", fate %d, random %" PRIu64 ": failed\n", run->folder,
	    progress->image_count - 1, progress->record_number,
	    (int)progress->fate, progress->random);
	return false;
}

static void
run_all(struct run *run, struct log log, uint64_t count, uint64_t points)
{
	const struct power_record *record;
	const uint8_t *bytes;

	while ((record = log_next(&log, &bytes)) != NULL) {
		power_model_take(run->model, record, bytes);
		power_promises_take(&run->promises, record);
		run->record_number++;
		if (!power_model_is_unsettled(run->model)) {
			make_image(run, FATE_LOST, FATE_COUNT);
			continue;
		}
		/* As evenly as whole numbers allow. */
		make_images(run, (run->point_count + 1) * count / points -
		    run->point_count * count / points);
		run->point_count++;
	}
}

static void
make_images(struct run *run, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		make_image(run, i, count);
}

/* The one of so many at this place: each kind once; then more of those that
 * differ.  What is random is so by the image's number alone, and the same
 * whichever process makes it. */
static void
make_image(struct run *run, uint64_t place, uint64_t count)
{
	struct progress *progress = run->progress;
	uint64_t number = run->image_count++;
	uint64_t random = mixed(mixed(run->seed) + number);
	uint64_t fate = place;
	char path[PATH_MAX];

	if (number < progress->image_count)
		return;
	if (count < FATE_COUNT)
		fate = power_random(&random, FATE_COUNT);
	else if (place >= FATE_COUNT)
		fate = FATE_CUT + place % (FATE_COUNT - FATE_CUT);
	*progress = (struct progress){
		.image_count = run->image_count,
		.record_number = run->record_number,
		.random = random,
		.fate = (enum power_fate)fate,
	};
	snprintf(path, sizeof(path), "%s/image-%" PRIu64, run->folder, number);
	if (mkdir(path, 0770) != 0)
		err(STATUS_FAILED, "%s", path);
	power_model_write(run->model, path, progress->fate, &random);
	check_image(run, path);
	remove_tree(path);
}

/* SplitMix64. */
static uint64_t
mixed(uint64_t number)
{
	number += UINT64_C(0x9E3779B97F4A7C15);
	number = (number ^ number >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	number = (number ^ number >> 27) * UINT64_C(0x94D049BB133111EB);
	return number ^ number >> 31;
}

static void
check_image(struct run *run, const char *path)
{
	char store[2 * PATH_MAX];

	snprintf(store, sizeof(store), "%s/%s", path, run->store);
	alarm(CHECK_SECONDS);
	if (!power_check(store, &run->promises,
	    run->image_count % WRITTEN_EVERY == 0))
		_exit(1);
	alarm(0);
}
