/* setting_rows.c - each setting's names, default and allowed values. */
#include "base/setting_rows.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"

enum {
	THREADS_MAX = 64,
	CONNECTIONS_MAX = 65536,
	PAGE_BYTES = 4096,
	TIMEOUT_MS_MIN = 100,
	TIMEOUT_MS_MAX = 10 * MINUTE_MS,
	NATS_REPLICAS_MAX = 5,	/* JetStream's own bound */
	PORT_MAX = 65535
};

static setting_check check_path;
static setting_check check_optional_path;
static setting_check check_base_url;
static setting_check check_prefix;
static setting_check check_threads;
static setting_check check_connections;
static setting_check check_map_size;
static setting_check check_retention;
static setting_check check_timeout;
static setting_check check_lockout;
static setting_check check_origin;
static setting_check check_log;
static setting_check check_access_log;
static setting_check check_sandbox;
static setting_check check_servers;
static setting_check check_replicas;

const struct setting_row setting_rows[SETTING_COUNT] = {
	[SETTING_STORE] = { "APITRAIL_STORE", "store",
	    LOCALSTATEDIR "/lib/apitrail", check_path,
	    "a directory's path", "directory of the store" },
	[SETTING_PEPPER] = { "APITRAIL_PEPPER", "pepper",
	    "", check_optional_path,
	    "a file's path",
	    "file of the secret that key digests are made with" },
	[SETTING_BASE_URL] = { "APITRAIL_BASE_URL", "base-url",
	    "", check_base_url,
	    "http:// or https:// and a host, without a final slash, query "
	    "or fragment", "what hrefs in answers begin with" },
	[SETTING_PREFIX] = { "APITRAIL_PREFIX", "prefix",
	    "", check_prefix,
	    "a path such as /api, without a final slash",
	    "path under which the web server mounts the API" },
	[SETTING_THREADS] = { "APITRAIL_THREADS", "threads",
	    "", check_threads,
	    "a whole number from 1 to 64",
	    "event loops of one responder process" },
	[SETTING_CONNECTIONS] = { "APITRAIL_CONNECTIONS", "connections",
	    "4096", check_connections,
	    "a whole number from 1 to 65536",
	    "connections that one responder process holds at once" },
	[SETTING_MAP_SIZE] = { "APITRAIL_MAP_SIZE", "map-size",
	    "64G", check_map_size,
	    "a size from 1M to 16T, a multiple of 4K, such as 64G",
	    "upper bound of the store" },
	[SETTING_RETENTION] = { "APITRAIL_RETENTION", "retention",
	    "24h", check_retention,
	    "a duration from 1s to 24h, such as 12h",
	    "how long events are readable" },
	[SETTING_TIMEOUT] = { "APITRAIL_TIMEOUT", "timeout",
	    "30s", check_timeout,
	    "a duration from 100ms to 10m, such as 30s",
	    "how long a peer may take to send a request or take an answer" },
	[SETTING_LOCKOUT] = { "APITRAIL_LOCKOUT", "lockout",
	    "10/60s", check_lockout,
	    "off, or a count from 1 to 1000 and a duration from 1s to 24h, "
	    "such as 10/60s",
	    "failed keys per address and time before it is locked out" },
	[SETTING_CORS_ORIGIN] = { "APITRAIL_CORS_ORIGIN", "cors-origin",
	    "", check_origin,
	    "* or an origin such as https://app.example.com",
	    "origin that browsers may call from" },
	[SETTING_LOG] = { "APITRAIL_LOG", "log",
	    "stderr", check_log,
	    "stderr, syslog or journald",
	    "where log lines go" },
	[SETTING_ACCESS_LOG] = { "APITRAIL_ACCESS_LOG", "access-log",
	    "off", check_access_log,
	    "off, or a file's path that begins with /",
	    "file that gets a line a request" },
	[SETTING_SANDBOX] = { "APITRAIL_SANDBOX", "sandbox",
	    "on", check_sandbox,
	    "on, off or required",
	    "whether responder and recorder give up what they do not need" },
	[SETTING_NATS_URL] = { "APITRAIL_NATS_URL", "nats-url",
	    "", check_servers,
	    "servers with commas between, each nats:// or tls:// and a host, "
	    "such as tls://a.example.com:4222",
	    "NATS servers through which several machines share one log" },
	[SETTING_NATS_CREDS] = { "APITRAIL_NATS_CREDS", "nats-creds",
	    "", check_optional_path,
	    "a file's path",
	    "file of the credentials for the NATS servers" },
	[SETTING_NATS_CA] = { "APITRAIL_NATS_CA", "nats-ca",
	    "", check_optional_path,
	    "a file's path",
	    "file of the certificates that NATS servers' are checked by" },
	[SETTING_NATS_REPLICAS] = { "APITRAIL_NATS_REPLICAS", "nats-replicas",
	    "3", check_replicas,
	    "a whole number from 1 to 5",
	    "NATS servers that each keep the log" },
};

