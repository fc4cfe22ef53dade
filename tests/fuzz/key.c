/* key.c - fuzz: API keys, the pepper's file, names of scopes. */
#include <sodium.h>
#include <string.h>

#include "fuzz.h"
#include "model/api_key.h"

const char fuzz_target[] = "key";

static const char base62[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static void check_key(const char *text, size_t len);
static bool has_shape(const char *text, size_t len);
static bool has_checksum(const char *text);
static void check_pepper(const char *text, size_t len);
static void check_scopes(const char *text);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = len == 0 ? "" : (const char *)bytes;

	check_key(text, len);
	check_pepper(text, len);
	check_scopes(fuzz_text(bytes, len));
	return 0;
}

static void
check_key(const char *text, size_t len)
{
	bool is_shaped = has_shape(text, len);
	bool is_well = is_shaped && has_checksum(text);
	char typo[API_KEY_LEN];

	FUZZ_EXPECT(api_key_has_shape(text, len) == is_shaped);
	FUZZ_EXPECT(api_key_is_well_formed(text, len) == is_well);
	if (!is_well)
		return;
	/* No other checksum is right for the same characters. */
	for (size_t i = API_KEY_LEN - 6; i < API_KEY_LEN; i++) {
		memcpy(typo, text, sizeof(typo));
		typo[i] = typo[i] == 'a' ? 'b' : 'a';
		FUZZ_EXPECT(!api_key_is_well_formed(typo, sizeof(typo)));
	}
}

static bool
has_shape(const char *text, size_t len)
{
	if (len != 49 || memcmp(text, "at_", 3) != 0)
		return false;
	for (size_t i = 3; i < len; i++)
		if (text[i] == '\0' || strchr(base62, text[i]) == NULL)
			return false;
	return true;
}

/* Read as a number of six digits, it is the rest that the hash leaves. */
static bool
has_checksum(const char *text)
{
	static const uint64_t sixth = UINT64_C(56800235584);	/* 62^6 */
	uint8_t hash[32];
	uint64_t rest = 0;
	uint64_t number = 0;

	FUZZ_EXPECT(sodium_init() >= 0);
	crypto_generichash(hash, sizeof(hash), (const uint8_t *)text, 43,
	    NULL, 0);
	/* By school arithmetic: a byte at a time. */
	for (size_t i = 0; i < 8; i++)
		rest = (rest * 256 + hash[i]) % sixth;
	for (size_t i = 43; i < 49; i++)
		number = number * 62 + (uint64_t)(strchr(base62, text[i]) -
		    base62);
	return number == rest;
}

static void
check_pepper(const char *text, size_t len)
{
	struct pepper pepper;
	struct pepper again;
	char written[PEPPER_TEXT_LEN + 1];
	struct detail detail = { "" };
	bool is_pepper = len == 65 && text[64] == '\n';

	for (size_t i = 0; is_pepper && i < 64; i++)
		is_pepper = text[i] != '\0' &&
		    strchr("0123456789abcdefABCDEF", text[i]) != NULL;
	FUZZ_EXPECT((pepper_parse(text, len, &pepper, &detail) == ERR_NONE) ==
	    is_pepper);
	FUZZ_EXPECT((detail.text[0] == '\0') == is_pepper);
	if (!is_pepper)
		return;
	pepper_format(&pepper, written);
	FUZZ_EXPECT(pepper_parse(written, strlen(written), &again, NULL) ==
	    ERR_NONE);
	FUZZ_EXPECT(memcmp(&pepper, &again, sizeof(pepper)) == 0);
}

static void
check_scopes(const char *text)
{
	unsigned int scopes = 0;
	char written[SCOPES_TEXT_SIZE];

	if (scopes_parse(text, &scopes, NULL) != ERR_NONE) {
		FUZZ_EXPECT(scopes == 0);
		return;
	}
	scopes_format(scopes, written);
	FUZZ_EXPECT(strcmp(written, text) == 0);
}
