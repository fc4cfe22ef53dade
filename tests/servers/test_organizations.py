#!/usr/bin/env python3
"""test_organizations.py - two organizations never see each other.

Both record events of every category at the same moments, and each one asks
in every way, also with the other's cursors.
"""
import sys

sys.dont_write_bytecode = True

import itertools
import json

import doors
import fixture
import tap
import walk

NAMES = ("left", "right")
EVENTS = 600
TYPES = ("queue_added", "listener_updated", "message_added",
         "api_key_deleted", "backup_finished")
FILTERS = ("all", "queues", "listeners,messages", "api_keys")
ORDERS = ("asc", "desc")
LINES = ("application/x-ndjson", "text/csv")


def lines_of(name):
    """Events at the moments that the other organization's events have."""
    for number in range(EVENTS):
        yield {"id": f"{name}{number:0{21 - len(name)}}",
               "type": TYPES[number % len(TYPES)],
               "stored_at": STORE.base_ms + number // 3,
               "client": {"id": "client-of-" + name}}


def fill():
    for name in NAMES:
        STORE.add_organization(name)
        STORE.add_key(name, name)
    for name in NAMES:
        STORE.cli("import", "--org", name, data="".join(
            json.dumps(event) + "\n" for event in lines_of(name)).encode())


def of_filter(name, wanted):
    """The ids that an organization has of some categories."""
    prefixes = tuple(word[:-1] + "_" for word in wanted.split(","))
    return [event["id"] for event in lines_of(name)
            if wanted == "all" or event["type"].startswith(prefixes)]


def pages_hold_own_events_alone(results):
    with doors.NginxDoor(STORE) as door:
        for name, wanted, order in itertools.product(NAMES, FILTERS, ORDERS):
            events = walk.walk(
                door.port, STORE.keys[name],
                f"/v1/events?limit=7&events={wanted}&order={order}")
            expected = of_filter(name, wanted)
            if order == "desc":
                expected.reverse()
            results.expect(
                f"{name} walks its own events alone: {wanted}, {order}",
                [event["id"] for event in events] == expected,
                f"{len(events)} came, {len(expected)} should")


def exports_hold_own_events_alone(results):
    with doors.NginxDoor(STORE) as door:
        for name, other, accept in ((*NAMES, LINES[0]),
                                    (*NAMES[::-1], LINES[0]),
                                    (*NAMES, LINES[1]),
                                    (*NAMES[::-1], LINES[1])):
            body = door.ask("GET", "/v1/events", [
                ("X-API-KEY", STORE.keys[name]),
                ("Accept", accept)]).body.decode()
            results.expect(
                f"{name} exports its own events alone: {accept}",
                body.count("client-of-" + name) == EVENTS and
                other not in body, f"{len(body)} bytes")


def the_others_cursor_is_a_place_and_no_more(results):
    with doors.NginxDoor(STORE) as door:
        for name, other in (NAMES, NAMES[::-1]):
            cursor = list(lines_of(other))[EVENTS // 2]
            events = walk.walk(door.port, STORE.keys[name], walk.behind(
                "/v1/events?limit=50", cursor))
            place = (cursor["stored_at"], cursor["id"])
            expected = [event["id"] for event in lines_of(name)
                        if (event["stored_at"], event["id"]) > place]
            results.expect(
                f"{name} goes on at a cursor of {other}",
                [event["id"] for event in events] == expected)


with fixture.Fixture() as STORE:
    fill()
    tap.run([pages_hold_own_events_alone, exports_hold_own_events_alone,
             the_others_cursor_is_a_place_and_no_more])
