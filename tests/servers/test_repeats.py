#!/usr/bin/env python3
"""test_repeats.py - the same request again is answered as a read would.

A responder keeps pages that are asked for again.  Whatever would make another
answer of it must: a commit, the key, the organization, the address, the rate,
and time itself.
"""
import sys

sys.dont_write_bytecode = True

import json
import time

import fastcgi
import fixture
import responders
import tap

REPEATS = 4
EVENT = b'{"type":"queue_added","queue":{"id":"q"}}\n'
TARGET = "/v1/events?limit=50&events=queues"


class Asker:
    """Asks one responder of one loop, on one connection."""

    def __init__(self, **settings):
        self.responder = responders.Responder(
            STORE, APITRAIL_THREADS="1", **settings)
        self.connection = fastcgi.Connection(self.responder.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.responder.stop()

    def ask(self, key, target=TARGET, **params):
        """Status, fields and body."""
        self.connection.send({**fastcgi.get_params(target, key), **params})
        head, _, body = self.connection.receive().partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines)
        return int(fields.pop("Status").split()[0]), fields, body

    def ask_often(self, key, target=TARGET, **params):
        """The last of several answers, which must be alike but for their
        ids."""
        answers = [self.ask(key, target, **params) for _ in range(REPEATS)]
        ids = {fields.pop("X-Request-Id") for _, fields, _ in answers}
        if any(answer != answers[0] for answer in answers):
            raise AssertionError(f"{answers} differ")
        if len(ids) != REPEATS:
            raise AssertionError(f"{ids} are not of {REPEATS} requests")
        return answers[-1]


def events(answer):
    return json.loads(answer[2])["events"]


def append(organization, count=1):
    STORE.cli("append", "--org", organization, data=EVENT * count)


def new(name, *arguments):
    """A key of a new organization, and the key's id."""
    STORE.add_organization(name)
    key_id = STORE.add_key(name, name, *arguments)
    return STORE.keys[name], key_id


def faults_of(*pairs):
    return [f"{what}: {got}, not {wanted}"
            for what, got, wanted in pairs if got != wanted]


def a_commit_shows(name):
    key, _ = new(name)
    with Asker() as asker:
        counts = []
        for _ in range(3):
            counts.append(len(events(asker.ask_often(key))))
            append(name)
        return faults_of(("events", counts, [0, 1, 2]))


def the_head_is_as_of_a_read(name):
    key, _ = new(name)
    append(name, 3)
    with Asker() as asker:
        status, fields, _ = asker.ask_often(key, "/v1/events?limit=2")
        own = [asker.ask(key, HTTP_X_REQUEST_ID="mine")[1]["X-Request-Id"]
               for _ in range(REPEATS)]
        head = [asker.ask(key, REQUEST_METHOD="HEAD")[2]
                for _ in range(REPEATS)]
        return faults_of(
            ("status", status, 200),
            ("a link", "limit=2&startAfter=" in fields.get("Link", ""), True),
            ("ids", own, ["mine"] * REPEATS),
            ("bodies of HEAD", head, [b""] * REPEATS))


def a_key_that_is_revoked_is_dead(name):
    key, key_id = new(name)
    with Asker() as asker:
        before = asker.ask_often(key)[0]
        STORE.cli("key", "revoke", key_id)
        return faults_of(("statuses", (before, asker.ask(key)[0]),
                          (200, 401)))


def a_key_that_expires_is_dead(name):
    STORE.add_organization(name)
    STORE.cli("append", "--org", name, data=EVENT)
    key = STORE.cli("key", "add", "--org", name, "--name", name,
                    "--expires", "3s").strip()
    with Asker() as asker:
        before = asker.ask_often(key)[0]
        time.sleep(3.1)
        return faults_of(("statuses", (before, asker.ask(key)[0]),
                          (200, 401)))


