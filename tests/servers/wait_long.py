#!/usr/bin/env python3
"""wait_long.py - the longest wait, which web servers must not cut off.

Usage: make check-large
"""
import sys

sys.dont_write_bytecode = True

import concurrent.futures
import contextlib
import json
import time

import client
import doors
import fixture
import tap

NAMES = ("nginx", "lighttpd", "lighttpd-spawned", "apache-proxy")
WAIT_SECONDS = 60
LATE_SECONDS_MAX = 5


def wait(door):
    begin = time.monotonic()
    with client.Connection(door.port) as connection:
        connection.socket.settimeout(2 * WAIT_SECONDS)
        connection.send("GET", f"/v1/events?wait={WAIT_SECONDS}", [
            ("X-API-KEY", STORE.keys["acme"])])
        return connection.receive(), time.monotonic() - begin


def a_wait_of_a_minute_is_whole(results):
    """All at once, so that it takes one minute."""
    with contextlib.ExitStack() as stack, \
            concurrent.futures.ThreadPoolExecutor() as pool:
        opened = [stack.enter_context(doors.DOORS[name](STORE))
                  for name in NAMES if not doors.DOORS[name].missing()]
        outcomes = list(pool.map(wait, opened))
    for door, (answer, seconds) in zip(opened, outcomes):
        results.expect(
            f"{door.name}: after a minute the page is empty",
            answer.status == 200 and json.loads(answer.body)["events"] == []
            and 0 <= seconds - WAIT_SECONDS < LATE_SECONDS_MAX,
            f"{answer.status} {answer.body} after {seconds:.1f} s")


with fixture.Fixture() as STORE:
    STORE.add_organization("acme")
    STORE.add_key("acme", "acme")
    tap.run([a_wait_of_a_minute_is_whole])
