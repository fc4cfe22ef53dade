#!/usr/bin/env python3
"""test_troubles.py - what a client sees while the store is in trouble.

A clear answer and never a wrong event; and when the trouble is over, answers
again, without anybody restarting anything.
"""
import sys

sys.dont_write_bytecode = True

import json
import os
import time

import doors
import fixture
import tap

RECOVERY_SECONDS_MAX = 5
# LMDB's two pages and one more.
CUT_BYTES = 3 * 4096
DOORS = ("cgi", "nginx", "lighttpd-spawned", "apache-fcgid", "apache-proxy")


def data_path():
    return os.path.join(STORE.store, "data.mdb")


def ask(door, target="/v1/events"):
    return door.ask("GET", target, [("X-API-KEY", STORE.keys["acme"])])


def problem_faults(response, status):
    """What is wrong with a problem that must have this status."""
    problem = json.loads(response.body)
    faults = []
    if response.status != status or problem.get("status") != status:
        faults.append(f"the status is {response.status}, not {status}")
    if status == 503 and response.field("Retry-After") is None:
        faults.append("there is no Retry-After")
    if STORE.folder in response.body.decode():
        faults.append("the detail tells a path: " + problem["detail"])
    return faults


def wait_for(door, status):
    """The last answer, once it has this status or after some seconds."""
    deadline = time.monotonic() + RECOVERY_SECONDS_MAX
    while True:
        response = ask(door)
        if response.status == status or time.monotonic() > deadline:
            return response
        time.sleep(0.1)


def in_trouble(results, what, status, begin, end):
    """Asks before, during and after a trouble, through several doors."""
    for name in DOORS:
        door_type = doors.DOORS[name]
        if door_type.missing():
            results.skip(f"{name}: {what}",
                         f"{door_type.missing()} is not installed")
            continue
        with door_type(STORE) as door:
            before = ask(door)
            begin()
            try:
                during = wait_for(door, status)
                ready = ask(door, "/readyz")
            finally:
                end()
            after = wait_for(door, 200)
        results.expect(f"{name}: before, a store answers",
                       before.status == 200)
        results.result(f"{name}: {what} is {status}",
                       problem_faults(during, status))
        if status == 503:
            results.expect(f"{name}: {what} is not ready",
                           ready.status == 503, str(ready.status))
        results.expect(f"{name}: after {what} the events are back",
                       after.status == 200 and after.body == before.body,
                       str(after.status))


def a_store_that_is_missing(results):
    aside = STORE.store + ".aside"
    in_trouble(results, "a missing store", 503,
               lambda: os.rename(STORE.store, aside),
               lambda: os.rename(aside, STORE.store))


def an_event_that_was_damaged(results):
    in_trouble(results, "a damaged event", 500,
               lambda: overwrite(b'"name":"orders"', b'"name":"0rders"'),
               lambda: overwrite(b'"name":"0rders"', b'"name":"orders"'))


def overwrite(old, new):
    """Changes bytes in place, as a failing disk would."""
    with open(data_path(), "r+b") as file:
        content = file.read()
        at = content.find(old)
        while at >= 0:
            file.seek(at)
            file.write(new)
            at = content.find(old, at + 1)


def a_store_cut_off(results):
    """It is replaced, not truncated under those who have it open."""
    whole = STORE.store + ".whole"

    def cut():
        os.rename(STORE.store, whole)
        os.mkdir(STORE.store)
        for name in os.listdir(whole):
            with open(os.path.join(whole, name), "rb") as file:
                content = file.read()
            if name == "data.mdb":
                content = content[:CUT_BYTES]
            with open(os.path.join(STORE.store, name), "wb") as file:
                file.write(content)
            os.chmod(os.path.join(STORE.store, name), 0o666)
        os.chmod(STORE.store, 0o777)

    def mend():
        for name in os.listdir(STORE.store):
            os.unlink(os.path.join(STORE.store, name))
        os.rmdir(STORE.store)
        os.rename(whole, STORE.store)

    in_trouble(results, "a store cut off", 503, cut, mend)


with fixture.case_fixture() as STORE:
    tap.run([a_store_that_is_missing, an_event_that_was_damaged,
             a_store_cut_off])
