/* usual.c - the FastCGI responder that libfcgi's own examples show.
 *
 *   usual SOCKET FILE
 *
 * Listens at SOCKET and answers every request with what FILE holds: threads,
 * each of which accepts a request, writes the answer as a string and finishes.
 * A thread of it stays with its connection as long as that is kept, so that a
 * web server must not keep them: others would wait for ever.
 */
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "answer_file.h"

enum { THREADS = 4, BACKLOG = 1024 };

static struct answer answer;
static int listen_fd;

static void *serve(void *arg);

int
main(int argc, char **argv)
{
	pthread_t threads[THREADS];

	if (argc != 3) {
		fputs("usage: usual SOCKET FILE\n", stderr);
		return 2;
	}
	/* A web server may give up at any time. */
	signal(SIGPIPE, SIG_IGN);
	answer = answer_read(argv[2]);
	if (FCGX_Init() != 0)
		answer_fail("FCGX_Init");
	listen_fd = FCGX_OpenSocket(argv[1], BACKLOG);
	if (listen_fd < 0)
		answer_fail(argv[1]);
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, serve, NULL) != 0)
			answer_fail("thread");
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static void *
serve(void *arg)
{
	FCGX_Request request;

	if (FCGX_InitRequest(&request, listen_fd, 0) != 0)
		answer_fail("FCGX_InitRequest");
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_PutStr(answer.bytes, (int)answer.len, request.out);
		FCGX_Finish_r(&request);
	}
	return arg;
}
