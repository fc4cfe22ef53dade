/* doctor_web.c - whether the web server answers, and with the responder. */
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/curl.h"
#include "cli/doctor.h"

enum {
	NAME_SIZE = 256,
	PORT_SIZE = 6,
	HEAD_SIZE = 8192,
	ANSWER_SECONDS = 5,
	STATUS_OFFSET = sizeof("HTTP/1.1 ") - 1
};

#define SCHEME "http://"
#define TLS_SCHEME "https://"

struct url {
	bool has_tls;
	char host[NAME_SIZE];
	char port[PORT_SIZE];
	const char *text;	/* all of it */
	const char *path;	/* from its slash on, or where that would be */
	int path_len;		/* without a slash at its end */
};

static bool read_url(const char *text, struct url *url_out);
static void ask_over_tls(struct doctor *doctor, const struct url *url);
static void tell_of_tls(struct doctor *doctor, const char *url, int status,
    const char *reason);
static void ask_plainly(struct doctor *doctor, const struct url *url);
static void tell_of_nobody(struct doctor *doctor, const char *url,
    const char *reason);
static bool read_path(const char *text, struct url *url_out);
static int reach(const struct url *url, struct detail *cause);
static bool ask(int fd, const struct url *url, char head[HEAD_SIZE]);
static bool wait_for(int fd, short events);
static void judge(struct doctor *doctor, const char *url, const char *head);

bool
doctor_url_is_valid(const char *text)
{
	return read_url(text, &(struct url){ .path = NULL });
}

void
doctor_ask_web(struct doctor *doctor, const char *text)
{
	struct url url;

	if (!read_url(text, &url))
		return;
	if (url.has_tls)
		ask_over_tls(doctor, &url);
	else
		ask_plainly(doctor, &url);
}

/* HOST may be an address of IPv6 in brackets. */
static bool
read_url(const char *text, struct url *url_out)
{
	const char *host;
	size_t host_len;
	const char *rest;
	size_t port_len;

	url_out->text = text;
	url_out->has_tls = strncmp(text, TLS_SCHEME, strlen(TLS_SCHEME)) == 0;
	if (!url_out->has_tls && strncmp(text, SCHEME, strlen(SCHEME)) != 0)
		return false;
	host = strchr(text, ':') + strlen("://");
	if (host[0] == '[') {
		host++;
		host_len = strcspn(host, "]");
		rest = host + host_len + (host[host_len] == ']' ? 1 : 0);
	} else {
		host_len = strcspn(host, ":/");
		rest = host + host_len;
	}
	if (host_len == 0 || host_len >= sizeof(url_out->host))
		return false;
	memcpy(url_out->host, host, host_len);
	url_out->host[host_len] = '\0';
	memcpy(url_out->port, "80", sizeof("80"));
	if (rest[0] == ':') {
		port_len = strspn(++rest, "0123456789");
		if (port_len == 0 || port_len >= sizeof(url_out->port))
			return false;
		memcpy(url_out->port, rest, port_len);
		url_out->port[port_len] = '\0';
		rest += port_len;
	}
	return read_path(rest, url_out);
}

static bool
read_path(const char *text, struct url *url_out)
{
	size_t len = strlen(text);

	/* What is none of a path would be another line of the request. */
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == '?' ||
		    *c == '#')
			return false;
	if (len > 0 && (text[0] != '/' || len > PATH_MAX))
		return false;
	url_out->path = text;
	url_out->path_len = (int)len -
	    (len > 0 && text[len - 1] == '/' ? 1 : 0);
	return true;
}

static void
ask_over_tls(struct doctor *doctor, const struct url *url)
{
	char said[HEAD_SIZE];
	char *whole = NULL;
	int status;

	if (asprintf(&whole, "%.*s/v1/events", (int)(url->path - url->text) +
	    url->path_len, url->text) < 0) {
		doctor_find(doctor, "web server", DOCTOR_WRONG,
		    "there is no memory to ask %s", url->text);
		return;
	}
	status = curl_ask(whole, ANSWER_SECONDS, said, sizeof(said));
	free(whole);
	if (status == CURL_DONE)
		judge(doctor, url->text, said);
	else
		tell_of_tls(doctor, url->text, status, said);
}

static void
tell_of_tls(struct doctor *doctor, const char *url, int status,
    const char *reason)
{
	if (status == CURL_UNRESOLVED || status == CURL_UNREACHED) {
		tell_of_nobody(doctor, url, reason);
		return;
	}
	if (status == CURL_ABSENT) {
		doctor_find(doctor, "web server", DOCTOR_WRONG,
		    "curl, which asks %s, does not start: %s", url, reason);
		doctor_mend(doctor, "install curl, or ask an address of "
		    "http:// that the web server has");
		return;
	}
	doctor_find(doctor, "web server", DOCTOR_WRONG,
	    "%s gives no answer over TLS: %s", url,
	    reason[0] == '\0' ? "curl says no more" : reason);
	if (status == CURL_CERTIFICATE_REFUSED)
		doctor_mend(doctor, "its clients refuse this certificate too, "
		    "unless they trust others than this machine does: give "
		    "the web server one for this name, with the whole chain, "
		    "or name the file of who is to be trusted in "
		    "CURL_CA_BUNDLE");
	else if (status == CURL_AUTHORITIES_UNREADABLE)
		doctor_mend(doctor, "CURL_CA_BUNDLE is to name a file of "
		    "certificates in PEM; without it, install "
		    "ca-certificates");
	else if (status == CURL_TLS_FAILED)
		doctor_mend(doctor, "its log says why; does it speak TLS at "
		    "this port?");
	else
		doctor_mend(doctor, "its log says why; is it really the web "
		    "server?");
}

