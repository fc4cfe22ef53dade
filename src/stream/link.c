/* link.c - the connection to the NATS servers of a cluster. */
#include "stream/link.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/settings.h"
#include "stream/jetstream.h"

enum {
	RECONNECT_WAIT_MS = 250,
	RECONNECT_JITTER_MS = 100,
	/* A server that answers neither of two is given up. */
	PING_MS = 2000,
	PINGS_OUT_MAX = 2,
	WRITE_MS = 2000,
	CLOSE_MS = 2000,
	URLS_SIZE = 2048,
	LATER_MAX = 8
};

/* What servers call this connection. */
#define CLIENT_NAME "apitrail"

struct link {
	natsConnection *connection;
	jsCtx *jetstream;
	atomic_bool is_closing;
	atomic_uint_fast64_t failovers;
	size_t later_count;
	void *later[LATER_MAX];
};

static natsStatus set_options(natsOptions *options, struct link *link,
    const struct settings *settings, struct detail *detail);
static natsStatus set_servers(natsOptions *options, const char *urls);
static natsStatus set_secrets(natsOptions *options,
    const struct settings *settings, struct detail *detail);
static enum error tell(natsStatus status, struct detail *detail);
static void note_loss(natsConnection *connection, void *arg);
static void note_return(natsConnection *connection, void *arg);
static void ignore_error(natsConnection *connection,
    natsSubscription *subscription, natsStatus status, void *arg);

enum error
link_open(const struct settings *settings, struct link **link_out,
    struct detail *detail)
{
	struct link *link = calloc(1, sizeof(*link));
	natsOptions *options = NULL;
	jsOptions js;
	natsStatus status;
	enum error err = ERR_NONE;

	*link_out = NULL;
	if (link == NULL)
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	detail_set(detail, ERR_NONE, "%s", "");
	status = natsOptions_Create(&options);
	if (status == NATS_OK)
		status = set_options(options, link, settings, detail);
	if (status == NATS_OK)
		status = natsConnection_Connect(&link->connection, options);
	if (status == NATS_OK)
		status = jsOptions_Init(&js);
	if (status == NATS_OK) {
		js.Wait = LINK_ANSWER_MS;
		status = natsConnection_JetStream(&link->jetstream,
		    link->connection, &js);
	}
	natsOptions_Destroy(options);
	if (status != NATS_OK) {
		err = tell(status, detail);
		link_close(link);
		return err;
	}
	*link_out = link;
	return ERR_NONE;
}

void
link_close(struct link *link)
{
	if (link == NULL)
		return;
	atomic_store(&link->is_closing, true);
	jsCtx_Destroy(link->jetstream);
	natsConnection_Close(link->connection);
	natsConnection_Destroy(link->connection);
	/* Its threads may call back until they have ended. */
	nats_CloseAndWait(CLOSE_MS);
	for (size_t i = 0; i < link->later_count; i++)
		free(link->later[i]);
	free(link);
}

bool
link_is_up(const struct link *link)
{
	return natsConnection_Status(link->connection) ==
	    NATS_CONN_STATUS_CONNECTED;
}

uint64_t
link_failovers(const struct link *link)
{
	return atomic_load(&link->failovers);
}

jsCtx *
link_jetstream(const struct link *link)
{
	return link->jetstream;
}

natsConnection *
link_connection(const struct link *link)
{
	return link->connection;
}

void
link_free_later(struct link *link, void *memory)
{
	assert(link->later_count < LATER_MAX);
	link->later[link->later_count++] = memory;
}

const char *
jetstream_reason(natsStatus status, jsErrCode code)
{
	const char *text;

	if (code == JSNotEnabledErr || code == JSNotEnabledForAccountErr ||
	    status == NATS_NO_RESPONDERS)
		return "JetStream is not enabled there, or has no leader yet";
	if (status == NATS_TIMEOUT)
		return "no answer in time";
	text = nats_GetLastError(NULL);
	return text != NULL && text[0] != '\0' ? text :
	    natsStatus_GetText(status);
}

