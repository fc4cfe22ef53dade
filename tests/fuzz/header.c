/* header.c - fuzz: what single header fields and the like say.
 *
 * The first byte chooses: Accept, of several fields by lines; Content-Type and
 * Content-Encoding, by lines; an address; an idempotency key.
 */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "api/accept.h"
#include "api/body_type.h"
#include "api/request.h"
#include "fuzz.h"
#include "model/address.h"
#include "model/idempotency_key.h"

const char fuzz_target[] = "header";

typedef void check(const char *text);

static check check_accept, check_body_type, check_address;
static check check_idempotency_key;
static void check_choices(const struct accept *accept);
static size_t split(const char *text, char *lines, const char *fields[],
    size_t fields_max);

static check *const checks[] = {
	check_accept,
	check_body_type,
	check_address,
	check_idempotency_key,
};

enum { TEXT_MAX = 4096 };

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fuzz_input input = { bytes, len };
	uint8_t choice = fuzz_take(&input);

	if (input.len > TEXT_MAX)
		return 0;
	checks[choice % (sizeof(checks) / sizeof(checks[0]))](
	    fuzz_text(input.bytes, input.len));
	return 0;
}

static void
check_accept(const char *text)
{
	static char lines[TEXT_MAX + 1];
	static char joined[TEXT_MAX + 1];
	const char *fields[REQUEST_ACCEPTS_MAX];
	const char *list = joined;
	size_t count = split(text, lines, fields, REQUEST_ACCEPTS_MAX);
	struct accept accept;
	struct accept again;
	bool are_plain = strchr(text, '"') == NULL;
	size_t len = 0;

	accept_read(fields, (unsigned int)count, &accept);
	check_choices(&accept);

	/* Fields of the same name are one list (RFC 9110, section 5.3). */
	for (size_t i = 0; i < count; i++) {
		if (fields[i][strspn(fields[i], " \t")] == '\0')
			are_plain = false;
		memcpy(joined + len, fields[i], strlen(fields[i]));
		len += strlen(fields[i]);
		joined[len++] = ',';
	}
	joined[len > 0 ? len - 1 : 0] = '\0';
	if (!are_plain)
		return;
	accept_read(&list, 1, &again);
	FUZZ_EXPECT(memcmp(&accept, &again, sizeof(accept)) == 0);
}

/* What is chosen is offered and wanted, and nothing is wanted more. */
static void
check_choices(const struct accept *accept)
{
	for (unsigned int offered = 0; offered < 1U << MEDIA_COUNT;
	    offered++) {
		unsigned int best = 0;
		enum media media;
		enum error err = accept_choose(accept, offered, &media);

		for (unsigned int i = 0; i < MEDIA_COUNT; i++) {
			FUZZ_EXPECT(accept->opinions[i].quality <= 1000);
			if ((offered & MEDIA_BIT(i)) != 0 &&
			    accept->opinions[i].quality > best)
				best = accept->opinions[i].quality;
		}
		FUZZ_EXPECT((err == ERR_NONE) == (best > 0));
		FUZZ_EXPECT(err != ERR_NONE ||
		    ((offered & MEDIA_BIT(media)) != 0 &&
		    accept->opinions[media].quality == best));
	}
}

static void
check_body_type(const char *text)
{
	static char lines[TEXT_MAX + 1];
	const char *fields[2] = { "", "" };
	struct request request = { .content_type = "" };
	struct detail detail = { "" };
	const char *name;
	enum body_type type;

	(void)split(text, lines, fields, 2);
	request.content_type = fields[0];
	request.content_encoding = fields[1];
	if (body_type_read(&request, &type, &detail) != ERR_NONE) {
		FUZZ_EXPECT(detail.text[0] != '\0' &&
		    fuzz_is_utf8(detail.text, strlen(detail.text)));
		return;
	}
	FUZZ_EXPECT(detail.text[0] == '\0' && fields[1][0] == '\0');
	name = fields[0] + strspn(fields[0], " \t");
	FUZZ_EXPECT(strncasecmp(name, type == BODY_JSON ?
	    "application/json" : "application/x-ndjson",
	    type == BODY_JSON ? 16 : 20) == 0);
	name += type == BODY_JSON ? 16 : 20;
	FUZZ_EXPECT(*name == '\0' || strchr(" \t;", *name) != NULL);
}

static void
check_address(const char *text)
{
	struct address address;
	struct address again;
	struct address network;
	char written[INET6_ADDRSTRLEN];

	if (address_parse(text, &address) != ERR_NONE)
		return;
	FUZZ_EXPECT(inet_ntop(AF_INET6, address.bytes, written,
	    sizeof(written)) != NULL);
	FUZZ_EXPECT(address_parse(written, &again) == ERR_NONE);
	FUZZ_EXPECT(memcmp(&address, &again, sizeof(address)) == 0);
	network = address_network(&address);
	again = address_network(&network);
	FUZZ_EXPECT(memcmp(&network, &again, sizeof(network)) == 0);
	FUZZ_EXPECT(memcmp(&network, &address, 8) == 0);
}

static void
check_idempotency_key(const char *text)
{
	size_t len = strlen(text);
	bool is_key = len >= 1 && len <= 64;

	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			is_key = false;
	FUZZ_EXPECT(idempotency_key_is_valid(text, len) == is_key);
}

/* The lines of the text, written to lines. */
static size_t
split(const char *text, char *lines, const char *fields[], size_t fields_max)
{
	size_t count = 0;

	memcpy(lines, text, strlen(text) + 1);
	while (count < fields_max) {
		fields[count++] = lines;
		lines += strcspn(lines, "\n");
		if (*lines == '\0')
			break;
		*lines++ = '\0';
	}
	return count;
}
