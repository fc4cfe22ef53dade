/* fuzz.h - what the targets of the fuzzer share.
 *
 * A target takes any bytes, gives them to one part of the program, and fails
 * when what comes of it breaks a promise.  Linked with libFuzzer it makes up
 * its bytes; linked with replay.c it takes those that the corpus keeps.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/* The one function of a target; libFuzzer knows it by this name. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* The folder of its corpus. */
extern const char fuzz_target[];

/* Ends the process, and says where, when the claim is false. */
#define FUZZ_EXPECT(claim) \
	((claim) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #claim))
void fuzz_fail(const char *file, int line, const char *claim)
    __attribute__((noreturn));

/* What a target was given, and how much of it was taken. */
struct fuzz_input {
	const uint8_t *bytes;
	size_t len;
};

/* The next byte, 0 behind the end; for choices. */
uint8_t fuzz_take(struct fuzz_input *input);

enum { FUZZ_TEXT_MAX = 64 * 1024 };

/*
 * The bytes as a text, up to the first NUL or FUZZ_TEXT_MAX, until the next
 * call.  It ends where its memory does, so that the sanitizer sees who reads
 * on.
 */
const char *fuzz_text(const uint8_t *bytes, size_t len);

/* Logged facts are many, and go nowhere.  To be called by targets of which
 * some are expected. */
void fuzz_silence_log(void);

/*
 * A second opinion on UTF-8: decodes the character that the text begins with,
 * which has to be the shortest spelling of one that is no surrogate.  Returns
 * its bytes, 0 when it is none.
 */
size_t fuzz_character(const char *text, size_t len, uint32_t *character_out);
bool fuzz_is_utf8(const char *text, size_t len);

/* Whether both are the same JSON, in the order of their members, too. */
bool fuzz_json_is_same(struct json_object *a, struct json_object *b);

#endif
