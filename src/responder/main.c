/* main.c - apitrail.fcgi: settings, then the front door that fits. */
#include <config.h>

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/settings.h"
#include "responder/cgi.h"
#include "responder/listener.h"
#include "responder/server.h"

#define PROGRAM "apitrail.fcgi"

enum { EXIT_USAGE = 2, PROCESS_UMASK = 0007 };

/* What getopt_long returns; settings count up from the last. */
enum option_code { OPTION_HELP = 256, OPTION_VERSION, OPTION_LISTEN,
	OPTION_SETTING };

enum { OPTIONS_OTHER = 3, OPTION_WIDTH = 28 };

struct arguments {
	const char *listen_path;	/* NULL when it was not given */
	const char *settings[SETTING_COUNT];
	bool is_help;
	bool is_version;
};

static void open_standard_files(void);
static bool read_arguments(int argc, char **argv, bool is_cgi,
    struct arguments *arguments);
static void take_option(int code, struct arguments *arguments);
static void print_help(void);
static enum error read_settings(const struct arguments *arguments,
    struct settings **settings_out, struct detail *detail);
static int run(const struct settings *settings, const char *listen_path);

int
main(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	struct settings *settings = NULL;
	struct detail detail = { "" };
	bool is_cgi = getenv("REQUEST_METHOD") != NULL;
	enum error err;
	int status;

	open_standard_files();
	umask(PROCESS_UMASK);
	/* Until the settings say where to. */
	(void)log_open(LOG_TO_STDERR, PROGRAM);

	/* A client's query never gives options; its other words do not
	 * matter. */
	if (is_cgi && cgi_arguments_are_foreign())
		argc = 1;
	if (!read_arguments(argc, argv, is_cgi, &arguments))
		return EXIT_USAGE;
	if (arguments.is_help) {
		print_help();
		return EXIT_SUCCESS;
	}
	if (arguments.is_version) {
		puts(PROGRAM " " PACKAGE_VERSION);
		return EXIT_SUCCESS;
	}

	err = read_settings(&arguments, &settings, &detail);
	if (err != ERR_NONE) {
		log_fact(LEVEL_ERROR, detail.text, NULL);
		settings_free(settings);
		return err == ERR_NO_MEMORY ? EXIT_FAILURE : EXIT_USAGE;
	}
	if (log_open((enum log_target)settings_number(settings, SETTING_LOG),
	    PROGRAM) != ERR_NONE)
		log_fact(LEVEL_WARNING, "journald does not listen, so lines "
		    "go to stderr", NULL);
	status = run(settings, arguments.listen_path);
	settings_free(settings);
	return status;
}

/* A closed stdout or stderr would give its number to a file of the store,
 * and log lines would be written into that. */
static void
open_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			_exit(EXIT_FAILURE);
}

static bool
read_arguments(int argc, char **argv, bool is_cgi,
    struct arguments *arguments)
{
	struct option options[OPTIONS_OTHER + SETTING_COUNT + 1] = {
		{ "help", no_argument, NULL, OPTION_HELP },
		{ "version", no_argument, NULL, OPTION_VERSION },
		{ "listen", required_argument, NULL, OPTION_LISTEN },
	};
	int code;

	for (int i = 0; i < SETTING_COUNT; i++)
		options[OPTIONS_OTHER + i] = (struct option){
			setting_option((enum setting)i), required_argument,
			NULL, OPTION_SETTING + i };

	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (code == '?')
			return false;
		take_option(code, arguments);
	}
	if (optind < argc && !is_cgi) {
		fprintf(stderr, PROGRAM ": unexpected argument \"%s\": "
		    "expected options only\n", argv[optind]);
		return false;
	}
	return true;
}

static void
take_option(int code, struct arguments *arguments)
{
	switch (code) {
	case OPTION_HELP:
		arguments->is_help = true;
		break;
	case OPTION_VERSION:
		arguments->is_version = true;
		break;
	case OPTION_LISTEN:
		arguments->listen_path = optarg;
		break;
	default:
		arguments->settings[code - OPTION_SETTING] = optarg;
		break;
	}
}

static void
print_help(void)
{
	puts("usage: " PROGRAM " [--listen PATH] [--SETTING VALUE ...]\n"
	    "\n"
	    "Answers GET /v1/events. Speaks FastCGI when fd 0 is a listening "
	    "socket, when\n"
	    "systemd passes one, or on a unix socket of its own; otherwise "
	    "it answers one\n"
	    "CGI request.\n");
	printf("  %-*s %s\n", OPTION_WIDTH, "--listen PATH",
	    "make a unix socket there and listen on it");
	for (int i = 0; i < SETTING_COUNT; i++) {
		char option[OPTION_WIDTH + 1];

		snprintf(option, sizeof(option), "--%s VALUE",
		    setting_option((enum setting)i));
		printf("  %-*s %s: %s\n", OPTION_WIDTH, option,
		    setting_variable((enum setting)i),
		    setting_meaning((enum setting)i));
	}
	printf("  %-*s %s\n", OPTION_WIDTH, "--help", "say this");
	printf("  %-*s %s\n", OPTION_WIDTH, "--version", "say the version");
}

static enum error
read_settings(const struct arguments *arguments,
    struct settings **settings_out, struct detail *detail)
{
	enum error err;

	err = settings_new((const char *const *)environ, settings_out,
	    detail);
	for (int i = 0; err == ERR_NONE && i < SETTING_COUNT; i++)
		if (arguments->settings[i] != NULL)
			err = settings_set(*settings_out, (enum setting)i,
			    arguments->settings[i], detail);
	return err;
}

static int
run(const struct settings *settings, const char *listen_path)
{
	struct listener listener;
	struct detail detail = { "" };
	enum error err;

	err = listener_open(listen_path, &listener, &detail);
	if (err == ERR_NONE && listener.fd >= 0)
		err = server_run(settings, &listener, &detail);
	else if (err == ERR_NONE && getenv("REQUEST_METHOD") != NULL)
		err = cgi_run(settings, &detail);
	else if (err == ERR_NONE)
		err = detail_set(&detail, ERR_MEANING, "fd 0 is no listening "
		    "socket, there is no --listen, and no REQUEST_METHOD in "
		    "the environment: see " PROGRAM " --help");
	listener_close(&listener);
	if (err == ERR_NONE)
		return EXIT_SUCCESS;
	log_fact(LEVEL_ERROR, detail.text, NULL);
	return err == ERR_MEANING ? EXIT_USAGE : EXIT_FAILURE;
}
