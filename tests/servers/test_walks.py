#!/usr/bin/env python3
"""test_walks.py - the promise of the cursor, from a client's side.

Following the cursor gives every recorded event exactly once, in the order in
which they were committed, however many writers there are, however many events
share a millisecond, and if the clock steps back.
"""
import sys

sys.dont_write_bytecode = True

import threading
import time

import clock
import doors
import fixture
import tap
import walk

WRITERS = 4
BATCHES = 12
BATCH_EVENTS = 150
SAME_MOMENT_EVENTS = 10_000
MINUTE_SECONDS = 60


def at(store, minutes_ago):
    """A command prefix under which the clock stands still at a moment."""
    return clock.stopped(
        store.clock, int(time.time()) - minutes_ago * MINUTE_SECONDS)


def append(store, organization, names, prefix=()):
    lines = "".join(walk.queue_event(name) for name in names)
    done = store.try_cli("append", "--org", organization,
                         data=lines.encode(), prefix=prefix)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode(errors="replace"))


def write_batches(store, writer, faults):
    try:
        for batch in range(BATCHES):
            append(store, "busy",
                   [f"{writer}/{batch * BATCH_EVENTS + number}"
                    for number in range(BATCH_EVENTS)])
    except AssertionError as fault:
        faults.append(str(fault))


def follow(port, key, writers):
    """Walks on behind the last event until nobody writes any more."""
    target = "/v1/events?limit=70"
    events = []
    while True:
        was_alive = any(writer.is_alive() for writer in writers)
        events += walk.walk(
            port, key, walk.behind(target, events[-1]) if events else target)
        if not was_alive:
            return events


def a_walk_beside_writers_gives_every_event_once(results):
    faults = []
    writers = [threading.Thread(target=write_batches,
                                args=(STORE, writer, faults))
               for writer in range(WRITERS)]
    with doors.NginxDoor(STORE) as door:
        for writer in writers:
            writer.start()
        events = follow(door.port, STORE.keys["busy"], writers)
        again = walk.walk(door.port, STORE.keys["busy"],
                          "/v1/events?limit=1000")
    faults += walk.order_faults(events)
    if again != events:
        faults.append(f"{len(events)} came beside the writers, "
                      f"{len(again)} afterwards, and not the same")
    names = walk.queue_names(events)
    for writer in range(WRITERS):
        own = [int(name.split("/")[1]) for name in names
               if name.startswith(f"{writer}/")]
        if own != list(range(BATCHES * BATCH_EVENTS)):
            faults.append(f"writer {writer} wrote {BATCHES * BATCH_EVENTS}, "
                          f"of which {len(own)} came, in order or not")
    results.result("a walk beside writers gives every event once, in order",
                   faults)


def events_of_one_millisecond_come_once(results):
    names = [str(number) for number in range(SAME_MOMENT_EVENTS)]
    append(STORE, "moment", names, at(STORE, minutes_ago=60))
    with doors.NginxDoor(STORE) as door:
        key = STORE.keys["moment"]
        events = walk.walk(door.port, key, "/v1/events?limit=999")
        newest = walk.walk(door.port, key, "/v1/events?limit=997&order=desc")
    moments = {event["stored_at"] for event in events}
    results.expect("10,000 events are of one millisecond", len(moments) == 1,
                   f"they are of {len(moments)}")
    results.expect("10,000 events of one millisecond come once, in order",
                   walk.queue_names(events) == names,
                   f"{len(events)} came, or not in order")
    results.expect("newest first they come in the opposite order",
                   newest == events[::-1],
                   f"{len(newest)} came, or not in order")


def a_clock_that_steps_back_loses_nothing(results):
    key = STORE.keys["back"]
    with doors.NginxDoor(STORE) as door:
        append(STORE, "back", ["first"], at(STORE, minutes_ago=10))
        before = walk.walk(door.port, key, "/v1/events?limit=1")
        append(STORE, "back", ["second", "third"], at(STORE, minutes_ago=45))
        append(STORE, "back", ["fourth"])
        after = walk.walk(door.port, key, walk.behind(
            "/v1/events?limit=1", before[-1]))
    results.expect("a cursor from before the clock stepped back goes on",
                   walk.queue_names(before + after)
                   == ["first", "second", "third", "fourth"],
                   str(walk.queue_names(before + after)))
    results.result("moments never run backwards",
                   walk.order_faults(before + after))


with fixture.Fixture() as STORE:
    # The oldest moment first: a later stamp of the store holds for all.
    for name in ("moment", "back", "busy"):
        STORE.add_organization(name)
        STORE.add_key(name, name)
    tap.run([events_of_one_millisecond_come_once,
             a_clock_that_steps_back_loses_nothing,
             a_walk_beside_writers_gives_every_event_once])
