/* query.c - fuzz: what GET /v1/events is asked for.
 *
 * A second reader, slow and plain, has to find the same in every query; and
 * what a query asks for, written into a link, has to be asked for by that.
 */
#include <string.h>

#include "api/list_events_query.h"
#include "base/buffer.h"
#include "fuzz.h"
#include "model/limits.h"

const char fuzz_target[] = "query";

/* One parameter, as the second reader finds it. */
struct value {
	unsigned int count;
	size_t len;
	char text[QUERY_BYTES_MAX + 1];
};

enum { LIMIT, EVENTS, ORDER, AFTER, AFTER_ID, PRETTY, WAIT, KNOWN_COUNT };

static const char *const names[] = { "limit", "events", "order",
    "startAfter", "startAfterId", "pretty", "wait" };
static struct value values[KNOWN_COUNT];

static bool read_values(const char *query);
static bool decode(const char *text, size_t len, struct value *value);
static int digit_of(char digit);
static enum error judge(void);
static bool is_number(const struct value *value, int64_t *number);
static bool is_one_of(const struct value *value, const char *words);
static bool are_categories(void);
static void compare(const struct list_events_query *query);
static void ask_again(const struct list_events_query *query);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = fuzz_text(bytes,
	    len < QUERY_BYTES_MAX ? len : QUERY_BYTES_MAX);
	struct list_events_query query;
	struct detail detail = { "" };
	enum error err = list_events_query_read(text, &query, &detail);

	FUZZ_EXPECT(err == (read_values(text) ? judge() : ERR_SYNTAX));
	FUZZ_EXPECT((err == ERR_NONE) == (detail.text[0] == '\0'));
	FUZZ_EXPECT(fuzz_is_utf8(detail.text, strlen(detail.text)));
	if (err == ERR_NONE) {
		compare(&query);
		ask_again(&query);
	}
	return 0;
}

/* The second reader: false when a name or a value does not decode. */
static bool
read_values(const char *query)
{
	static struct value name;
	static struct value value;

	for (size_t i = 0; i < KNOWN_COUNT; i++)
		values[i].count = 0;
	for (;;) {
		size_t len = strcspn(query, "&");
		size_t name_len = strcspn(query, "&=");
		size_t skipped = name_len < len ? name_len + 1 : len;

		if (!decode(query, name_len, &name) ||
		    !decode(query + skipped, len - skipped, &value))
			return false;
		for (size_t i = 0; i < KNOWN_COUNT; i++) {
			if (strcmp(name.text, names[i]) != 0)
				continue;
			values[i].count++;
			values[i].len = value.len;
			memcpy(values[i].text, value.text, value.len + 1);
		}
		if (query[len] == '\0')
			return true;
		query += len + 1;
	}
}

static bool
decode(const char *text, size_t len, struct value *value)
{
	value->len = 0;
	for (size_t i = 0; i < len; i++) {
		char byte = text[i];

		if (byte == '+')
			byte = ' ';
		if (byte == '%') {
			if (len - i < 3 || digit_of(text[i + 1]) < 0 ||
			    digit_of(text[i + 2]) < 0)
				return false;
			byte = (char)(16 * digit_of(text[i + 1]) +
			    digit_of(text[i + 2]));
			i += 2;
		}
		if (byte == '\0')
			return false;
		value->text[value->len++] = byte;
	}
	value->text[value->len] = '\0';
	return fuzz_is_utf8(value->text, value->len);
}

static int
digit_of(char digit)
{
	static const char digits[] = "00112233445566778899aAbBcCdDeEfF";
	const char *found = digit == '\0' ? NULL : strchr(digits, digit);

	return found == NULL ? -1 : (int)(found - digits) / 2;
}

