#!/usr/bin/env python3
"""test_live.py - who waits for events gets them as they come.

Through each web server that can wait; the others answer at once.
"""
import sys

sys.dont_write_bytecode = True

import concurrent.futures
import contextlib
import http.client
import json
import threading
import time

import client
import doors
import fixture
import recorders
import tap
import walk

WAITING = ("nginx", "lighttpd", "lighttpd-spawned", "apache-proxy")
NOT_WAITING = ("cgi", "request", "apache-fcgid")
# From the POST's answer to the waiter's; much more than it takes.
NEWS_SECONDS_MAX = 1.0
COMMENT_SECONDS = 15
WAITERS = 50
POSTS = 20
START = "/v1/events?startAfter=0&startAfterId=" + "-" * 21


def key_field():
    return [("X-API-KEY", STORE.keys["live"])]


def post(door, name, kind="queue"):
    """Records one event and returns it."""
    answer = door.ask("POST", "/v1/events", [
        *key_field(), ("Content-Type", "application/json")],
        json.dumps({"type": kind + "_added",
                    "queue": {"id": "queue", "name": name}}).encode())
    if answer.status != 201:
        raise AssertionError(f"{answer.status} {answer.body}")
    return json.loads(answer.body)["event"]


def behind_newest(door):
    """The target of what comes behind the newest event."""
    return walk.behind("/v1/events?limit=10", post(door, "newest"))


def place_of(event):
    return f"{event['stored_at']}:{event['id']}"


def doors_of(results, names):
    """Those that are there, each open."""
    for name in names:
        door_type = doors.DOORS[name]
        if door_type.missing():
            results.skip(name, f"{door_type.missing()} is not installed")
            continue
        with door_type(STORE) as door:
            yield door


class Waiter(threading.Thread):
    """One request on a thread, and when its answer came."""

    def __init__(self, door, target):
        super().__init__()
        self.door = door
        self.target = target
        self.status, self.events = None, None
        self.seconds, self.end = 0.0, 0.0
        self.start()

    def run(self):
        begin = time.monotonic()
        answer = self.door.ask("GET", self.target, key_field())
        self.end = time.monotonic()
        self.seconds = self.end - begin
        self.status = answer.status
        if answer.status == 200:
            self.events = json.loads(answer.body)["events"]


def a_page_waits_for_its_first_event(results):
    for door in doors_of(results, WAITING):
        target = behind_newest(door) + "&wait=20"
        waiters = [Waiter(door, target) for _ in range(WAITERS)]
        other = Waiter(door, target + "&events=listeners")
        time.sleep(0.5)
        early = sum(not waiter.is_alive() for waiter in waiters)
        event = post(door, "news")
        begin = time.monotonic()
        for waiter in waiters:
            waiter.join()
        late = max(waiter.end - begin for waiter in waiters)
        results.expect(f"{door.name}: {WAITERS} wait for an event",
                       early == 0, f"{early} did not")
        results.expect(f"{door.name}: each is answered with it",
                       all(waiter.events == [event] for waiter in waiters))
        results.expect(f"{door.name}: as soon as it is there",
                       late <= NEWS_SECONDS_MAX, f"{late:.3f} s later")
        results.expect(f"{door.name}: who waits for another kind waits on",
                       other.is_alive())
        listener = post(door, "news", "listener")
        other.join()
        results.expect(f"{door.name}: until that comes",
                       other.events == [listener], str(other.events))


def a_page_waits_for_no_longer_than_it_says(results):
    for door in doors_of(results, WAITING):
        target = behind_newest(door)
        empty = Waiter(door, target + "&wait=2")
        empty.join()
        results.expect(
            f"{door.name}: after its time the page is empty",
            empty.events == [] and 2 <= empty.seconds < 4,
            f"{empty.status} {empty.events} after {empty.seconds:.2f} s")
        post(door, "there already")
        full = Waiter(door, target + "&wait=20")
        full.join()
        results.expect(
            f"{door.name}: what is there already comes at once",
            full.seconds < 2 and walk.queue_names(full.events)
            == ["there already"], f"{full.seconds:.2f} s {full.events}")


def where_nobody_can_wait_it_is_over_at_once(results):
    for door in doors_of(results, NOT_WAITING):
        waiter = Waiter(door, behind_newest(door) + "&wait=20")
        waiter.join()
        results.expect(f"{door.name}: wait counts as 0",
                       waiter.events == [] and waiter.seconds < 5,
                       f"{waiter.status} after {waiter.seconds:.2f} s")
        answer = door.ask("GET", "/v1/events", [
            *key_field(), ("Accept", "text/event-stream")])
        results.expect(f"{door.name}: a stream is not offered",
                       answer.status == 406 and
                       b"text/event-stream" not in answer.body,
                       f"{answer.status} {answer.body}")


