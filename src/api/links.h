/* links.h - the addresses that answers give. */
#ifndef API_LINKS_H
#define API_LINKS_H

#include <stdbool.h>
#include <stddef.h>

struct buffer;
struct cursor;
struct exchange;
struct list_events_query;

/*
 * What hrefs begin with.  Texts are borrowed from the request and the
 * settings and hold nothing that needs quoting in JSON, in a header or
 * within <>, whatever the request says.
 */
struct links_base {
	const char *url;		/* the setting; "": the rest counts */
	const char *scheme;
	const char *host;
	size_t host_len;
	bool is_bare_ipv6;		/* needs brackets */
	const char *port;
	size_t port_len;		/* 0: the scheme's own */
	const char *prefix;
	const char *version;		/* "/v1" or "" */
};

void links_base_read(const struct exchange *exchange,
    struct links_base *base_out);

/* Adds the address of the events that query asks for; after takes the
 * cursor's place, NULL leaves it out. */
void links_add_events(struct buffer *buffer, const struct links_base *base,
    const struct list_events_query *query, const struct cursor *after);

#endif
