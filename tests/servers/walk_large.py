#!/usr/bin/env python3
"""walk_large.py - the promise of the cursor on 1,000,000 events.

Usage: make check-large
"""
import sys

sys.dont_write_bytecode = True

import json
import time

import client
import doors
import fixture
import tap
import walk

EVENTS = 1_000_000
APPEND_EVENTS = 100_000


def fill(results):
    begin = time.monotonic()
    for first in range(0, EVENTS, APPEND_EVENTS):
        lines = "".join(walk.queue_event(str(number)) for number in
                        range(first, first + APPEND_EVENTS))
        STORE.cli("append", "--org", "large", data=lines.encode())
    seconds = time.monotonic() - begin
    stored = json.loads(STORE.cli("stat", "--json"))["events"]
    results.expect(f"{EVENTS} events are appended ({seconds:.0f} s)",
                   stored == EVENTS, f"{stored} are stored")


def walk_pages(results):
    begin = time.monotonic()
    with doors.NginxDoor(STORE) as door:
        events = walk.walk(door.port, STORE.keys["large"],
                           "/v1/events?limit=1000")
    seconds = time.monotonic() - begin
    results.result(
        f"a walk of {EVENTS} events gives each once ({seconds:.0f} s)",
        walk.order_faults(events) + number_faults(events))


def export_lines(results):
    begin = time.monotonic()
    with doors.NginxDoor(STORE) as door:
        response = client.ask(
            door.port, "GET", "/v1/events",
            [("X-API-KEY", STORE.keys["large"]),
             ("Accept", "application/x-ndjson")])
    events = [json.loads(line) for line in response.body.splitlines()]
    seconds = time.monotonic() - begin
    results.result(
        f"an export of {EVENTS} events gives each once ({seconds:.0f} s)",
        walk.order_faults(events) + number_faults(events))


def number_faults(events):
    numbers = [int(name) for name in walk.queue_names(events)]
    if numbers != list(range(EVENTS)):
        return [f"{len(numbers)} came, or not as they were appended"]
    return []


with fixture.Fixture() as STORE:
    STORE.add_organization("large")
    STORE.add_key("large", "large")
    tap.run([fill, walk_pages, export_lines])
