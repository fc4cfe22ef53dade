/* curl.h - ask a web server over TLS, by the program curl. */
#ifndef CLI_CURL_H
#define CLI_CURL_H

#include <stddef.h>

/* Exit statuses, as curl's manual has them, and two of our own. */
enum curl_status {
	CURL_DONE = 0,
	CURL_UNRESOLVED = 6,
	CURL_UNREACHED = 7,
	CURL_TLS_FAILED = 35,
	CURL_CERTIFICATE_REFUSED = 60,
	CURL_AUTHORITIES_UNREADABLE = 77,
	CURL_ENDLESS = 256,	/* it was ended, as it did not end */
	CURL_ABSENT		/* it could not be started */
};

/*
 * GETs a URL of https://, trusting whom curl trusts, with at most so many
 * seconds for it.  said is set to the head of the answer, or else to the
 * reason why there is none; what is beyond its size, 1 at least, is left out.
 * Returns an exit status.
 */
int curl_ask(char *url, int seconds, char *said, size_t size);

#endif
