/* fcgi.c - libfcgi, kept away from sockets. */
#include "responder/fcgi.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

/*
 * The number that stands for our memory where libfcgi wants a connection.
 * No file has it, so whatever else libfcgi does with it fails with EBADF.
 */
enum { NO_CONNECTION = INT_MAX };

enum { PARAMS_CONTENT_MAX = 0xfff8 };

/* What libfcgi is to read: BEGIN_REQUEST, the pairs in PARAMS records, and
 * their end.  The rest of a request it need not see. */
struct source {
	uint8_t record[sizeof(FCGI_BeginRequestRecord)];
	size_t record_len;
	size_t record_used;
	const char *pairs;
	size_t content_left;	/* of pairs, in the record under way */
	size_t pairs_left;	/* of pairs, in all */
	bool is_ended;		/* the empty PARAMS record was made */
	/* Where libfcgi has read it into, to be wiped; NULL once freed. */
	char *copy;
	size_t copy_len;
};

struct fcgi {
	FCGX_Request request;
	struct source source;
};

/* From where OS_Read reads in this thread. */
static _Thread_local struct source *current;

/* The same as in fcgios.h, whose configuration macros we do not want. */
int OS_Read(int fd, char *bytes, size_t size);
int OS_Write(int fd, char *bytes, size_t len);

static void wipe(struct fcgi *fcgi);
static void source_begin(struct source *source, const struct buffer *pairs);
static void source_next_header(struct source *source);
static size_t source_read(struct source *source, char *bytes, size_t size);

enum error
fcgi_start(struct detail *detail)
{
	static const char probe[] = "\4\5NAMEvalue";
	struct buffer pairs;
	struct fcgi *fcgi = NULL;
	const char *const *params = NULL;
	bool is_well;
	enum error err;

	buffer_init(&pairs, 0);
	if (FCGX_Init() != 0)
		return detail_set(detail, ERR_IO, "libfcgi does not start");

	buffer_add(&pairs, probe, sizeof(probe) - 1);
	err = pairs.error;
	if (err == ERR_NONE)
		err = fcgi_new(&fcgi);
	if (err != ERR_NONE) {
		detail_set(detail, err, "out of memory");
		goto out;
	}
	err = fcgi_begin(fcgi, &pairs, &params);
	is_well = err == ERR_NONE && strcmp(params[0],
	    "FCGI_ROLE=RESPONDER") == 0 && params[1] != NULL &&
	    strcmp(params[1], "NAME=value") == 0 && params[2] == NULL;
	fcgi_end(fcgi);
	if (!is_well)
		err = detail_set(detail, ERR_IO, "libfcgi does not read "
		    "through this program's OS_Read: one is needed that was "
		    "not linked with -Bsymbolic");
out:
	fcgi_free(fcgi);
	buffer_clear(&pairs);
	return err;
}

enum error
fcgi_new(struct fcgi **fcgi_out)
{
	struct fcgi *fcgi = calloc(1, sizeof(*fcgi));

	*fcgi_out = fcgi;
	if (fcgi == NULL)
		return ERR_NO_MEMORY;
	/* Without a listening socket it cannot accept on its own. */
	FCGX_InitRequest(&fcgi->request, -1, FCGI_FAIL_ACCEPT_ON_INTR);
	return ERR_NONE;
}

void
fcgi_free(struct fcgi *fcgi)
{
	free(fcgi);
}

enum error
fcgi_begin(struct fcgi *fcgi, const struct buffer *pairs,
    const char *const **params_out)
{
	int status;

	*params_out = NULL;
	source_begin(&fcgi->source, pairs);
	/* An open, kept connection: FCGX_Accept_r takes the next request
	 * from it and neither accepts nor closes. */
	fcgi->request.ipcFd = NO_CONNECTION;
	fcgi->request.keepConnection = 1;
	current = &fcgi->source;
	status = FCGX_Accept_r(&fcgi->request);
	current = NULL;
	if (status != 0) {
		fcgi->source.copy = NULL;
		return ERR_IO;
	}
	*params_out = (const char *const *)fcgi->request.envp;
	return ERR_NONE;
}

void
fcgi_end(struct fcgi *fcgi)
{
	wipe(fcgi);
	/* 0: it frees what it allocated, without writing or closing. */
	FCGX_Free(&fcgi->request, 0);
}

/* A key that was among the params is not to lie in freed memory. */
static void
wipe(struct fcgi *fcgi)
{
	if (fcgi->source.copy == NULL)
		return;
	explicit_bzero(fcgi->source.copy, fcgi->source.copy_len);
	fcgi->source.copy = NULL;
	for (char **param = fcgi->request.envp; *param != NULL; param++)
		explicit_bzero(*param, strlen(*param));
}

int
OS_Read(int fd, char *bytes, size_t size)
{
	if (fd != NO_CONNECTION || current == NULL) {
		errno = EBADF;
		return -1;
	}
	if (size > INT_MAX)
		size = INT_MAX;
	size = source_read(current, bytes, size);
	/* It is the same memory every time. */
	current->copy = bytes;
	if (size > current->copy_len)
		current->copy_len = size;
	return (int)size;
}

/* What libfcgi writes is for nobody: we answer the web server ourselves. */
int
OS_Write(int fd, char *bytes, size_t len)
{
	(void)fd;
	(void)bytes;
	return len > INT_MAX ? INT_MAX : (int)len;
}

static void
source_begin(struct source *source, const struct buffer *pairs)
{
	static const FCGI_BeginRequestRecord begin = {
		.header = { .version = FCGI_VERSION_1,
		    .type = FCGI_BEGIN_REQUEST, .requestIdB0 = 1,
		    .contentLengthB0 = sizeof(begin.body) },
		.body = { .roleB0 = FCGI_RESPONDER,
		    .flags = FCGI_KEEP_CONN },
	};

	memcpy(source->record, &begin, sizeof(begin));
	source->record_len = sizeof(begin);
	source->record_used = 0;
	source->pairs = pairs->bytes;
	source->content_left = 0;
	source->pairs_left = pairs->len;
	source->is_ended = false;
	source->copy = NULL;
	source->copy_len = 0;
}

static size_t
source_read(struct source *source, char *bytes, size_t size)
{
	size_t len = 0;

	while (len < size) {
		size_t part = source->record_len - source->record_used;
		bool is_content = part == 0;

		if (is_content)
			part = source->content_left;
		if (part == 0) {
			if (source->is_ended)
				break;
			source_next_header(source);
			continue;
		}
		if (part > size - len)
			part = size - len;
		if (is_content) {
			memcpy(bytes + len, source->pairs, part);
			source->pairs += part;
			source->content_left -= part;
			source->pairs_left -= part;
		} else {
			memcpy(bytes + len,
			    source->record + source->record_used, part);
			source->record_used += part;
		}
		len += part;
	}
	return len;
}

static void
source_next_header(struct source *source)
{
	size_t content_len = source->pairs_left < PARAMS_CONTENT_MAX ?
	    source->pairs_left : PARAMS_CONTENT_MAX;
	FCGI_Header header = {
		.version = FCGI_VERSION_1,
		.type = FCGI_PARAMS,
		.requestIdB0 = 1,
		.contentLengthB1 = (uint8_t)(content_len >> 8),
		.contentLengthB0 = (uint8_t)content_len,
	};

	memcpy(source->record, &header, sizeof(header));
	source->record_len = sizeof(header);
	source->record_used = 0;
	source->content_left = content_len;
	source->is_ended = content_len == 0;
}
