/* request.c - apitrail request: one request, answered by CGI. */
#include <config.h>

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/settings.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/cgi_answer.h"
#include "cli/cgi_environment.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/input.h"
#include "cli/request_target.h"
#include "cli/responder_child.h"
#include "cli/session.h"
#include "cli/spool.h"
#include "model/api_key.h"

enum {
	KEY_FILE_BYTES_MAX = 4096,
	/* Far more than is taken, so that a refusal can be seen too. */
	REQUEST_BODY_BYTES_MAX = 64 * 1024 * 1024,
	FAIL_STATUS_MIN = 400
};

#define TOKEN TEXT_ALNUM "!#$%&'*+-.^_`|~"

static enum error read_words(const struct arguments *arguments,
    struct cgi_environment *environment);
static bool is_stdin(const struct arguments *arguments,
    enum option_name option);
static enum error add_fields(const struct arguments *arguments,
    struct cgi_environment *environment);
static enum error add_field(const struct arguments *arguments,
    struct cgi_environment *environment, const char *field);
static enum error add_key(const struct arguments *arguments,
    struct cgi_environment *environment);
static enum error open_body(const struct arguments *arguments,
    struct cgi_environment *environment, int *fd_out);
static enum status send_request(const struct arguments *arguments,
    const struct cgi_environment *environment, int body_fd);

enum status
run_request(const struct arguments *arguments)
{
	struct cgi_environment environment;
	enum status status = STATUS_FAILED;
	int body_fd = -1;
	enum error err;

	cgi_environment_init(&environment, (const char *const *)environ);
	err = read_words(arguments, &environment);
	if (err == ERR_NONE)
		err = add_fields(arguments, &environment);
	if (err != ERR_NONE) {
		if (err != ERR_NO_MEMORY)
			status = STATUS_USAGE;
		goto out;
	}
	err = add_key(arguments, &environment);
	if (err == ERR_NONE)
		err = open_body(arguments, &environment, &body_fd);
	if (err == ERR_NONE && environment.error != ERR_NONE) {
		err = environment.error;
		if (err == ERR_NO_MEMORY)
			complain("out of memory");
		else
			complain("too many variables or headers: "
			    "at most %d are allowed", CGI_VARIABLES_MAX);
	}
	if (err == ERR_NONE)
		status = send_request(arguments, &environment, body_fd);
out:
	input_close(body_fd);
	cgi_environment_clear(&environment);
	return status;
}

/* What a web server knows by itself, and from the request's first line. */
static enum error
read_words(const struct arguments *arguments,
    struct cgi_environment *environment)
{
	static const char *const fixed[][2] = {
		{ "GATEWAY_INTERFACE", "CGI/1.1" },
		{ "SERVER_SOFTWARE", "apitrail" },
		{ "SERVER_PROTOCOL", "HTTP/1.1" },
		/* A server of no name: the Host field says it. */
		{ "SERVER_NAME", "_" },
		{ "SERVER_PORT", "80" },
		{ "REQUEST_SCHEME", "http" },
		{ "REMOTE_ADDR", "127.0.0.1" },
		{ "PATH_INFO", "" },
		{ "CONTENT_LENGTH", "" },
		{ "CONTENT_TYPE", "" },
	};
	const char *method = arguments_have(arguments, OPTION_DATA) ?
	    "POST" : "GET";
	const char *target = arguments->operands[0];

	if (is_stdin(arguments, OPTION_KEY_FILE) &&
	    is_stdin(arguments, OPTION_DATA)) {
		arguments_complain(arguments, "--key-file and --data cannot "
		    "both be standard input");
		return ERR_MEANING;
	}
	if (arguments->operand_count == 2) {
		method = arguments->operands[0];
		target = arguments->operands[1];
	}
	if (!text_is_of_set(method, strlen(method), TOKEN)) {
		arguments_complain(arguments,
		    "METHOD: expected a method such as GET");
		return ERR_SYNTAX;
	}
	for (size_t i = 0; i < COUNT_OF(fixed); i++)
		cgi_environment_set(environment, fixed[i][0], fixed[i][1]);
	cgi_environment_set(environment, "REQUEST_METHOD", method);
	for (size_t i = 0; i < arguments->given_count; i++) {
		const struct given *given = &arguments->given[i];

		if (given->is_setting)
			cgi_environment_set(environment, setting_variable(
			    (enum setting)given->number), given->text);
	}
	return request_target_read(arguments, target, environment);
}

static bool
is_stdin(const struct arguments *arguments, enum option_name option)
{
	const char *name = arguments_text(arguments, option, 0);

	return name != NULL && strcmp(name, "-") == 0;
}

