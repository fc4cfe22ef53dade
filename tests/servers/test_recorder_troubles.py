#!/usr/bin/env python3
"""test_recorder_troubles.py - what a client sees of a recorder in trouble.

An answer in bounded time that tells what became of the events; readers notice
nothing; and when the trouble is over, events are taken in again.
"""
import sys

sys.dont_write_bytecode = True

import contextlib
import json
import os
import pwd
import signal
import socket
import threading
import time

import doors
import fixture
import recorders
import tap
import walk

DOORS = ("cgi", "fastcgi", "nginx", "lighttpd-spawned", "apache-fcgid",
         "apache-proxy")
# What a responder allows the recorder, and some time for slow machines.
ANSWER_SECONDS_MAX = 10 + 5
# Without anybody to ask there is nothing to wait for.
REFUSAL_SECONDS_MAX = 2
RECOVERY_SECONDS_MAX = 10
AWAY = "no recorder takes events in right now"


class Asker(threading.Thread):
    """One POST on a thread of its own, and how long its answer took."""

    def __init__(self, door, label):
        super().__init__()
        self.door = door
        self.label = f"{door.name}-{label}"
        self.response = self.fault = None
        self.seconds = 0.0

    def run(self):
        begin = time.monotonic()
        try:
            self.response = post(self.door, self.label)
        except Exception as fault:  # pylint: disable=broad-except
            self.fault = fault
        self.seconds = time.monotonic() - begin


def post(door, label):
    return door.ask("POST", "/v1/events", [
        ("X-API-KEY", STORE.keys["acme"]),
        ("Content-Type", "application/json"), ("Idempotency-Key", label)],
        walk.queue_event(label).encode())


def post_through_all(label, while_waiting=lambda: None):
    askers = [Asker(door, label) for door in OPEN]
    for asker in askers:
        asker.start()
    while_waiting()
    for asker in askers:
        asker.join()
    return askers


def faults_of(askers, seconds_max, words):
    """What is wrong with problems that must be 503 and say these words."""
    for asker in askers:
        response = asker.response
        if response is None:
            yield f"{asker.label}: {asker.fault!r}"
            continue
        problem = json.loads(response.body)
        if response.status != 503 or words not in problem["detail"]:
            yield f"{asker.label}: {response.status} {problem}"
        if response.field("Retry-After") is None:
            yield f"{asker.label}: there is no Retry-After"
        if STORE.folder in problem["detail"]:
            yield f"{asker.label}: the detail tells a path"
        if asker.seconds > seconds_max:
            yield f"{asker.label}: it took {asker.seconds:.1f} s"


def recovery_faults(label):
    """Once the trouble is over, each door gets 201 soon."""
    deadline = time.monotonic() + RECOVERY_SECONDS_MAX
    while True:
        late = [f"{asker.label}: {asker.fault!r}" if asker.response is None
                else f"{asker.label}: {asker.response.status}"
                for asker in post_through_all(label)
                if asker.response is None or asker.response.status != 201]
        if not late or time.monotonic() > deadline:
            return late
        time.sleep(0.1)


def times_recorded(label):
    """By door: how often an event of this label is there."""
    lines = STORE.cli("events", "--org", "acme", "--ndjson", "--events",
                      "queues", "--limit", "1000").splitlines()
    names = [json.loads(line)["queue"]["name"] for line in lines]
    return {door.name: names.count(f"{door.name}-{label}") for door in OPEN}


def there_is_no_recorder(results):
    results.result("without a recorder POST is 503, at once", list(
        faults_of(post_through_all("none"), REFUSAL_SECONDS_MAX, AWAY)))
    with recorders.Recorder(STORE):
        results.result("with one again it is 201", recovery_faults("none"))
    results.expect("and each event is there once",
                   set(times_recorded("none").values()) == {1},
                   str(times_recorded("none")))


def the_socket_is_a_plain_file(results):
    path = os.path.join(STORE.store, "recorder.sock")
    with open(path, "wb"):
        pass
    results.result("a plain file in the socket's place is no recorder", list(
        faults_of(post_through_all("file"), REFUSAL_SECONDS_MAX, AWAY)))
    os.unlink(path)


def the_socket_is_a_dead_ones(results):
    with recorders.Recorder(STORE) as recorder:
        recorder.kill()
        results.result("a socket on which nobody listens is no recorder",
                       list(faults_of(post_through_all("dead"),
                                      REFUSAL_SECONDS_MAX, AWAY)))


def the_socket_is_removed(results):
    with recorders.Recorder(STORE) as recorder:
        os.unlink(recorder.path)
        results.result("a socket that was removed is made anew",
                       recovery_faults("removed"))
        os.unlink(recorder.path)
        os.mkdir(recorder.path)
        askers = post_through_all("folder")
        slow = [asker.label for asker in askers if asker.response is None
                or asker.response.status not in (201, 503)
                or asker.seconds > ANSWER_SECONDS_MAX]
        results.result("with a folder in its place there is an answer", slow)
        os.rmdir(recorder.path)
        results.result("and when that is gone, a socket again",
                       recovery_faults("folder"))
    results.expect("each event is there once",
                   set(times_recorded("removed").values()) == {1} and
                   set(times_recorded("folder").values()) == {1})


def the_recorder_is_stalled(results):
    with recorders.Recorder(STORE) as recorder:
        results.result("before, POST is 201", recovery_faults("before"))
        recorder.process.send_signal(signal.SIGSTOP)
        pages = []

        def read_pages():
            for door in OPEN:
                begin = time.monotonic()
                response = door.ask("GET", "/v1/events?limit=1", [
                    ("X-API-KEY", STORE.keys["acme"])])
                pages.append((door.name, response.status,
                              time.monotonic() - begin))

        askers = post_through_all("stalled", read_pages)
        results.result(
            "a stalled recorder is 503 in bounded time, and not known",
            list(faults_of(askers, ANSWER_SECONDS_MAX, "not known whether")))
        results.result("pages are read meanwhile", [
            str(page) for page in pages
            if page[1] != 200 or page[2] > REFUSAL_SECONDS_MAX])
        recorder.process.send_signal(signal.SIGCONT)
        results.result("a repeat when it goes on is 201",
                       recovery_faults("stalled"))
        results.expect("what was not known is there once",
                       set(times_recorded("stalled").values()) == {1},
                       str(times_recorded("stalled")))


def somebody_listens_who_never_answers(results):
    """As the store's user, so that nothing tells it from a recorder."""
    path = os.path.join(STORE.store, "recorder.sock")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o660)
    if os.getuid() == 0:
        user = pwd.getpwnam(fixture.WEB_USER)
        os.chown(path, user.pw_uid, user.pw_gid)
    listener.listen(64)
    try:
        askers = post_through_all("silent")
    finally:
        listener.close()
        os.unlink(path)
    results.result("one who listens and never answers is 503 in bounded time",
                   list(faults_of(askers, ANSWER_SECONDS_MAX, "")))


with fixture.Fixture() as STORE, contextlib.ExitStack() as STACK:
    STORE.add_organization("acme")
    STORE.add_key("acme", "acme", "--scope", "events:write")
    OPEN = [STACK.enter_context(doors.DOORS[name](STORE)) for name in DOORS
            if doors.DOORS[name].missing() is None]
    tap.run([there_is_no_recorder, the_socket_is_a_plain_file,
             the_socket_is_a_dead_ones, the_socket_is_removed,
             the_recorder_is_stalled, somebody_listens_who_never_answers])
