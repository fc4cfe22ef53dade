/* route.h - which paths there are, and what each offers. */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <stdbool.h>

#include "base/error.h"
#include "model/api_key.h"
#include "shared/meters.h"

struct exchange;

#define ROUTE_VERSION "/v1"

/* Leaves head, body and perhaps export in the response, but for the head's
 * end; or returns the problem to be told. */
typedef enum error route_run(struct exchange *exchange);

/* What one path does for some methods. */
struct route {
	const char *path;
	bool is_versioned;		/* also under ROUTE_VERSION */
	unsigned int methods;		/* bits of METHOD_BIT */
	enum scope scope;		/* that the key needs; 0: no key */
	unsigned int media;		/* bits of MEDIA_BIT */
	enum meter_route meter;
	route_run *run;
};

/*
 * Finds the route of the request's path and method, and the path's methods.
 * ERR_NOT_FOUND: no such path.  ERR_METHOD: the path does not offer it.
 * OPTIONS is offered everywhere and has no route of its own.
 */
enum error route_find(struct exchange *exchange);

/* Chooses what to send by the Accept field.  ERR_NOT_ACCEPTABLE. */
enum error route_choose_media(struct exchange *exchange);

#endif