static void
ask_plainly(struct doctor *doctor, const struct url *url)
{
	char head[HEAD_SIZE];
	struct detail cause = { "" };
	int fd = reach(url, &cause);

	if (fd < 0) {
		tell_of_nobody(doctor, url->text, cause.text);
		return;
	}
	if (ask(fd, url, head)) {
		judge(doctor, url->text, head);
	} else {
		doctor_find(doctor, "web server", DOCTOR_WRONG,
		    "who listens at %s gives no answer of HTTP within %d s",
		    url->text, ANSWER_SECONDS);
		doctor_mend(doctor, "its log says why; is it really the web "
		    "server? With TLS, ask https://");
	}
	close(fd);
}

static void
tell_of_nobody(struct doctor *doctor, const char *url, const char *reason)
{
	doctor_find(doctor, "web server", DOCTOR_WRONG,
	    "nobody can be reached at %s: %s", url, reason);
	doctor_mend(doctor, "start the web server, or mend its address and "
	    "port");
}

static int
reach(const struct url *url, struct detail *cause)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	int number = getaddrinfo(url->host, url->port, &hints, &found);
	int fd = -1;

	if (number != 0)
		detail_set(cause, ERR_IO, "%s", gai_strerror(number));
	for (struct addrinfo *each = found; each != NULL && fd < 0;
	    each = each->ai_next) {
		socklen_t size = sizeof(number);

		fd = socket(each->ai_family, each->ai_socktype |
		    SOCK_NONBLOCK | SOCK_CLOEXEC, each->ai_protocol);
		if (fd < 0)
			continue;
		number = connect(fd, each->ai_addr, each->ai_addrlen) == 0 ?
		    0 : errno;
		if (number == EINPROGRESS && (!wait_for(fd, POLLOUT) ||
		    getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) !=
		    0))
			number = ETIMEDOUT;
		if (number == 0)
			break;
		detail_set(cause, ERR_IO, "%s", strerror(number));
		close(fd);
		fd = -1;
	}
	if (found != NULL)
		freeaddrinfo(found);
	return fd;
}

/* Without a key, which needs no secret, and shows who answers. */
static bool
ask(int fd, const struct url *url, char head[HEAD_SIZE])
{
	size_t len = 0;
	ssize_t received = 1;
	bool is_sent;
	char *request = NULL;

	if (asprintf(&request, "GET %.*s/v1/events HTTP/1.0\r\nHost: %s\r\n"
	    "Connection: close\r\n\r\n", url->path_len, url->path,
	    url->host) < 0)
		return false;
	is_sent = wait_for(fd, POLLOUT) && send(fd, request, strlen(request),
	    MSG_NOSIGNAL) == (ssize_t)strlen(request);
	free(request);
	while (is_sent && received > 0 && len < HEAD_SIZE - 1 &&
	    wait_for(fd, POLLIN)) {
		received = recv(fd, head + len, HEAD_SIZE - 1 - len, 0);
		if (received > 0)
			len += (size_t)received;
	}
	head[len] = '\0';
	return strncmp(head, "HTTP/1.", strlen("HTTP/1.")) == 0 &&
	    len > STATUS_OFFSET + 3;
}

static bool
wait_for(int fd, short events)
{
	struct pollfd wanted = { .fd = fd, .events = events };

	return poll(&wanted, 1, ANSWER_SECONDS * 1000) > 0;
}

static void
judge(struct doctor *doctor, const char *url, const char *head)
{
	int64_t status = 0;

	(void)text_parse_int64(head + STATUS_OFFSET, 3, &status);
	if (status == 401 && strstr(head, "realm=\"apitrail\"") != NULL) {
		doctor_find(doctor, "web server", DOCTOR_GOOD,
		    "the responder answers at %s", url);
		return;
	}
	doctor_find(doctor, "web server", DOCTOR_WRONG,
	    "%s answers %d without an API key, where the responder says 401",
	    url, (int)status);
	if (status == 502 || status == 504)
		doctor_mend(doctor, "the web server does not reach the "
		    "responder: start it, and give both the same socket, "
		    "which the web server's user may open");
	else if (status == 503)
		doctor_mend(doctor, "the responder cannot serve now: see the "
		    "store above, and its log");
	else if (status >= 300 && status < 400)
		doctor_mend(doctor, "it leads elsewhere: ask where it leads "
		    "to, which may be https://");
	else if (status == 400 && strncmp(url, SCHEME, strlen(SCHEME)) == 0)
		doctor_mend(doctor, "at a port of TLS, ask https://");
	else if (status == 404)
		doctor_mend(doctor, "the web server passes /v1/events to "
		    "somebody else: see the examples of its configuration, "
		    "and APITRAIL_PREFIX");
	else
		doctor_mend(doctor, "is this the web server that passes "
		    "/v1/events to the responder, and has this address not "
		    "been locked out?");
}
