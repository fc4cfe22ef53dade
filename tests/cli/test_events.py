#!/usr/bin/env python3
"""test_events.py - apitrail events: ranges, cursors and forms."""
import csv
import io
import json
import sys
import time

from program import (FAILED, HOUR_MS, USAGE, ago_ms, equal, expect, run_all,
                     stored)

TYPES = ("api_key_added", "listener_added", "message_added", "queue_added",
         "other")
ORG = ("--org", "acme")


def fill(program, count=50, begin_ms=20 * HOUR_MS, step_ms=60 * 1000):
    """Imports events of all types in turn, two of them a moment."""
    program.with_org()
    first_ms = ago_ms(begin_ms)
    lines = [stored(i, first_ms + i // 2 * step_ms, TYPES[i % 5])
             for i in range(count)]
    program.must("import", *ORG, stdin=b"".join(lines))
    return [json.loads(line) for line in lines]


def test_events_come_oldest_first_or_newest_first(program):
    events = fill(program)
    equal(program.events(), events)
    equal(program.events("--desc"), events[::-1])


def test_events_are_filtered_by_category(program):
    events = fill(program)

    def of(*prefixes):
        return [event for event in events
                if event["type"].startswith(prefixes)]
    for text, prefixes in (("all", ("",)), ("queues", ("queue",)),
                           ("api_keys,messages", ("api_key", "message")),
                           ("listeners", ("listener",))):
        equal(program.events("--events", text), of(*prefixes))


def test_a_limit_ends_the_list(program):
    events = fill(program)
    equal(program.events("--limit", "7"), events[:7])
    equal(program.events("--limit", "7", "--desc"), events[:-8:-1])
    equal(program.events("--limit", "1000000"), events)


def test_a_cursor_is_where_the_list_goes_on(program):
    events = fill(program)
    place = ("--start-after", str(events[9]["stored_at"]),
             "--start-after-id", events[9]["id"])
    equal(program.events(*place), events[10:])
    equal(program.events(*place, "--desc"), events[8::-1])
    between = ("--start-after", str(events[9]["stored_at"] + 1),
               "--start-after-id", "-" * 21)
    equal(program.events(*between), events[10:])


def test_since_is_a_duration_or_a_moment(program):
    events = fill(program)
    middle = events[20]["stored_at"]
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(middle // 1000))
    equal(program.events("--since", f"{text}.{middle % 1000:03d}Z"),
          events[20:])
    equal(program.events("--since", "21h"), events)
    equal(program.events("--since", "1h"), [])


def test_pages_and_categories_do_not_show_where_they_join(program):
    events = fill(program, 5003, step_ms=1)
    equal(program.events(), events)
    equal(program.events("--desc"), events[::-1])
    equal(program.events("--limit", "2001"), events[:2001])


def test_nothing_older_than_the_retention_is_shown(program):
    events = fill(program)
    equal(program.events("--retention", "1h"), [])
    kept = [event for event in events
            if event["stored_at"] > ago_ms(20 * HOUR_MS - 600 * 1000)]
    got = program.events("--retention", "1190m")
    equal((len(got) in (len(kept), len(kept) - 1), got[-1]),
          (True, events[-1]))
    equal(program.events("--since", "48h"), events)


def test_ndjson_is_an_event_a_line(program):
    events = fill(program)
    lines = program.must("events", *ORG, "--ndjson").splitlines()
    equal([json.loads(line) for line in lines], events)


def test_csv_has_a_line_of_names_and_a_row_an_event(program):
    events = fill(program)
    text = program.must("events", *ORG, "--csv").decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    equal(list(rows[0])[:4], ["id", "type", "stored_at", "client_id"])
    equal([row["id"] for row in rows], [event["id"] for event in events])


def test_a_table_shows_100_and_says_that_there_are_more(program):
    fill(program, 150)
    result = program.run("events", *ORG)
    equal(len(result.stdout.splitlines()), 101)
    expect(result, 0, "more than these 100")
    result = program.run("events", *ORG, "--limit", "120")
    equal((len(result.stdout.splitlines()), result.stderr), (121, b""))


def test_a_table_tells_what_an_event_is_about(program):
    program.with_org()
    program.must("append", *ORG, stdin=json.dumps(
        {"type": "message_added", "queue": {"id": "q1", "name": "a\u202eb"},
         "message": {"id": "m1"}, "metadata": {"k": "v\u009b"}}).encode())
    row = program.must("events", *ORG).decode().splitlines()[1]
    equal("message m1, queue a\\u202eb (q1)" in row, True)
    equal("\u009b" in row, False)


def test_no_events_are_an_empty_list(program):
    program.with_org()
    equal(program.events(), [])
    equal(program.must("events", *ORG), b"")
    equal(program.must("events", *ORG, "--ndjson"), b"")
    equal(len(program.must("events", *ORG, "--csv").splitlines()), 1)


def test_organizations_do_not_see_each_other(program):
    events = fill(program)
    program.must("org", "add", "globex")
    program.must("append", "--org", "globex", stdin=b'{"type":"x"}')
    equal(program.events(), events)
    equal([event["type"] for event in program.events(org="globex")], ["x"])


def test_wrong_ranges_are_refused(program):
    program.with_org()
    for words, part in (
            (("--events", "queue"), '"queue"'),
            (("--events", ""), "--events: "),
            (("--limit", "0"), "from 1 to"),
            (("--limit", "1e3"), '"1e3"'),
            (("--limit", "9223372036854775808"), "--limit: expected"),
            (("--since", "soon"), '"soon"'),
            (("--start-after", "1"), "go together"),
            (("--start-after-id", "a" * 21), "go together"),
            (("--start-after", "-1", "--start-after-id", "a" * 21),
             "from 0 to"),
            (("--start-after", "1", "--start-after-id", "a" * 20),
             "expected 21 of"),
            (("--csv", "--ndjson"), "only one of"),
            (("--csv", "--json"), "only one of")):
        expect(program.run("events", *ORG, *words), USAGE, part, stdout=b"")


def test_an_event_that_fails_its_checksum_is_not_shown(program):
    fill(program)
    program.damage(b"message_added")
    result = program.run("events", *ORG, "--json")
    expect(result, FAILED, "apitrail check")
    equal(b"lessage" in result.stdout, False)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