def a_stream_brings_events_as_they_come(results):
    for door in doors_of(results, WAITING):
        post(door, "before")
        faults = []
        with client.Stream(door.port, STORE.keys["live"]) as stream:
            kind = stream.response.getheader("Content-Type")
            for number in range(POSTS):
                event = post(door, f"live {number}")
                begin = time.monotonic()
                fields = stream.next_event()
                seconds = time.monotonic() - begin
                if fields is None or json.loads(fields["data"]) != event \
                        or fields["event"] != event["type"] \
                        or fields["id"] != place_of(event):
                    faults.append(f"{fields} for {event}")
                if seconds > NEWS_SECONDS_MAX:
                    faults.append(f"it came {seconds:.3f} s later")
        results.expect(f"{door.name}: a stream is of its type",
                       kind == "text/event-stream", str(kind))
        results.result(f"{door.name}: each event comes as it is recorded, "
                       "beginning with the first from now on", faults)


def page_wait_and_stream_share_a_cursor(results):
    for door in doors_of(results, WAITING):
        events = [post(door, f"shared {number}") for number in range(6)]
        target = "/v1/events?limit=2&events=queues"
        got = walk.page(door.port, STORE.keys["live"], walk.behind(
            target, events[0]))[0]
        with client.Stream(door.port, STORE.keys["live"],
                           "/v1/events?events=queues",
                           place_of(got[-1])) as stream:
            got.append(json.loads(stream.next_event()["data"]))
        # The header is what a browser adds to the target it began with.
        with client.Stream(door.port, STORE.keys["live"],
                           walk.behind("/v1/events?events=queues",
                                       events[0]),
                           place_of(got[-1])) as stream:
            got.append(json.loads(stream.next_event()["data"]))
        got += walk.page(door.port, STORE.keys["live"], walk.behind(
            target + "&wait=5", got[-1]))[0]
        results.expect(
            f"{door.name}: page, stream and wait go on from each other",
            got == events[1:], str(walk.queue_names(got)))


def a_gap_is_told(results):
    for door in doors_of(results, WAITING[:1]):
        with client.Stream(door.port, STORE.keys["live"], START) as stream:
            first = stream.next_event()
            second = stream.next_event()
    results.expect("a stream from before the window tells of a gap",
                   first["event"] == "gap" and
                   0 < time.time() * 1000 - int(first["data"]) < 25 * 3600e3
                   and "id" not in first, str(first))
    results.expect("and goes on with the oldest event",
                   second["event"] == "queue_added", str(second))


def a_quiet_stream(door):
    """Tells after how long a comment came, then revokes the key and tells
    after how long the stream ended."""
    key_id = KEY_IDS[door.name]
    with client.Stream(door.port, STORE.keys["quiet " + door.name],
                       timeout=90) as stream:
        stream.next()
        begin = time.monotonic()
        comment = stream.next()
        comment_seconds = time.monotonic() - begin
        STORE.cli("key", "revoke", key_id)
        begin = time.monotonic()
        try:
            while stream.next() is not None:
                pass
            end = "whole"
        except (http.client.HTTPException, OSError) as fault:
            end = repr(fault)
        return comment, comment_seconds, end, time.monotonic() - begin


def a_quiet_stream_is_kept_up_until_its_key_is_gone(results):
    """All at once, as it takes half a minute; a key of another organization
    each, as the end of a key is an event too."""
    with contextlib.ExitStack() as stack, \
            concurrent.futures.ThreadPoolExecutor() as pool:
        opened = [stack.enter_context(doors.DOORS[name](STORE))
                  for name in WAITING if not doors.DOORS[name].missing()]
        for door in opened:
            STORE.add_organization("quiet-" + door.name)
            KEY_IDS[door.name] = STORE.add_key("quiet " + door.name,
                                               "quiet-" + door.name)
        outcomes = list(pool.map(a_quiet_stream, opened))
    for door, (comment, seconds, end, end_seconds) in zip(opened, outcomes):
        results.expect(f"{door.name}: a comment comes every 15 seconds",
                       list(comment) == [""] and
                       abs(seconds - COMMENT_SECONDS) < 3,
                       f"{comment} after {seconds:.1f} s")
        results.expect(
            f"{door.name}: a stream ends within a minute of its key",
            end_seconds < 60, f"{end} after {end_seconds:.1f} s")


KEY_IDS = {}
with fixture.Fixture() as STORE, recorders.Recorder(STORE):
    STORE.add_organization("live")
    STORE.add_key("live", "live", "--scope", "events:write")
    tap.run([a_page_waits_for_its_first_event,
             a_page_waits_for_no_longer_than_it_says,
             where_nobody_can_wait_it_is_over_at_once,
             a_stream_brings_events_as_they_come,
             page_wait_and_stream_share_a_cursor, a_gap_is_told,
             a_quiet_stream_is_kept_up_until_its_key_is_gone])
