/* service.c - what all requests of a process share. */
#include "api/service.h"

#include <stdlib.h>

#include "api/access_log.h"
#include "api/exchange.h"
#include "base/clock.h"
#include "base/settings.h"
#include "shared/responders.h"
#include "shared/shared.h"
#include "shared/waiters.h"
#include "store/live_store.h"

/* Many times as long as who waits takes to say so again. */
enum { ANNOUNCED_MS = 15 * SECOND_MS };

enum error
service_new(const struct settings *settings, struct service **service_out,
    struct detail *detail)
{
	struct service *service = calloc(1, sizeof(*service));
	enum error err = ERR_NO_MEMORY;

	*service_out = NULL;
	if (service == NULL)
		goto out;

	pthread_mutex_init(&service->opening_shared, NULL);
	service->store_path = settings_text(settings, SETTING_STORE);
	/* The settings allow what the rule allows. */
	(void)lockout_rule_parse(settings_text(settings, SETTING_LOCKOUT),
	    &service->lockout);
	service->base_url = settings_text(settings, SETTING_BASE_URL);
	service->prefix = settings_text(settings, SETTING_PREFIX);
	service->cors_origin = settings_text(settings, SETTING_CORS_ORIGIN);
	service->retention_ms = settings_number(settings, SETTING_RETENTION);
	if (service->retention_ms > WINDOW_MS)
		service->retention_ms = WINDOW_MS;

	err = live_store_new(service->store_path,
	    settings_text(settings, SETTING_PEPPER),
	    settings_number(settings, SETTING_MAP_SIZE), &service->live);
	if (err != ERR_NONE)
		goto out;
	if (settings_number(settings, SETTING_ACCESS_LOG) != 0) {
		err = access_log_open(
		    settings_text(settings, SETTING_ACCESS_LOG),
		    &service->access_log, detail);
		if (err != ERR_NONE)
			goto out;
	}
	*service_out = service;
	service = NULL;
out:
	if (err == ERR_NO_MEMORY)
		detail_set(detail, err, "out of memory");
	service_free(service);
	return err;
}

void
service_open(struct service *service)
{
	live_store_open(service->live);
}

void
service_free(struct service *service)
{
	if (service == NULL)
		return;
	access_log_close(service->access_log);
	live_store_free(service->live);
	if (service->shared != NULL)
		responders_leave(service->shared, &service->place);
	shared_free(service->shared);
	pthread_mutex_destroy(&service->opening_shared);
	free(service);
}

void
service_announce_waiter(struct service *service)
{
	struct shared *shared = atomic_load(&service->shared);
	int64_t now_ms = clock_now_ms();

	/* Without a store that was read, nobody came so far as to wait. */
	if (shared != NULL)
		waiters_announce(shared, now_ms + ANNOUNCED_MS, now_ms);
}

void
service_stop(struct service *service)
{
	atomic_store(&service->is_stopping, true);
}

void
service_flush(struct service *service)
{
	struct shared *shared = atomic_load(&service->shared);

	access_log_flush(service->access_log);
	if (shared != NULL)
		shared_renew(shared);
}

void
service_tell_load(struct service *service, unsigned int connections,
    unsigned int waiters)
{
	struct shared *shared = atomic_load(&service->shared);

	if (shared != NULL)
		responders_tell(shared, &service->place, connections,
		    waiters, clock_now_ms());
}

bool
service_map_ahead(struct service *service)
{
	return live_store_map_ahead(service->live);
}
