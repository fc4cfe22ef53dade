/* address.c - the network address that a request came from. */
#include "model/address.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"

enum { CARRIER_BYTES = 12, IPV4_BYTES = 4, NETWORK_BYTES = 8 };
static_assert(CARRIER_BYTES + IPV4_BYTES == ADDRESS_BYTES, "IPv4 in IPv6");
static_assert(sizeof(struct in6_addr) == ADDRESS_BYTES, "IPv6 in full");
static_assert(sizeof(struct in_addr) == IPV4_BYTES, "IPv4 in full");

/* The /96 in which IPv6 carries IPv4; the first is how it is kept here. */
static const uint8_t carriers[][CARRIER_BYTES] = {
	{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff },	/* RFC 4291 */
	{ 0, 0x64, 0xff, 0x9b },			/* RFC 6052 */
};

static bool parse_ipv6(const char *text, struct address *address);
static void unwrap_ipv4(struct address *address);

enum error
address_parse(const char *text, struct address *address_out)
{
	*address_out = (struct address){ { 0 } };
	if (inet_pton(AF_INET, text,
	    address_out->bytes + CARRIER_BYTES) == 1) {
		memcpy(address_out->bytes, carriers[0], CARRIER_BYTES);
		return ERR_NONE;
	}
	if (parse_ipv6(text, address_out)) {
		unwrap_ipv4(address_out);
		return ERR_NONE;
	}
	*address_out = (struct address){ { 0 } };
	return ERR_SYNTAX;
}

struct address
address_network(const struct address *address)
{
	struct address network = *address;

	if (memcmp(address->bytes, carriers[0], CARRIER_BYTES) != 0)
		memset(network.bytes + NETWORK_BYTES, 0,
		    ADDRESS_BYTES - NETWORK_BYTES);
	return network;
}

static bool
parse_ipv6(const char *text, struct address *address)
{
	char plain[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "%");

	if (len >= sizeof(plain))
		return false;
	memcpy(plain, text, len);
	plain[len] = '\0';
	return inet_pton(AF_INET6, plain, address->bytes) == 1;
}

static void
unwrap_ipv4(struct address *address)
{
	for (size_t i = 1; i < COUNT_OF(carriers); i++)
		if (memcmp(address->bytes, carriers[i], CARRIER_BYTES) == 0)
			memcpy(address->bytes, carriers[0], CARRIER_BYTES);
}
