#!/usr/bin/env python3
"""test_import.py - apitrail import: events that have their own places."""
import json
import sys

from program import (HOUR_MS, REFUSED, ago_ms, equal, expect, run_all,
                     stored)

MINUTE_MS = 60 * 1000
ORG = ("--org", "acme")


def test_each_event_keeps_its_id_and_its_time(program):
    program.with_org()
    place = ago_ms(HOUR_MS)
    lines = [stored(3, place + 5), stored(1, place), stored(2, place)]
    equal(program.must_json("import", *ORG, stdin=b"".join(lines)),
          {"recorded": 3, "repeated": 0, "refused": 0})
    equal(program.events(), [json.loads(lines[i]) for i in (1, 2, 0)])


def test_a_repeat_is_counted_and_harmless(program):
    program.with_org()
    line = stored(1, ago_ms(HOUR_MS))
    program.must("import", *ORG, stdin=line)
    result = program.run("import", *ORG, stdin=line + line)
    expect(result, 0, stdout=b"recorded 0 events, repeated 2\n")
    equal(len(program.events()), 1)


def test_another_event_at_the_same_place_is_refused_by_line(program):
    program.with_org()
    place = ago_ms(HOUR_MS)
    program.must("import", *ORG, stdin=stored(1, place))
    other = stored(1, place, "queue_deleted")
    moved = stored(1, place, "message_added")
    for words in ((), ("--strict",)):
        rejects = program.path("rejects")
        result = program.run("import", *ORG, "--rejects", rejects, *words,
                             stdin=b"\n" + other + stored(1, place) + moved)
        expect(result, REFUSED, "-:2: stored_at and id: ", "-:4: ")
        equal(program.read("rejects"), other + moved)
    equal(program.events(), [json.loads(stored(1, place))])


def test_bad_lines_are_named_in_their_order(program):
    program.with_org()
    place = ago_ms(HOUR_MS)
    content = b"".join((b"{\n", stored(1, place), b"[]\n",
                        stored(1, place, "queue_deleted"), b"0\n"))
    result = program.run("import", *ORG, stdin=content)
    expect(result, REFUSED)
    equal([line.split(": ")[0] for line in
           result.stderr.decode().splitlines()], ["-:1", "-:3", "-:4", "-:5"])


def test_strict_sees_lines_that_contradict_each_other(program):
    program.with_org()
    place = ago_ms(HOUR_MS)
    good = b"".join(stored(i, place + i % 7) for i in range(2000))
    twin = stored(5, place + 5, "queue_deleted")
    result = program.run("import", *ORG, "--strict", "--rejects",
                         program.path("rejects"), stdin=good + good + twin)
    expect(result, REFUSED, "-:4001: stored_at and id: ")
    equal(program.read("rejects"), twin)
    equal(program.events(), [])
    equal(program.must_json("import", *ORG, "--strict", stdin=good + good),
          {"recorded": 2000, "repeated": 2000, "refused": 0})


def test_only_the_past_24_hours_are_taken(program):
    program.with_org()
    for offset, status in ((24 * HOUR_MS - MINUTE_MS, 0), (MINUTE_MS, 0),
                           (24 * HOUR_MS + MINUTE_MS, REFUSED),
                           (-MINUTE_MS, REFUSED)):
        result = program.run("import", *ORG,
                             stdin=stored(offset % 97, ago_ms(offset)))
        expect(result, status)
        if status == REFUSED:
            expect(result, status, "-:1: stored_at: expected a moment of "
                   "the past 24 hours", "Z to 2")
    equal(len(program.events()), 2)


def test_id_and_stored_at_are_required_and_checked(program):
    program.with_org()
    good = json.loads(stored(1, ago_ms(HOUR_MS)))
    for change, part in (({"id": None}, "id"), ({"stored_at": None},
                                                "stored_at"),
                         ({"id": "short"}, "id"), ({"id": "a" * 22}, "id"),
                         ({"id": "a" * 20 + "!"}, "id"),
                         ({"stored_at": "1"}, "stored_at"),
                         ({"stored_at": 1.5}, "stored_at"),
                         ({"stored_at": -1}, "stored_at"),
                         ({"stored_at": 2 ** 63}, "stored_at")):
        event = {name: value for name, value in {**good, **change}.items()
                 if value is not None}
        expect(program.run("import", *ORG, stdin=json.dumps(event).encode()),
               REFUSED, f"-:1: {part}: ")
    equal(program.events(), [])


def test_ids_of_others_may_begin_with_a_dash(program):
    program.with_org()
    event = json.loads(stored(1, ago_ms(HOUR_MS)))
    for first in "-_0z":
        event["id"] = first + event["id"][1:]
        program.must("import", *ORG, stdin=json.dumps(event).encode())
    equal([event["id"][0] for event in program.events()],
          ["-", "0", "_", "z"])


def test_what_one_store_shows_another_takes(program):
    program.with_org()
    program.must("append", *ORG, stdin=b"".join(
        b'{"type":"%s","message":{"id":"m%d"}}\n' % (kind, i)
        for i in range(1500) for kind in (b"message_added", b"other")))
    text = program.must("events", *ORG, "--ndjson")
    other = ("--store", program.path("other"))
    program.must("init", *other)
    program.must("org", "add", "acme", *other)
    equal(program.must_json("import", *ORG, *other, stdin=text)["recorded"],
          3000)
    equal(program.must("events", *ORG, "--ndjson", *other), text)


def test_strict_imports_all_or_nothing(program):
    program.with_org()
    place = ago_ms(HOUR_MS)
    good = b"".join(stored(i, place) for i in range(1500))
    expect(program.run("import", *ORG, "--strict", stdin=good
                       + stored(1, ago_ms(25 * HOUR_MS))), REFUSED, "-:1501")
    equal(program.events(), [])
    equal(program.must_json("import", *ORG, "--strict", stdin=good),
          {"recorded": 1500, "repeated": 0, "refused": 0})
    equal(program.must_json("import", *ORG, "--strict", stdin=good),
          {"recorded": 0, "repeated": 1500, "refused": 0})


if __name__ == "__main__":
    run_all(sys.modules[__name__])
