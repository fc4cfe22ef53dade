/* cors.h - OPTIONS, and what browsers of one foreign origin may do. */
#ifndef API_CORS_H
#define API_CORS_H

#include "base/error.h"

struct buffer;
struct exchange;

/* Adds the fields that every answer has; none when origin is "". */
void cors_add(struct buffer *head, const char *origin);

/* Answers OPTIONS; always ERR_NONE. */
enum error cors_answer_options(struct exchange *exchange);

#endif