static natsStatus
set_options(natsOptions *options, struct link *link,
    const struct settings *settings, struct detail *detail)
{
	natsStatus status = set_servers(options,
	    settings_text(settings, SETTING_NATS_URL));

	if (status == NATS_OK)
		status = natsOptions_SetName(options, CLIENT_NAME);
	if (status == NATS_OK)
		status = natsOptions_SetTimeout(options, LINK_CONNECT_MS);
	if (status == NATS_OK)
		status = natsOptions_SetMaxReconnect(options, -1);
	if (status == NATS_OK)
		status = natsOptions_SetReconnectWait(options,
		    RECONNECT_WAIT_MS);
	if (status == NATS_OK)
		status = natsOptions_SetReconnectJitter(options,
		    RECONNECT_JITTER_MS, RECONNECT_JITTER_MS);
	if (status == NATS_OK)
		status = natsOptions_SetPingInterval(options, PING_MS);
	if (status == NATS_OK)
		status = natsOptions_SetMaxPingsOut(options, PINGS_OUT_MAX);
	if (status == NATS_OK)
		status = natsOptions_SetWriteDeadline(options, WRITE_MS);
	if (status == NATS_OK)
		status = natsOptions_SetFailRequestsOnDisconnect(options,
		    true);
	/* It would print to stderr otherwise; who asked is told anyway. */
	if (status == NATS_OK)
		status = natsOptions_SetErrorHandler(options, ignore_error,
		    NULL);
	if (status == NATS_OK)
		status = natsOptions_SetDisconnectedCB(options, note_loss,
		    link);
	if (status == NATS_OK)
		status = natsOptions_SetReconnectedCB(options, note_return,
		    link);
	if (status == NATS_OK)
		status = set_secrets(options, settings, detail);
	return status;
}

static natsStatus
set_servers(natsOptions *options, const char *urls)
{
	char copy[URLS_SIZE];
	const char *servers[LINK_SERVERS_MAX];
	char *rest = NULL;
	int count = 0;

	if (strlen(urls) >= sizeof(copy))
		return NATS_INVALID_ARG;
	memcpy(copy, urls, strlen(urls) + 1);
	for (char *url = strtok_r(copy, ",", &rest);
	    url != NULL && count < LINK_SERVERS_MAX;
	    url = strtok_r(NULL, ",", &rest))
		servers[count++] = url;
	return natsOptions_SetServers(options, servers, count);
}

static natsStatus
set_secrets(natsOptions *options, const struct settings *settings,
    struct detail *detail)
{
	const char *creds = settings_text(settings, SETTING_NATS_CREDS);
	const char *ca = settings_text(settings, SETTING_NATS_CA);
	natsStatus status = NATS_OK;

	if (creds[0] != '\0') {
		if (access(creds, R_OK) != 0) {
			detail_set(detail, ERR_MEANING,
			    "APITRAIL_NATS_CREDS: %s cannot be read", creds);
			return NATS_NOT_PERMITTED;
		}
		status = natsOptions_SetUserCredentialsFromFiles(options,
		    creds, NULL);
	}
	if (status == NATS_OK && ca[0] != '\0') {
		status = natsOptions_SetSecure(options, true);
		if (status == NATS_OK)
			status = natsOptions_LoadCATrustedCertificates(
			    options, ca);
		if (status != NATS_OK)
			detail_set(detail, ERR_MEANING,
			    "APITRAIL_NATS_CA: %s cannot be used", ca);
	}
	return status;
}

static enum error
tell(natsStatus status, struct detail *detail)
{
	if (detail != NULL && detail->text[0] != '\0')
		return ERR_MEANING;
	switch (status) {
	case NATS_NO_MEMORY:
		return detail_set(detail, ERR_NO_MEMORY, "out of memory");
	case NATS_CONNECTION_AUTH_FAILED:
	case NATS_NOT_PERMITTED:
		return detail_set(detail, ERR_MEANING, "APITRAIL_NATS_URL: "
		    "the server refuses these credentials; "
		    "APITRAIL_NATS_CREDS names their file");
	case NATS_SECURE_CONNECTION_REQUIRED:
	case NATS_SECURE_CONNECTION_WANTED:
	case NATS_SSL_ERROR:
		return detail_set(detail, ERR_MEANING, "APITRAIL_NATS_URL: "
		    "server and APITRAIL_NATS_CA do not agree about TLS: %s",
		    jetstream_reason(status, 0));
	case NATS_INVALID_ARG:
	case NATS_ADDRESS_MISSING:
		return detail_set(detail, ERR_MEANING, "APITRAIL_NATS_URL: "
		    "expected nats://host:port, several with commas");
	default:
		return detail_set(detail, ERR_AWAY, "APITRAIL_NATS_URL: no "
		    "server answers: %s", natsStatus_GetText(status));
	}
}

static void
note_loss(natsConnection *connection, void *arg)
{
	const struct link *link = arg;

	(void)connection;
	if (atomic_load(&link->is_closing))
		return;
	log_fact(LEVEL_WARNING, "the connection to NATS is lost", NULL);
}

static void
note_return(natsConnection *connection, void *arg)
{
	struct link *link = arg;

	(void)connection;
	atomic_fetch_add(&link->failovers, 1);
	log_fact(LEVEL_NOTICE, "there is a connection to NATS again", NULL);
}

static void
ignore_error(natsConnection *connection, natsSubscription *subscription,
    natsStatus status, void *arg)
{
	(void)connection;
	(void)subscription;
	(void)status;
	(void)arg;
}
