#!/usr/bin/env python3
"""test_restore.py - apitrail restore, also under a running responder."""
import json
import os
import pty
import signal
import subprocess
import sys
import time

from program import (BUILD, DONE, EVENT, FAILED, NOBODY, TOP, USAGE, equal,
                     expect, run_all)

sys.path.insert(0, os.path.join(TOP, "tests", "responder"))

from fastcgi import Responder, get  # noqa: E402  pylint: disable=wrong-import-position

MANY = 60000
SWAPS = 50
SWAPS_PER_PAUSE = 7
PATIENCE_SECONDS = 60
REOPEN_SECONDS = 3


def with_backup(program, count=3):
    """The store has one event more than the backup."""
    program.with_org()
    program.must("append", "--org", "acme", stdin=EVENT * count)
    program.must("backup", "copy")
    program.must("append", "--org", "acme", stdin=EVENT)
    return program


def names(path):
    passed_over = {"counters", "lock.mdb", "recorder.lock", "wake"}
    return sorted(set(os.listdir(path)) - passed_over)


def test_a_backup_comes_back(program):
    with_backup(program)
    result = program.run("restore", "copy", "--yes")
    expect(result, DONE)
    equal(result.stdout, b"restored 3 events, 1 organizations and 0 API "
          b"keys from copy\nthe pepper came from it\n")
    equal(len(program.events()), 3)
    equal(names(program.store), ["data.mdb", "pepper"])
    program.must("append", "--org", "acme", stdin=EVENT)
    program.must("check")
    equal(names(program.path("copy")), ["data.mdb", "pepper"])


def test_programs_are_told_what_came(program):
    with_backup(program)
    told = program.must_json("restore", "copy", "--yes")
    equal(told.pop("bytes") > 0, True)
    equal(told, {"store": program.store, "backup": "copy", "events": 3,
                 "organizations": 1, "api_keys": 0, "pepper": True})


def test_a_store_is_made_where_none_or_an_empty_one_is(program):
    with_backup(program)
    for name in ("fresh", "empty"):
        there = {"APITRAIL_STORE": program.path(name)}
        if name == "empty":
            program.must("init", variables=there)
        program.must("restore", "copy", variables=there)
        equal(len(program.must_json("events", "--org", "acme",
                                    variables=there)), 3)


def test_nobody_to_be_asked_is_a_refusal(program):
    with_backup(program)
    expect(program.run("restore", "copy"), USAGE, "a store is there",
           "--yes has to allow it", stdout=b"")
    equal(len(program.events()), 4)


def ask(program, answer):
    """Runs it on a terminal and returns its status and what it showed."""
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [program.binary, "restore", "copy"], cwd=program.folder,
        env=program.environment(TERM="dumb"), stdin=slave, stdout=slave,
        stderr=slave)
    os.close(slave)
    text = b""
    while b"[y/N]" not in text:
        text += os.read(master, 4096)
    os.write(master, answer)
    try:
        while True:
            text += os.read(master, 4096)
    except OSError:
        pass
    os.close(master)
    return child.wait(PATIENCE_SECONDS), text


def test_a_person_is_asked(program):
    with_backup(program)
    for answer in (b"\n", b"n\n", b"no\n", b"yesterday\n", b"\x04"):
        status, text = ask(program, answer)
        equal((status, b"nothing was changed" in text), (FAILED, True))
        equal(len(program.events()), 4)
    status, text = ask(program, b"y\n")
    equal((status, b"restored 3 events" in text), (DONE, True))
    program.must("append", "--org", "acme", stdin=EVENT)
    equal(ask(program, b"YES\n")[0], DONE)
    equal(len(program.events()), 3)


