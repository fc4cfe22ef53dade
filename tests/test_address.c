/* test_address.c - the network address that a request came from. */
#include "model/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"
#include "suite.h"

static const struct {
	const char *text;
	const char *address;	/* as IPv6; NULL: refused */
	const char *network;
} rows[] = {
	{ "192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	{ "0.0.0.0", "::ffff:0.0.0.0", "::ffff:0.0.0.0" },
	{ "::ffff:192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	{ "::FFFF:c000:201", "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	{ "64:ff9b::192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	{ "64:ff9b:1::1", "64:ff9b:1::1", "64:ff9b:1::" },
	{ "::192.0.2.1", "::192.0.2.1", "::" },
	{ "2001:db8::1", "2001:db8::1", "2001:db8::" },
	{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1", "2001:db8::" },
	{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
	{ "fe80::1%eth0", "fe80::1", "fe80::" },
	{ "::1", "::1", "::" },
	{ "0000:0000:0000:0000:0000:ffff:192.168.100.200",
	    "::ffff:192.168.100.200", "::ffff:192.168.100.200" },
	{ "", NULL, NULL },
	{ "unix:", NULL, NULL },
	{ "localhost", NULL, NULL },
	{ "192.0.2", NULL, NULL },
	{ "192.0.2.256", NULL, NULL },
	{ "192.0.2.1 ", NULL, NULL },
	{ "192.0.2.1:80", NULL, NULL },
	{ "192.0.2.1%eth0", NULL, NULL },
	{ "[::1]", NULL, NULL },
	{ "1:2:3:4:5:6:7", NULL, NULL },
	{ "1:2:3:4:5:6:7:8:9", NULL, NULL },
	{ "%eth0", NULL, NULL },
	{ "00000000000000000000000000000000000000000000000000000000000001",
	    NULL, NULL },
};

static void
assert_is(const struct address *address, const char *text)
{
	uint8_t bytes[ADDRESS_BYTES];

	ck_assert_int_eq(inet_pton(AF_INET6, text, bytes), 1);
	ck_assert_mem_eq(address->bytes, bytes, ADDRESS_BYTES);
}

START_TEST(an_address_is_read_however_it_is_written)
{
	struct address address;
	struct address network;

	memset(&address, 0xff, sizeof(address));
	ck_assert_int_eq(address_parse(rows[_i].text, &address),
	    rows[_i].address == NULL ? ERR_SYNTAX : ERR_NONE);
	network = address_network(&address);
	assert_is(&address, rows[_i].address == NULL ? "::" :
	    rows[_i].address);
	assert_is(&network, rows[_i].network == NULL ? "::" :
	    rows[_i].network);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("address");
	TCase *tcase = tcase_create("address");

	tcase_add_loop_test(tcase, an_address_is_read_however_it_is_written,
	    0, COUNT_OF(rows));
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
