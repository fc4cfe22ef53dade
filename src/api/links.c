/* links.c - the addresses that answers give. */
#include "api/links.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "api/exchange.h"
#include "api/list_events_query.h"
#include "api/request.h"
#include "api/route.h"
#include "base/buffer.h"
#include "base/text.h"

enum { PORT_MAX = 65535 };

static bool read_server_name(const char *name, struct links_base *base);
static bool read_host_field(const char *field, struct links_base *base);
static void read_port(const char *port, size_t port_len,
    struct links_base *base);
static bool is_host_name(const char *text, size_t text_len);
static bool is_ipv6(const char *text, size_t text_len);
static bool is_bracketed_ipv6(const char *text, size_t text_len);
static void add_base(struct buffer *buffer, const struct links_base *base);

void
links_base_read(const struct exchange *exchange, struct links_base *base_out)
{
	const struct request *request = exchange->request;

	*base_out = (struct links_base){
		.url = exchange->service->base_url,
		.scheme = request->is_https ? "https" : "http",
		.prefix = exchange->service->prefix,
		.version = exchange->is_versioned ? ROUTE_VERSION : "",
	};
	if (base_out->url[0] != '\0')
		return;

	read_port(request->server_port,
	    strnlen(request->server_port, LINKS_PORT_LEN_MAX + 1), base_out);
	if (read_server_name(request->server_name, base_out) ||
	    read_host_field(request->host, base_out))
		return;
	base_out->host = "localhost";
	base_out->host_len = strlen(base_out->host);
}

static bool
read_server_name(const char *name, struct links_base *base)
{
	size_t name_len = strnlen(name, HOST_LEN_MAX + 1);

	base->is_bare_ipv6 = is_ipv6(name, name_len);
	if (!base->is_bare_ipv6 && !is_host_name(name, name_len) &&
	    !is_bracketed_ipv6(name, name_len))
		return false;
	base->host = name;
	base->host_len = name_len;
	return true;
}

/* A name or an IPv4 address; "_" is what nginx calls a server of no name. */
static bool
is_host_name(const char *text, size_t text_len)
{
	return text_len <= HOST_LEN_MAX &&
	    text_is_of(text, text_len, CLASS_ALNUM | CLASS_DOT |
	    CLASS_DASH | CLASS_UNDERSCORE) &&
	    !(text_len == 1 && text[0] == '_');
}

static bool
is_ipv6(const char *text, size_t text_len)
{
	char copy[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (text_len >= sizeof(copy) || memchr(text, ':', text_len) == NULL)
		return false;
	memcpy(copy, text, text_len);
	copy[text_len] = '\0';
	return inet_pton(AF_INET6, copy, &address) == 1;
}

static bool
is_bracketed_ipv6(const char *text, size_t text_len)
{
	return text_len > 2 && text[0] == '[' && text[text_len - 1] == ']' &&
	    is_ipv6(text + 1, text_len - 2);
}

/*
 * The client's own word for us, with the port it came to: a better one than
 * ours where a proxy or a container's port lies between.
 */
static bool
read_host_field(const char *field, struct links_base *base)
{
	const char *end = field + strcspn(field, field[0] == '[' ? "]" : ":");
	size_t name_len;
	size_t port_len;

	if (field[0] == '[' && *end == ']')
		end++;
	name_len = (size_t)(end - field);
	if (!is_host_name(field, name_len) &&
	    !is_bracketed_ipv6(field, name_len))
		return false;
	if (*end != '\0') {
		port_len = strnlen(end + 1, LINKS_PORT_LEN_MAX + 1);
		if (*end != ':' || port_len > LINKS_PORT_LEN_MAX ||
		    !text_is_of(end + 1, port_len, CLASS_DIGIT))
			return false;
		read_port(end + 1, port_len, base);
	}
	base->host = field;
	base->host_len = name_len;
	return true;
}

static void
read_port(const char *port, size_t port_len, struct links_base *base)
{
	int64_t own = strcmp(base->scheme, "https") == 0 ? 443 : 80;
	int64_t number;

	base->port = port;
	base->port_len = 0;
	if (port_len <= LINKS_PORT_LEN_MAX &&
	    text_parse_int64(port, port_len, &number) == ERR_NONE &&
	    number >= 1 && number <= PORT_MAX && number != own)
		base->port_len = port_len;
}

void
links_base_keep(struct links_base *base, struct links_texts *texts)
{
	if (base->url[0] != '\0')
		return;
	/* What was read is no longer than this. */
	assert(base->host_len <= sizeof(texts->host) &&
	    base->port_len <= sizeof(texts->port));
	memcpy(texts->host, base->host, base->host_len);
	memcpy(texts->port, base->port, base->port_len);
	base->host = texts->host;
	base->port = texts->port;
}

void
links_add_events(struct buffer *buffer, const struct links_base *base,
    const struct list_events_query *query, const struct cursor *after)
{
	add_base(buffer, base);
	buffer_add_text(buffer, "/events");
	list_events_query_add(buffer, query, after);
}

static void
add_base(struct buffer *buffer, const struct links_base *base)
{
	if (base->url[0] != '\0') {
		buffer_add_text(buffer, base->url);
		return;
	}
	buffer_add_text(buffer, base->scheme);
	buffer_add_text(buffer, "://");
	if (base->is_bare_ipv6)
		buffer_add_text(buffer, "[");
	buffer_add(buffer, base->host, base->host_len);
	if (base->is_bare_ipv6)
		buffer_add_text(buffer, "]");
	if (base->port_len > 0) {
		buffer_add_text(buffer, ":");
		buffer_add(buffer, base->port, base->port_len);
	}
	buffer_add_text(buffer, base->prefix);
	buffer_add_text(buffer, base->version);
}