static bool
check_path(const char *text, int64_t *number_out)
{
	(void)number_out;
	return text[0] != '\0';
}

static bool
check_optional_path(const char *text, int64_t *number_out)
{
	(void)text;
	(void)number_out;
	return true;
}

/* A scheme, then characters of RFC 3986 that need no quoting anywhere. */
static bool
is_url(const char *text, const char *allowed)
{
	size_t scheme_len;

	if (strncmp(text, "https://", strlen("https://")) == 0)
		scheme_len = strlen("https://");
	else if (strncmp(text, "http://", strlen("http://")) == 0)
		scheme_len = strlen("http://");
	else
		return false;
	text += scheme_len;
	/* Nothing is of no set, so there is a last character. */
	return text_is_of_set(text, strlen(text), allowed) &&
	    text[0] != '/' && text[strlen(text) - 1] != '/';
}

static bool
check_base_url(const char *text, int64_t *number_out)
{
	(void)number_out;
	return text[0] == '\0' ||
	    is_url(text, TEXT_ALNUM "-._~%!$&()*+,;=:@/[]");
}

static bool
check_origin(const char *text, int64_t *number_out)
{
	(void)number_out;
	return text[0] == '\0' || strcmp(text, "*") == 0 ||
	    is_url(text, TEXT_ALNUM "-._~:[]");
}

static bool
check_prefix(const char *text, int64_t *number_out)
{
	size_t text_len = strlen(text);

	(void)number_out;
	return text_len == 0 ||
	    (text[0] == '/' && text[text_len - 1] != '/' &&
	    text_is_of_set(text, text_len, TEXT_ALNUM "-._~!$&()*+,;=:@/"));
}

static bool
check_count(const char *text, int64_t max, int64_t *number_out)
{
	return text_is_of(text, strlen(text), CLASS_DIGIT) &&
	    text_parse_int64(text, strlen(text), number_out) == ERR_NONE &&
	    *number_out >= 1 && *number_out <= max;
}

static bool
check_threads(const char *text, int64_t *number_out)
{
	long cores;

	if (text[0] != '\0')
		return check_count(text, THREADS_MAX, number_out);
	cores = sysconf(_SC_NPROCESSORS_ONLN);
	if (cores < 1)
		cores = 1;
	*number_out = cores > THREADS_MAX ? THREADS_MAX : cores;
	return true;
}

static bool
check_connections(const char *text, int64_t *number_out)
{
	return check_count(text, CONNECTIONS_MAX, number_out);
}

static bool
check_map_size(const char *text, int64_t *number_out)
{
	return text_parse_size(text, number_out) == ERR_NONE &&
	    *number_out >= INT64_C(1) << 20 &&
	    *number_out <= INT64_C(1) << 44 &&
	    *number_out % PAGE_BYTES == 0;
}

static bool
check_retention(const char *text, int64_t *number_out)
{
	return text_parse_duration(text, number_out) == ERR_NONE &&
	    *number_out >= SECOND_MS && *number_out <= DAY_MS;
}