def an_organization_that_is_locked_is_refused(name):
    key, _ = new(name)
    with Asker() as asker:
        before = asker.ask_often(key)[0]
        STORE.cli("org", "set", name, "--status", "locked")
        return faults_of(("statuses", (before, asker.ask(key)[0]),
                          (200, 423)))


def each_organization_gets_its_own(name):
    keys = [new(f"{name}-{number}")[0] for number in range(3)]
    for number in range(3):
        append(f"{name}-{number}", number + 1)
    with Asker() as asker:
        counts = [len(events(asker.ask(keys[number % 3])))
                  for number in range(3 * REPEATS)]
        return faults_of(("events", counts, [1, 2, 3] * REPEATS))


def a_rate_is_taken_from(name):
    key, _ = new(name, "--rate", "6")
    with Asker() as asker:
        answers = [asker.ask(key) for _ in range(8)]
        return faults_of(
            ("statuses", [answer[0] for answer in answers],
             [200] * 6 + [429] * 2),
            ("what remains", [answer[1]["X-RateLimit-Remaining"]
                              for answer in answers],
             ["5", "4", "3", "2", "1", "0", "0", "0"]))


def an_address_is_locked_out(name):
    key, _ = new(name)
    with Asker(APITRAIL_LOCKOUT="3/60s") as asker:
        here = {"REMOTE_ADDR": "192.0.2.1"}
        there = {"REMOTE_ADDR": "192.0.2.2"}
        before = [asker.ask_often(key, **place)[0] for place in (here, there)]
        for _ in range(3):
            asker.ask("at_bad", **here)
        after = [asker.ask(key, **place)[0] for place in (here, there)]
        return faults_of(("before", before, [200, 200]),
                         ("after", after, [403, 200]))


def events_leave_the_window(name):
    key, _ = new(name)
    append(name, 2)
    counts = []
    with Asker(APITRAIL_RETENTION="3s") as asker:
        for order in ("asc", "desc"):
            counts.append(len(events(asker.ask_often(
                key, f"/v1/events?events=queues&order={order}"))))
        time.sleep(3.1)
        for order in ("asc", "desc"):
            counts.append(len(events(asker.ask(
                key, f"/v1/events?events=queues&order={order}"))))
    return faults_of(("events", counts, [2, 2, 0, 0]))


def a_cursor_that_falls_behind_is_told_of_the_gap(name):
    key, _ = new(name)
    append(name, 1)
    with Asker(APITRAIL_RETENTION="3s") as asker:
        last = events(asker.ask(key))[-1]
        target = (f"/v1/events?startAfter={last['stored_at']}"
                  f"&startAfterId={last['id']}")
        before = asker.ask_often(key, target)[1]
        time.sleep(3.1)
        after = asker.ask(key, target)[1]
        return faults_of(
            ("gaps", ("Apitrail-Gap" in before, "Apitrail-Gap" in after),
             (False, True)))


def a_store_that_is_restored_shows(name):
    key, _ = new(name)
    append(name, 1)
    copy = STORE.path("run", "copy-" + name)
    STORE.cli("backup", copy)
    append(name, 1)
    with Asker() as asker:
        counts = [len(events(asker.ask_often(key)))]
        STORE.cli("restore", copy, "--yes")
        time.sleep(1.2)
        counts.append(len(events(asker.ask_often(key))))
        return faults_of(("events", counts, [2, 1]))


TESTS = (a_commit_shows, the_head_is_as_of_a_read,
         a_key_that_is_revoked_is_dead, a_key_that_expires_is_dead,
         an_organization_that_is_locked_is_refused,
         each_organization_gets_its_own, a_rate_is_taken_from,
         an_address_is_locked_out, events_leave_the_window,
         a_cursor_that_falls_behind_is_told_of_the_gap,
         a_store_that_is_restored_shows)


with fixture.Fixture() as STORE:
    RESULTS = tap.Tap()
    for number, test in enumerate(TESTS):
        RESULTS.attempt(test.__name__.replace("_", " "), test, f"t{number}")
    RESULTS.end()
sys.exit(1 if RESULTS.failed else 0)