def test_what_is_no_backup_is_refused(program):
    with_backup(program)
    program.write("file", b"x")
    os.mkdir(program.path("folder"))
    for source, part in (("none", "No such file"), ("file", "expected the"),
                         ("folder", "holds data.mdb"),
                         ("store", "the store itself")):
        expect(program.run("restore", source, "--yes"), FAILED, part,
               stdout=b"")
    content = program.read("copy/data.mdb")
    program.write("copy/data.mdb", content[:len(content) // 2])
    expect(program.run("restore", "copy", "--yes"), FAILED, "cut off")
    program.write("copy/data.mdb", content.replace(b"orders", b"0rders"))
    expect(program.run("restore", "copy", "--yes"), FAILED,
           "faults, such as: events ")
    place = content.index(b"queue_added") // 4096 * 4096
    program.write("copy/data.mdb", content[:place] + bytes(4096) +
                  content[place + 4096:])
    expect(program.run("restore", "copy", "--yes"), FAILED)
    equal(len(program.events()), 4)
    equal(names(program.store), ["data.mdb", "pepper"])


def test_a_recorder_is_named_and_left_alone(program):
    with_backup(program)
    recorder = subprocess.Popen([program.binary, "recorder"],
                                env=program.environment(),
                                stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE_SECONDS
        while not os.path.exists(program.path("store", "recorder.sock")):
            equal(time.monotonic() < end, True)
            time.sleep(0.01)
        expect(program.run("restore", "copy", "--yes"), FAILED,
               f"process {recorder.pid} writes to it", "apitrail recorder")
        equal(recorder.poll(), None)
    finally:
        recorder.send_signal(signal.SIGTERM)
        recorder.wait(PATIENCE_SECONDS)
    program.must("restore", "copy", "--yes")


def test_writers_are_refused_meanwhile_and_readers_are_not(program):
    with_backup(program, MANY)
    child = subprocess.Popen(
        [program.binary, "restore", "copy", "--yes"], cwd=program.folder,
        env=program.environment(), stdout=subprocess.PIPE)
    end = time.monotonic() + PATIENCE_SECONDS
    while not os.path.exists(program.path("store", ".restoring",
                                          "data.mdb")):
        equal(time.monotonic() < end, True)
    os.kill(child.pid, signal.SIGSTOP)
    expect(program.run("append", "--org", "acme", stdin=EVENT), FAILED,
           "a backup is being put in the store's place")
    expect(program.run("recorder"), FAILED, "a backup is being put")
    expect(program.run("restore", "copy", "--yes"), FAILED,
           "another backup is being put")
    equal(len(program.must_json("events", "--org", "acme", "--limit",
                                "2")), 2)
    os.kill(child.pid, signal.SIGCONT)
    child.communicate(timeout=PATIENCE_SECONDS)
    equal(child.returncode, DONE)
    program.must("append", "--org", "acme", stdin=EVENT)


def test_a_signal_leaves_the_store_as_it_was(program):
    with_backup(program, MANY)
    for number in (signal.SIGINT, signal.SIGTERM):
        child = subprocess.Popen(
            [program.binary, "restore", "copy", "--yes"],
            cwd=program.folder, env=program.environment())
        end = time.monotonic() + PATIENCE_SECONDS
        while not os.path.exists(program.path("store", ".restoring",
                                              "data.mdb")):
            equal(time.monotonic() < end, True)
        child.send_signal(number)
        equal(child.wait(PATIENCE_SECONDS), -number)
        equal(names(program.store), ["data.mdb", "pepper"])
        stat = program.must_json("stat")
        equal(stat["events"], MANY + 1)


def test_what_root_restores_the_service_can_use(program):
    with_backup(program)
    if os.getuid() != 0:
        return
    for folder, _, files in os.walk(program.store):
        for path in [folder] + [os.path.join(folder, file) for file in files]:
            os.chown(path, NOBODY, NOBODY)
    program.must("restore", "copy", "--yes")
    for name in names(program.store):
        equal(os.stat(program.path("store", name)).st_uid, NOBODY)
    equal(len(program.must_json("events", "--org", "acme", user=NOBODY,
                                group=NOBODY)), 3)


def make(program, name):
    """A backup of a store with a pepper, a key and an event of its own."""
    there = {"APITRAIL_STORE": program.path(f"store-{name}")}
    program.must("init", variables=there)
    program.must("org", "add", name, variables=there)
    key = program.must("key", "add", "--org", name, "--name", "n",
                       "--scope", "events:read", variables=there)
    line = EVENT.replace(b"orders", name.encode())
    program.must("append", "--org", name, variables=there, stdin=line * 20)
    program.must("backup", f"copy-{name}", variables=there)
    return key.decode().strip()


def answer(peer, key):
    """What a GET with this key is told: its status and its events' names."""
    peer.send(get("/v1/events", more=[("HTTP_X_API_KEY", key),
                                      ("REMOTE_ADDR", "10.0.0.1"),
                                      ("QUERY_STRING", "events=queues")]))
    whole = peer.answer()
    if whole.code != 200:
        return whole.code, set()
    events = json.loads(whole.body)["events"]
    equal(len(events), 20)
    return 200, {event["queue"]["name"] for event in events}


def await_name(peer, keys, name):
    end = time.monotonic() + REOPEN_SECONDS
    while answer(peer, keys[name]) != (200, {name}):
        equal(time.monotonic() < end, True)


def test_a_running_responder_follows_fifty_restores(program):
    keys = {name: make(program, name) for name in ("alpha", "beta")}
    program.must("restore", "copy-beta")
    responder = Responder(os.path.join(BUILD, "apitrail.fcgi"),
                          store=program.store, lockout="off")
    seen = set()
    with responder, responder.peer() as peer:
        for i in range(SWAPS):
            name = ("alpha", "beta")[i % 2]
            child = subprocess.Popen(
                [program.binary, "restore", f"copy-{name}", "--yes"],
                cwd=program.folder, env=program.environment(),
                stdout=subprocess.DEVNULL)
            while child.poll() is None:
                told = {key: answer(peer, keys[key]) for key in keys}
                # Either store's, or one of each when it came between.
                for key, (status, events) in told.items():
                    equal(status in (200, 401), True)
                    equal(events in (set(), {key}), True)
                    seen |= events
            equal(child.returncode, DONE)
            if i % SWAPS_PER_PAUSE == SWAPS_PER_PAUSE - 1:
                await_name(peer, keys, name)
        equal(responder.process.poll(), None)
        equal("does not open" in responder.said(), False)
    equal(seen, {"alpha", "beta"})


if __name__ == "__main__":
    run_all(sys.modules[__name__])
