/* address.h - the network address that a request came from.
 *
 * REMOTE_ADDR is written by the web server (RFC 3875, section 4.1.8), and is
 * not always an address: some write "unix:" for a client on a socket.
 */
#ifndef MODEL_ADDRESS_H
#define MODEL_ADDRESS_H

#include <stdint.h>

#include "base/error.h"

enum { ADDRESS_BYTES = 16 };

/* As IPv6, in network order; an IPv4 address as ::ffff:0:0/96. */
struct address {
	uint8_t bytes[ADDRESS_BYTES];
};

/*
 * Reads an IPv4 or IPv6 address.  An IPv6 zone ("%eth0") is passed over.  One
 * way to write an address is as good as another; an IPv4 address that IPv6
 * carries (::ffff:0:0/96, and 64:ff9b::/96 of RFC 6052, behind which all of
 * IPv4 may be) is that IPv4 address.  ERR_SYNTAX, with *address_out all zero,
 * when it is none.
 */
enum error address_parse(const char *text, struct address *address_out);

/*
 * What one client is taken to have to itself: of IPv4 the address, of IPv6
 * its /64, the rest zero.
 */
struct address address_network(const struct address *address);

#endif