static bool
check_timeout(const char *text, int64_t *number_out)
{
	return text_parse_duration(text, number_out) == ERR_NONE &&
	    *number_out >= TIMEOUT_MS_MIN &&
	    *number_out <= TIMEOUT_MS_MAX;
}

static bool
check_lockout(const char *text, int64_t *number_out)
{
	int64_t window_ms;

	*number_out = 0;
	if (strcmp(text, "off") == 0)
		return true;
	return text_parse_rate(text, number_out, &window_ms) == ERR_NONE &&
	    *number_out >= 1 && *number_out <= LOCKOUT_FAILURES_MAX &&
	    window_ms >= SECOND_MS && window_ms <= LOCKOUT_WINDOW_MS_MAX;
}

static bool
check_log(const char *text, int64_t *number_out)
{
	enum log_target target;
	enum error err = log_target_parse(text, &target, NULL);

	*number_out = target;
	return err == ERR_NONE;
}

static bool
check_access_log(const char *text, int64_t *number_out)
{
	*number_out = text[0] == '/';
	return text[0] == '/' || strcmp(text, "off") == 0;
}

static bool
check_sandbox(const char *text, int64_t *number_out)
{
	static const char *const modes[] = {
		[SANDBOX_ON]       = "on",
		[SANDBOX_OFF]      = "off",
		[SANDBOX_REQUIRED] = "required",
	};

	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		if (strcmp(text, modes[i]) != 0)
			continue;
		*number_out = (int64_t)i;
		return true;
	}
	return false;
}

static bool
is_port(const char *text, size_t text_len)
{
	int64_t port;

	return text_is_of(text, text_len, CLASS_DIGIT) &&
	    text_parse_int64(text, text_len, &port) == ERR_NONE &&
	    port >= 1 && port <= PORT_MAX;
}

/* A name or an address, and perhaps a port; IPv6 in brackets. */
static bool
is_host(const char *text, size_t text_len)
{
	const char *end = text + text_len;
	const char *port;

	if (text_len > 0 && text[0] == '[') {
		const char *bracket = memchr(text, ']', text_len);

		if (bracket == NULL)
			return false;
		port = bracket + 1;
		text++;
		if (!text_is_of_set(text, (size_t)(bracket - text),
		    TEXT_ALNUM ":.%"))
			return false;
	} else {
		port = memchr(text, ':', text_len);
		if (port == NULL)
			port = end;
		if (!text_is_of(text, (size_t)(port - text),
		    CLASS_ALNUM | CLASS_DOT | CLASS_DASH | CLASS_UNDERSCORE))
			return false;
	}
	return port == end ||
	    (*port == ':' && is_port(port + 1, (size_t)(end - port - 1)));
}

/* What may come before the host is the user's, with or without a password,
 * or a token, in characters of RFC 3986. */
static bool
is_server(const char *text, size_t text_len)
{
	static const char *const schemes[] = { "nats://", "tls://" };
	const char *at;

	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		size_t scheme_len = strlen(schemes[i]);

		if (text_len < scheme_len ||
		    strncmp(text, schemes[i], scheme_len) != 0)
			continue;
		text += scheme_len;
		text_len -= scheme_len;
		at = memchr(text, '@', text_len);
		if (at == NULL)
			return is_host(text, text_len);
		return text_is_of_set(text, (size_t)(at - text),
		    TEXT_ALNUM "-._~%!$&'()*+;=:") &&
		    is_host(at + 1, text_len - (size_t)(at + 1 - text));
	}
	return false;
}

static bool
check_servers(const char *text, int64_t *number_out)
{
	(void)number_out;
	if (text[0] == '\0')
		return true;
	for (;;) {
		size_t server_len = strcspn(text, ",");

		if (!is_server(text, server_len))
			return false;
		if (text[server_len] == '\0')
			return true;
		text += server_len + 1;
	}
}

static bool
check_replicas(const char *text, int64_t *number_out)
{
	return check_count(text, NATS_REPLICAS_MAX, number_out);
}
