/* links.h - the addresses that answers give. */
#ifndef API_LINKS_H
#define API_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/limits.h"

struct buffer;
struct cursor;
struct exchange;
struct list_events_query;

enum { LINKS_PORT_LEN_MAX = 5 };

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

/* Room for what a base borrows from the request. */
struct links_texts {
	char host[HOST_LEN_MAX];
	char port[LINKS_PORT_LEN_MAX];
};

/* Lets the base borrow from texts instead, when the request will go. */
void links_base_keep(struct links_base *base, struct links_texts *texts);

/* Adds the address of the events that query asks for; after takes the
 * cursor's place, NULL leaves it out. */
void links_add_events(struct buffer *buffer, const struct links_base *base,
    const struct list_events_query *query, const struct cursor *after);

#endif
