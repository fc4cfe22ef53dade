/* api_recorder.c - what comes back for a POST: of a recorder, or made up. */
#include "api_recorder.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/settings.h"
#include "record/client.h"
#include "record/recorder_socket.h"
#include "recorder/recorder.h"
#include "suite.h"

enum { START_MS_MAX = 10000, ANSWER_MS_MAX = 10000, STEP_US = 2000 };

static record_client_answered take_reply;

pid_t
recorder_start(const struct fixture *fixture)
{
	const char *store = settings_text(fixture->settings, SETTING_STORE);
	pid_t parent = getpid();
	pid_t recorder = fork();
	int fd = -1;

	ck_assert_int_ge(recorder, 0);
	if (recorder == 0) {
		struct detail detail = { "" };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent ||
		    recorder_run(fixture->settings, &detail) != ERR_NONE)
			fprintf(stderr, "%s\n", detail.text);
		_exit(0);
	}
	for (int i = 0; i < START_MS_MAX * 1000 / STEP_US; i++) {
		if (recorder_socket_connect(store, &fd) == ERR_NONE)
			break;
		usleep(STEP_US);
	}
	ck_assert_int_ge(fd, 0);
	close(fd);
	return recorder;
}

void
recorder_stop(pid_t recorder)
{
	int status;

	ck_assert_int_eq(kill(recorder, SIGTERM), 0);
	ck_assert_int_eq(waitpid(recorder, &status, 0), recorder);
	ck_assert_int_eq(status, 0);
}

void
recorder_ask(struct fixture *fixture, const struct ask *ask)
{
	const char *store = settings_text(fixture->settings, SETTING_STORE);
	struct ask post = *ask;
	enum error err;

	if (post.method == NULL)
		post.method = "POST";
	fixture_ask(fixture, &post);
	if (fixture->response.need != NEED_RECORDER)
		return;
	err = record_client_call(store, &fixture->response.message,
	    ANSWER_MS_MAX, take_reply, fixture);
	if (err != ERR_NONE)
		recorder_fail(fixture, err);
}

static void
take_reply(void *asker, enum error err, const struct message_reply *reply,
    struct buffer *message)
{
	struct fixture *fixture = (struct fixture *)asker;

	answer_recorded(fixture->service, &fixture->response, err, reply,
	    message);
}

void
recorder_reply(struct fixture *fixture, enum message_outcome outcome,
    size_t place_count, int64_t first_ms)
{
	struct cursor *places = calloc(RECORD_EVENTS_MAX, sizeof(*places));
	struct message_reply reply;
	struct buffer sent;

	for (size_t i = 0; i < place_count; i++) {
		places[i].stored_at_ms = first_ms + (int64_t)i;
		snprintf(places[i].id, sizeof(places[i].id), "%021zu", i);
	}
	buffer_init(&sent, 0);
	message_add_reply(&sent, 1, outcome, places, place_count);
	ck_assert_int_eq(message_read_reply(sent.bytes, sent.len, &reply),
	    ERR_NONE);
	answer_recorded(fixture->service, &fixture->response, ERR_NONE,
	    &reply, &fixture->response.message);
	buffer_clear(&sent);
	free(places);
}

void
recorder_fail(struct fixture *fixture, enum error err)
{
	answer_recorded(fixture->service, &fixture->response, err, NULL,
	    NULL);
}
