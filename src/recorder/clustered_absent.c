/* clustered_absent.c - a build without libnats: the recorder is alone. */
#include "base/settings.h"
#include "recorder/alone.h"
#include "recorder/clustered.h"
#include "recorder/totals.h"

enum error
clustered_open(const struct settings *settings, struct store *store,
    struct shared *shared, struct peers *peers,
    struct clustered **clustered_out, struct detail *detail)
{
	(void)peers;
	*clustered_out = NULL;
	if (settings_text(settings, SETTING_NATS_URL)[0] != '\0')
		return detail_set(detail, ERR_MEANING, "APITRAIL_NATS_URL: "
		    "this program was built without libnats");
	return alone_begin(store, shared, detail);
}

void
clustered_close(struct clustered *clustered)
{
	(void)clustered;
}

enum clustered_state
clustered_state(const struct clustered *clustered)
{
	(void)clustered;
	return CLUSTERED_JOINED;
}

void
clustered_explain(const struct clustered *clustered, const char *path,
    enum error err, struct detail *detail)
{
	(void)clustered;
	detail_set(detail, err, "%s: the recorder cannot go on", path);
}

int
clustered_fd(const struct clustered *clustered)
{
	(void)clustered;
	return -1;
}

int64_t
clustered_due_ms(const struct clustered *clustered)
{
	(void)clustered;
	return INT64_MAX;
}

enum error
clustered_work(struct clustered *clustered, int64_t peers_now_ms,
    struct totals *work)
{
	(void)clustered;
	(void)peers_now_ms;
	*work = (struct totals){ 0 };
	return ERR_NONE;
}
