#!/usr/bin/env python3
"""test_calls.py - let each system call of each work fail once.

The nth write, sync, open, map, length, lock or rename of a command, or of the
recorder as it is asked, fails with each of several errors.  It has to say so
and end with status 1, or to do without; never to end in another way, nor to
tell of success when a sync failed.  Then the store has to open, to be whole,
and to have what was acknowledged.

POINTS says how many failures are tried, evenly over all; 0 is all of them.
"""
import errno
import json
import os
import random
import shutil
import subprocess
import sys
import time

import faults
from faults import ERRORS, NAMES, Faults
from preloaded import SEED, recording
from program import DONE, FAILED
from tap import Tap

POINTS = int(os.environ.get("POINTS", "60"))
CALLS = range(faults.WRITE, faults.NAME + 1)
# Whose failure is never made good by another call.
SYNCS = (faults.FDATASYNC,)
EVENTS_EACH = 3
PATIENCE_SECONDS = 20


class Works:
    """One store, and what is done to it again and again."""

    def __init__(self, program):
        self.program = program
        self.next = 0
        self.sure = set()       # queues of events that were acknowledged
        self.unsure = set()     # of those that may be there
        self.saved = set()
        self.backup = program.path("backup")
        program.with_org()
        recording.add_key(program, "acme", 1)
        self.append()
        self.program.must("backup", self.backup)
        self.saved = set(self.sure)

    def queues(self, count):
        first = self.next
        self.next += count
        return [f"q{number}" for number in range(first, first + count)]

    def append(self):
        queues = self.queues(EVENTS_EACH)
        lines = [json.dumps({"type": "queue_added", "queue": {"id": queue}})
                 for queue in queues]
        self.unsure |= set(queues)
        result = self.program.run("append", "--org", "acme",
                                  stdin="\n".join(lines).encode())
        if result.returncode == DONE:
            self.sure |= set(queues)
        return result

    def init(self):
        """Of a store of its own."""
        shutil.rmtree(self.program.path("new"), ignore_errors=True)
        return self.new("init")

    def new(self, *words):
        return self.program.run(*words, variables={
            "APITRAIL_STORE": self.program.path("new", "store")})

    def after_init(self, result):
        """What init leaves it can make whole."""
        for words in (("init",), ("check",)):
            again = self.new(*words)
            if again.returncode != DONE:
                return [f"{words} then: {again.stderr.decode()}"]
        return []

    def prune(self):
        """Something of what there is, when there is something."""
        return self.program.run("prune")

    def key(self):
        return self.program.run("key", "add", "--org", "acme", "--name", "k")

    def after_key(self, result):
        shown = result.stdout.decode().strip()
        known = [key["last"] for key in self.program.must_json(
            "key", "list", "--org", "acme")]
        if result.returncode == DONE and shown[-4:] not in known:
            return ["a key that was shown is not there"]
        return []

    def read(self):
        return self.program.run("events", "--org", "acme", "--json")

    def after_read(self, result):
        if result.returncode != DONE:
            return []
        found = {event["queue"]["id"] for event in json.loads(result.stdout)
                 if "queue" in event}
        return [] if self.sure <= found else ["events are missing"]

    def back_up(self):
        shutil.rmtree(self.program.path("again"), ignore_errors=True)
        return self.program.run("backup", self.program.path("again"))

    def after_back_up(self, result):
        """A whole one, or none, and room for another."""
        folder = self.program.path("again")
        if result.returncode != DONE:
            again = self.program.run("backup", folder)
            if again.returncode != DONE and not os.path.exists(folder):
                return ["no backup then: " + again.stderr.decode()]
        checked = self.program.run(
            "check", variables={"APITRAIL_STORE": folder})
        return [] if checked.returncode == DONE else [
            "the backup: " + checked.stderr.decode()]

    def restore(self):
        self.unsure |= self.sure
        self.sure &= self.saved
        return self.program.run("restore", self.backup, "--yes")

    def faults(self):
        """What is wrong with the store as it is."""
        checked = self.program.run("check")
        if checked.returncode != DONE:
            return ["check: " + checked.stderr.decode()]
        found = recording.queues_of(self.program)
        wrong = []
        if len(found) != len(set(found)):
            wrong.append("events are there twice")
        if not self.sure <= set(found):
            wrong.append(f"lost: {sorted(self.sure - set(found))[:9]}")
        if not set(found) <= self.sure | self.unsure:
            wrong.append("events that nobody recorded")
        return wrong


def judge(call, number, result):
    """What is wrong with how a command ended of which a call failed."""
    text = result.stderr.decode(errors="replace")
    if result.returncode == DONE:
        return ["success, though a sync failed"] if call in SYNCS else []
    if result.returncode != FAILED:
        return [f"status {result.returncode}: {text}"]
    # LMDB takes each error of a lock for a lock that another has.
    if os.strerror(number) in text or (
            number == errno.ENOMEM and "memory" in text) or (
            call == faults.LOCK and text):
        return []
    return [f"it does not tell why: {text!r}"]


