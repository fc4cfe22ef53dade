#!/usr/bin/env python3
"""test_limits.py - rates of keys, and lock-outs of addresses.

The addresses are those of loopback, one to a web server, so that what one
test counts is nothing to the next.
"""
import sys

sys.dont_write_bytecode = True

import json
import time

import client
import doors
import fixture
import tap

SERVERS = ("nginx", "lighttpd", "lighttpd-spawned", "apache-fcgid",
           "apache-proxy")
RATE = 3
FAILURES = 5
LOCKOUT = f"{FAILURES}/30s"
MINUTE_SECONDS = 60
RATE_FIELDS = ("X-RateLimit-Limit", "X-RateLimit-Remaining",
               "X-RateLimit-Reset")


def ask(door, key, target="/v1/events?limit=1", source="127.0.0.1",
        method="GET"):
    return client.ask(door.port, method, target, [("X-API-KEY", key)],
                      source=source)


def through_servers(test):
    """A test of results, door and the door's number, for each server."""
    def run(results):
        for number, name in enumerate(SERVERS):
            door_type = doors.DOORS[name]
            if door_type.missing():
                results.skip(name, f"{door_type.missing()} is not installed")
                continue
            with door_type(STORE, APITRAIL_LOCKOUT=LOCKOUT) as door:
                test(results, door, number)
    run.__name__ = test.__name__
    return run


def numbers_of(response):
    return [None if response.field(name) is None
            else int(response.field(name)) for name in RATE_FIELDS]


def reset_faults(response):
    """The moment when the bucket is full again is within a minute."""
    reset = int(response.field("X-RateLimit-Reset"))
    now = time.time()
    if now - 1 <= reset <= now + MINUTE_SECONDS + 1:
        return []
    return [f"X-RateLimit-Reset is {reset - now:.1f} s from now"]


@through_servers
def a_key_has_its_rate(results, door, number):
    label = f"rated-{number}"
    STORE.add_key(label, "acme", "--scope", "events:write",
                  "--rate", str(RATE))
    key = STORE.keys[label]
    # What is refused for its query is a request like any other.
    targets = ["/v1/events?limit=1", "/v1/events?limit=0", "/v1/events"]
    answers = [ask(door, key, target) for target in targets]
    results.expect(f"{door.name}: requests within the rate are answered",
                   [answer.status for answer in answers] == [200, 422, 200])
    results.expect(
        f"{door.name}: each tells the rate and what is left of it",
        [numbers_of(answer)[:2] for answer in answers]
        == [[RATE, RATE - 1 - i] for i in range(RATE)],
        str([numbers_of(answer) for answer in answers]))
    results.result(f"{door.name}: and when all of it is there again",
                   [fault for answer in answers
                    for fault in reset_faults(answer)])

    refused = ask(door, key)
    problem = json.loads(refused.body)
    results.expect(
        f"{door.name}: one request more is 429, with the same fields",
        refused.status == 429 and problem["status"] == 429 and
        problem["title"] == "Too Many Requests" and
        numbers_of(refused)[:2] == [RATE, 0], f"{refused.fields} {problem}")
    results.expect(
        f"{door.name}: Retry-After is the time that one request takes",
        1 <= int(refused.field("Retry-After") or 0) <=
        MINUTE_SECONDS // RATE, str(refused.fields))
    results.expect(f"{door.name}: it holds for POST too",
                   ask(door, key, method="POST").status == 429)
    other = ask(door, STORE.keys["acme"])
    results.expect(f"{door.name}: a key without a rate has none of it",
                   other.status == 200 and numbers_of(other) == [None] * 3)


@through_servers
def an_address_is_locked_out(results, door, number):
    """Only the address with the bad keys, and no matter which keys."""
    source = f"127.0.1.{number + 1}"
    bad = "at_" + "0" * 46
    statuses = [ask(door, bad, source=source).status
                for _ in range(FAILURES)]
    results.expect(f"{door.name}: bad keys are 401 at first",
                   statuses == [401] * FAILURES, str(statuses))
    locked = [ask(door, bad, source=source),
              ask(door, STORE.keys["acme"], source=source),
              ask(door, STORE.keys["acme"], source=source, method="POST")]
    results.expect(f"{door.name}: then 403, even for a good key",
                   [answer.status for answer in locked] == [403] * 3,
                   str([answer.status for answer in locked]))
    results.expect(
        f"{door.name}: Retry-After is within the window",
        all(1 <= int(answer.field("Retry-After") or 0) <= 30
            for answer in locked), str(locked[0].fields))
    results.expect(f"{door.name}: the detail tells why, and no more",
                   json.loads(locked[0].body)["detail"].startswith(
                       "too many bad API keys came from this address"))
    results.expect(f"{door.name}: another address's good key is unharmed",
                   ask(door, STORE.keys["acme"]).status == 200)
    results.expect(
        f"{door.name}: no key at all is 401 and does not count",
        [client.ask(door.port, "GET", "/v1/events",
                    source=f"127.0.2.{number + 1}").status
         for _ in range(FAILURES + 1)] == [401] * (FAILURES + 1))
    results.expect(
        f"{door.name}: OPTIONS and health are nobody's to lock",
        ask(door, bad, source=source, method="OPTIONS").status == 204 and
        ask(door, bad, "/healthz", source=source).status == 200)


def a_lockout_ends_with_its_window(results):
    window_seconds = 2
    with doors.NginxDoor(STORE, APITRAIL_LOCKOUT=f"2/{window_seconds}s") \
            as door:
        source = "127.0.3.1"
        begin = time.monotonic()
        for _ in range(2):
            ask(door, "at_" + "0" * 46, source=source)
        locked = ask(door, STORE.keys["acme"], source=source)
        while (after := ask(door, STORE.keys["acme"],
                            source=source)).status == 403:
            if time.monotonic() > begin + 10 * window_seconds:
                break
            time.sleep(0.1)
        seconds = time.monotonic() - begin
    results.expect("a lock-out ends with its window",
                   locked.status == 403 and after.status == 200 and
                   seconds < window_seconds + 2,
                   f"{locked.status}, {after.status} after {seconds:.1f} s")


def counters_are_shared_by_processes(results):
    """mod_fcgid's processes and nginx's responder are one to a key."""
    STORE.add_key("shared", "acme", "--rate", "4")
    if doors.ApacheFcgidDoor.missing():
        results.skip("counters", "mod_fcgid is not installed")
        return
    with doors.NginxDoor(STORE) as nginx, \
            doors.ApacheFcgidDoor(STORE) as apache:
        left = [numbers_of(ask(door, STORE.keys["shared"]))[1]
                for door in (nginx, apache, nginx, apache)]
        cgi = doors.CgiDoor(STORE).ask(
            "GET", "/v1/events", [("X-API-KEY", STORE.keys["shared"])])
    results.expect("one bucket holds for all processes", left == [3, 2, 1, 0]
                   and cgi.status == 429, f"{left}, then {cgi.status}")


with fixture.Fixture() as STORE:
    STORE.add_organization("acme")
    STORE.add_key("acme", "acme", "--scope", "events:write")
    tap.run([a_key_has_its_rate, an_address_is_locked_out,
             a_lockout_ends_with_its_window,
             counters_are_shared_by_processes])