/* What is to come of the values that were read. */
static enum error
judge(void)
{
	int64_t limit_number = 1;
	int64_t after_number = 0;
	int64_t wait_number = 0;
	const char *id = values[AFTER_ID].text;

	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (values[i].count > 1)
			return ERR_SYNTAX;
	if (!is_number(&values[LIMIT], &limit_number) ||
	    !is_number(&values[AFTER], &after_number) ||
	    !is_number(&values[WAIT], &wait_number) ||
	    !is_one_of(&values[PRETTY], " true false 1 0  "))
		return ERR_SYNTAX;
	if (values[AFTER_ID].count > 0 && (values[AFTER_ID].len != 21 ||
	    strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789_-") != 21))
		return ERR_SYNTAX;
	if (limit_number < 1 || after_number < 0 || wait_number < 0 ||
	    wait_number > 60 || !are_categories() ||
	    !is_one_of(&values[ORDER], " asc desc "))
		return ERR_MEANING;
	return ERR_NONE;
}

static bool
is_number(const struct value *value, int64_t *number)
{
	bool is_negative = value->text[0] == '-';
	const char *digits = value->text + (is_negative ? 1 : 0);
	const uint64_t most = (uint64_t)INT64_MAX + (is_negative ? 1 : 0);
	uint64_t sum = 0;

	if (value->count == 0)
		return true;
	if (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return false;
	digits += strspn(digits, "0");
	/* So many nines are less than 2^64. */
	if (strlen(digits) > strlen("9999999999999999999"))
		return false;
	for (; *digits != '\0'; digits++)
		sum = sum * 10 + (uint64_t)(*digits - '0');
	*number = (int64_t)(is_negative ? 0 - sum : sum);
	return sum <= most;
}

/* Words have a blank on both sides; the empty one has two. */
static bool
is_one_of(const struct value *value, const char *words)
{
	char wanted[16] = " ";

	if (value->count == 0)
		return true;
	if (value->len > 10 || strchr(value->text, ' ') != NULL)
		return false;
	memcpy(wanted + 1, value->text, value->len);
	wanted[value->len + 1] = ' ';
	return strstr(words, wanted) != NULL;
}

static bool
are_categories(void)
{
	static struct value word = { .count = 1 };
	const char *text = values[EVENTS].text;

	if (values[EVENTS].count == 0)
		return true;
	for (;;) {
		word.len = strcspn(text, ",");
		memcpy(word.text, text, word.len);
		word.text[word.len] = '\0';
		if (word.len == 0 || !is_one_of(&word,
		    " all api_keys listeners messages queues "))
			return false;
		if (text[word.len] == '\0')
			return true;
		text += word.len + 1;
	}
}

/* Of a query that is allowed. */
static void
compare(const struct list_events_query *query)
{
	static const char *const categories[] = { "api_keys", "listeners",
	    "messages", "queues" };
	int64_t number = 100;
	const char *list = values[EVENTS].text;
	bool is_all = values[EVENTS].count == 0 || strstr(list, "all") != NULL;

	is_number(&values[LIMIT], &number);
	FUZZ_EXPECT(query->limit == (number > 1000 ? 1000 : number));
	number = 0;
	is_number(&values[WAIT], &number);
	FUZZ_EXPECT(query->wait_s == number);
	FUZZ_EXPECT(query->has_cursor == (values[AFTER].count > 0 &&
	    values[AFTER_ID].count > 0));
	if (query->has_cursor) {
		is_number(&values[AFTER], &number);
		FUZZ_EXPECT(query->cursor.stored_at_ms == number);
		FUZZ_EXPECT(strcmp(query->cursor.id,
		    values[AFTER_ID].text) == 0);
	}
	FUZZ_EXPECT((query->order == NEWEST_FIRST) ==
	    (values[ORDER].count > 0 && values[ORDER].text[0] == 'd'));
	FUZZ_EXPECT(query->is_pretty == (values[PRETTY].count > 0 &&
	    strpbrk(values[PRETTY].text, "0f") == NULL));
	for (size_t i = 0; i < 4; i++)
		FUZZ_EXPECT(filter_wants(&query->filter, (enum category)i) ==
		    (is_all || strstr(list, categories[i]) != NULL));
	FUZZ_EXPECT(filter_wants(&query->filter, CATEGORY_OTHER) == is_all);
}

/* By the query of a link to the same page. */
static void
ask_again(const struct list_events_query *query)
{
	static struct buffer link;
	const struct cursor *cursor =
	    query->has_cursor ? &query->cursor : NULL;
	struct list_events_query again;

	buffer_reset(&link);
	list_events_query_add(&link, query, cursor);
	buffer_add(&link, "", 1);
	FUZZ_EXPECT(link.error == ERR_NONE);
	FUZZ_EXPECT(link.bytes[0] == '\0' || link.bytes[0] == '?');
	FUZZ_EXPECT(list_events_query_read(link.bytes +
	    (link.bytes[0] == '?' ? 1 : 0), &again, NULL) == ERR_NONE);
	FUZZ_EXPECT(again.limit == query->limit &&
	    again.filter.categories == query->filter.categories &&
	    again.order == query->order && again.wait_s == query->wait_s &&
	    again.is_pretty == query->is_pretty &&
	    again.has_cursor == query->has_cursor &&
	    again.has_limit == query->has_limit &&
	    again.has_filter == query->has_filter &&
	    again.has_order == query->has_order &&
	    again.has_pretty == query->has_pretty &&
	    again.has_wait == query->has_wait);
	FUZZ_EXPECT(cursor == NULL ||
	    cursor_compare(&again.cursor, cursor) == 0);
}