def try_command(works, name, call, nth, number):
    """Whether a call failed, and what is wrong then."""
    program = works.program
    program.arm(call, nth, number)
    result = getattr(works, name)()
    if not program.disarm():
        return False, []
    wrong = judge(call, number, result)
    after = getattr(works, "after_" + name, None)
    if after is not None:
        wrong += after(result)
    return True, wrong + works.faults()


def try_post(works, _, call, nth, number):
    """The same of a recorder that is asked to record an event."""
    program = works.program
    queues = works.queues(EVENTS_EACH)
    works.unsure |= set(queues)
    with recording.Recorder(program) as recorder:
        wrong = ask(works, recorder, queues, (call, nth, number))
        has_failed = program.disarm()
        wrong += ask_again(works, recorder, queues)
        if recorder.child.poll() not in (None, 0, FAILED):
            wrong.append(f"the recorder ends with {recorder.child.poll()}")
    return has_failed, wrong + works.faults()


def ask(works, recorder, queues, fault):
    call, nth, number = fault
    with recorder.client() as client:
        works.program.arm(call, nth, number)
        reply = client.ask(1, *queues, key=queues[0])
    if reply is not None and reply.outcome == recording.RECORDED:
        works.sure |= set(queues)
        if call in SYNCS and works.program.has_failed():
            return ["recorded, though a sync failed"]
    return []


def ask_again(works, recorder, queues):
    """What was not answered for is recorded by a repeat: by this recorder, or
    by one that is started in its place.  One that found its disk full refuses
    events for some seconds."""
    patience = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < patience:
        try:
            with recorder.client() as client:
                reply = client.ask(2, *queues, key=queues[0])
        except OSError:
            reply = None
        if reply is not None and reply.outcome in (recording.RECORDED,
                                                   recording.REPLAYED):
            works.sure |= set(queues)
            return []
        if reply is not None and reply.outcome == recording.FULL:
            time.sleep(0.1)
            continue
        end = time.monotonic() + 10
        while recorder.child.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        if recorder.child.poll() is None:
            return [f"it neither records nor ends: {recorder.text()}"]
        recorder.start()
    return ["a repeat is not recorded"]


def try_start(works, _, call, nth, number):
    """The same of a recorder as it starts."""
    program = works.program
    program.arm(call, nth, number)
    recorder = recording.Recorder(program)
    try:
        with recorder:
            recorder.stop()
        wrong = []
    except AssertionError:
        wrong = []
        if recorder.child.returncode != FAILED:
            wrong = [f"status {recorder.child.returncode}"]
    has_failed = program.disarm()
    return has_failed, wrong + works.faults()


WORKS = {"init": try_command, "append": try_command, "key": try_command,
         "prune": try_command, "read": try_command, "back_up": try_command,
         "restore": try_command, "post": try_post, "start": try_start}


def attempt(works, name, call, nth, number):
    """One failure; a program that does not end is a fault too."""
    try:
        return WORKS[name](works, name, call, nth, number)
    except subprocess.TimeoutExpired as fault:
        works.program.disarm()
        return True, [str(fault)]


def all_points(works):
    """Each failure that there is: work, call, which, and errno."""
    points = []
    for name, attempt_one in WORKS.items():
        # A kind of which none fails: so all are counted.
        attempt_one(works, name, 0, 0, 0)
        counted = works.program.counted
        points += [(name, call, nth, number)
                   for call in CALLS for nth in range(1, counted[call] + 1)
                   for number in ERRORS]
    return points


def main():
    tap = Tap()
    sys.modules["program"].TIMEOUT_SECONDS = PATIENCE_SECONDS
    failed = 0
    wrong = {name: [] for name in WORKS}
    with Faults() as program:
        works = Works(program)
        points = all_points(works)
        chosen = points
        if POINTS:
            chosen = random.Random(SEED).sample(points,
                                                min(POINTS, len(points)))
        for name, call, nth, number in chosen:
            has_failed, found = attempt(works, name, call, nth, number)
            failed += has_failed
            wrong[name] += [f"{NAMES[call]} {nth} {errno.errorcode[number]}: "
                            f"{fault}" for fault in found]
    for name, found in wrong.items():
        tap.result(f"any call of {name} may fail once", found)
    tap.expect("calls failed", failed > len(chosen) // 2, failed)
    print(f"# | calls | {failed} failed calls of {len(points)} places, "
          f"{sum(map(len, wrong.values()))} wrong | SEED={SEED} |")
    return tap.end()


if __name__ == "__main__":
    raise SystemExit(main())