static enum error
add_fields(const struct arguments *arguments,
    struct cgi_environment *environment)
{
	static const char *const initial[][2] = {
		{ "HTTP_HOST", "localhost" },
		{ "HTTP_ACCEPT", "*/*" },
		{ "HTTP_USER_AGENT", "apitrail/" PACKAGE_VERSION },
	};
	const char *field;

	for (size_t i = 0; (field = arguments_text(arguments, OPTION_HEADER,
	    i)) != NULL; i++) {
		enum error err = add_field(arguments, environment, field);

		if (err != ERR_NONE)
			return err;
	}
	for (size_t i = 0; i < COUNT_OF(initial); i++)
		if (!cgi_environment_has(environment, initial[i][0]))
			cgi_environment_set(environment, initial[i][0],
			    initial[i][1]);
	return ERR_NONE;
}

static enum error
add_field(const struct arguments *arguments,
    struct cgi_environment *environment, const char *field)
{
	size_t name_len = strcspn(field, ":");
	const char *value = field + name_len + 1;
	struct quoted quoted;

	/* Before all else, as the field may not be shown then. */
	if (cgi_environment_is_key(field, name_len)) {
		arguments_complain(arguments, "--header: an API key on the "
		    "command line can be seen by every user of this machine; "
		    "give --key-file");
		return ERR_MEANING;
	}
	if (field[name_len] != ':' ||
	    !text_is_of_set(field, name_len, TOKEN)) {
		quoted = quote(field, name_len);
		arguments_complain(arguments,
		    "--header: expected 'Name: value', got the name %s",
		    quoted.text);
		return ERR_SYNTAX;
	}
	value += strspn(value, " \t");
	for (const char *c = value; *c != '\0'; c++) {
		if (*c != '\t' && iscntrl((unsigned char)*c)) {
			arguments_complain(arguments, "--header: %.*s: "
			    "control characters are not allowed",
			    (int)name_len, field);
			return ERR_SYNTAX;
		}
	}
	cgi_environment_add_field(environment, field, name_len, value);
	return ERR_NONE;
}

/* The file's first line is the key. */
static enum error
add_key(const struct arguments *arguments, struct cgi_environment *environment)
{
	const char *name = arguments_text(arguments, OPTION_KEY_FILE, 0);
	char text[KEY_FILE_BYTES_MAX + 1];
	struct stat stat;
	ssize_t len;
	int fd;
	enum error err;

	if (name == NULL)
		return ERR_NONE;
	err = input_open(name, &fd, &stat);
	if (err != ERR_NONE)
		return err;
	len = read(fd, text, KEY_FILE_BYTES_MAX);
	input_close(fd);
	if (len <= 0) {
		complain("%s: expected an API key, got nothing", name);
		return ERR_IO;
	}
	text[len] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	cgi_environment_set(environment, "HTTP_X_API_KEY", text);
	explicit_bzero(text, sizeof(text));
	return ERR_NONE;
}

static enum error
open_body(const struct arguments *arguments,
    struct cgi_environment *environment, int *fd_out)
{
	const char *name = arguments_text(arguments, OPTION_DATA, 0);
	char length[sizeof("-9223372036854775808")];
	struct stat stat;
	int fd;
	enum error err;

	err = input_open(name != NULL ? name : "/dev/null", &fd, &stat);
	if (err != ERR_NONE)
		return err;
	if (name == NULL) {
		*fd_out = fd;
		return ERR_NONE;
	}
	/* A web server knows the length before it begins. */
	err = spool_copy(fd, name, REQUEST_BODY_BYTES_MAX, fd_out);
	input_close(fd);
	if (err != ERR_NONE)
		return err;
	if (fstat(*fd_out, &stat) != 0)
		return ERR_IO;
	snprintf(length, sizeof(length), "%jd", (intmax_t)stat.st_size);
	if (!cgi_environment_has(environment, "CONTENT_LENGTH"))
		cgi_environment_set(environment, "CONTENT_LENGTH", length);
	if (!cgi_environment_has(environment, "CONTENT_TYPE"))
		cgi_environment_set(environment, "CONTENT_TYPE",
		    "application/json");
	return ERR_NONE;
}

static enum status
send_request(const struct arguments *arguments,
    const struct cgi_environment *environment, int body_fd)
{
	unsigned int http_status = 0;
	pid_t child = -1;
	int answer_fd;
	enum error err, end_err;

	err = responder_child_start(body_fd, environment->variables, &child,
	    &answer_fd);
	if (err != ERR_NONE)
		return STATUS_FAILED;
	err = cgi_answer_show(answer_fd, &http_status);
	close(answer_fd);
	end_err = responder_child_end(child, err != ERR_NONE);
	if (err != ERR_NONE || end_err != ERR_NONE)
		return STATUS_FAILED;
	if (arguments_have(arguments, OPTION_FAIL) &&
	    http_status >= FAIL_STATUS_MIN)
		return STATUS_FAILED;
	return STATUS_DONE;
}
