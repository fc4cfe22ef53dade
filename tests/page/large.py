#!/usr/bin/env python3
"""large.py - the viewer before a window of a million events.

Usage: large.py [COUNT]; prints its figures last.
"""
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "servers"))

import doors
import fixture
import modules
import tap

COUNT = 1_000_000
SPAN_MS = 23 * 3600 * 1000
TYPES = ("message_added", "message_published_ok", "queue_updated",
         "listener_added", "api_key_updated", "backup_finished")
LINE = ('{"id":"%021d","type":"%s","stored_at":%d,"client":{"id":"client-1"},'
        '"queue":{"id":"queue-%d","name":"orders of the day"},'
        '"metadata":{"number":"%d","note":"%s"}}\n')
NOTE = "as long as usual " * 5


def lines(count):
    begin_ms = int(time.time() * 1000) - SPAN_MS
    for number in range(count):
        yield LINE % (number, TYPES[number % len(TYPES)],
                      begin_ms + number * SPAN_MS // count, number % 100,
                      number, NOTE)


def a_large_window(results):
    reason = modules.missing(modules.BROWSER, "nginx")
    if reason:
        results.skip("a large window", reason)
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with fixture.Fixture() as store:
        store.add_organization("large")
        store.add_key("large", "large")
        store.cli("import", "--org", "large",
                  data="".join(lines(count)).encode())
        with doors.DOORS["nginx"](store) as door:
            modules.run(results, "large.mjs", {
                "origin": door.origin, "keys": store.keys, "count": count,
                "browser": modules.BROWSER_PATH}, {})


tap.run([a_large_window])
