/* watch.c - how a loop learns that something was recorded. */
#include "responder/watch.h"

#include <stdlib.h>
#include <sys/epoll.h>

#include "api/service.h"
#include "base/clock.h"
#include "store/wake.h"

enum { LOOK_MS = SECOND_MS };

struct watch {
	struct service *service;
	struct wake_watch *wake;	/* NULL: there is none to be had */
	int epoll_fd;
	bool is_begun;
	/* epoll tells once, and again when it is told to listen: so the wakes
	 * of a pause are one. */
	bool is_listening;
	int64_t listen_at_ms;
	int64_t look_at_ms;
	uint64_t count;
};

static void listen_again(struct watch *watch);

enum error
watch_new(struct service *service, const char *store_path, int epoll_fd,
    struct watch **watch_out)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	struct epoll_event event = { .events = EPOLLONESHOT };
	enum error err = ERR_NO_MEMORY;

	*watch_out = NULL;
	if (watch == NULL)
		goto out;
	watch->service = service;
	watch->epoll_fd = epoll_fd;
	if (wake_watch_new(store_path, &watch->wake) == ERR_NO_MEMORY)
		goto out;
	err = ERR_IO;
	event.data.ptr = watch;
	if (watch->wake != NULL && epoll_ctl(epoll_fd, EPOLL_CTL_ADD,
	    wake_watch_fd(watch->wake), &event) != 0)
		goto out;
	err = ERR_NONE;
	*watch_out = watch;
	watch = NULL;
out:
	watch_free(watch);
	return err;
}

void
watch_free(struct watch *watch)
{
	if (watch == NULL)
		return;
	wake_watch_free(watch->wake);
	free(watch);
}

int64_t
watch_wake_ms(const struct watch *watch)
{
	if (!watch->is_begun)
		return INT64_MAX;
	return !watch->is_listening &&
	    watch->listen_at_ms < watch->look_at_ms ?
	    watch->listen_at_ms : watch->look_at_ms;
}

void
watch_begin(struct watch *watch, int64_t now_ms)
{
	if (watch->is_begun)
		return;
	watch->is_begun = true;
	watch->look_at_ms = now_ms + LOOK_MS;
	listen_again(watch);
	if (watch->wake != NULL)
		(void)wake_watch_renew(watch->wake);
	service_announce_waiter(watch->service);
	watch->count++;
}

void
watch_end(struct watch *watch)
{
	watch->is_begun = false;
}

bool
watch_work(struct watch *watch, bool is_event, int64_t now_ms)
{
	bool is_news = false;

	if (is_event) {
		is_news = wake_watch_take(watch->wake);
		watch->is_listening = false;
		watch->listen_at_ms = now_ms + WAKE_PAUSE_MS;
	}
	if (!watch->is_begun)
		return false;
	if (!watch->is_listening && now_ms >= watch->listen_at_ms)
		listen_again(watch);
	if (now_ms >= watch->look_at_ms) {
		watch->look_at_ms = now_ms + LOOK_MS;
		is_news = watch->wake == NULL ||
		    wake_watch_renew(watch->wake) || is_news;
		service_announce_waiter(watch->service);
	}
	if (is_news)
		watch->count++;
	return is_news;
}

uint64_t
watch_count(const struct watch *watch)
{
	return watch->count;
}

static void
listen_again(struct watch *watch)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT };

	event.data.ptr = watch;
	watch->is_listening = true;
	/* It fails for no file that is open and was added. */
	if (watch->wake != NULL)
		(void)epoll_ctl(watch->epoll_fd, EPOLL_CTL_MOD,
		    wake_watch_fd(watch->wake), &event);
}
