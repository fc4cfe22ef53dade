#!/usr/bin/env python3
"""soak.py - everything at once for a while: nothing grows.

Pages, exports, streams, waits, posts, changes of keys, backups and checks go
on beside each other, by a retention of seconds.  Memory, descriptors and the
store's file are the same in the last quarter as in the second.

Usage: soak.py [SECONDS]        SEED=7 PAUSE_MS=100 in the environment: how
                                long each client rests, at most, after a
                                request; of a machine that has other work
"""
import sys

sys.dont_write_bytecode = True

import torture

import collections
import contextlib
import http.client
import os
import random
import shutil
import threading
import time

import client
import doors
import fixture
import recorders
import walk

LARGE_SECONDS = 7200
# A word is from make, and may be empty: the shell itself counts SECONDS.
SECONDS = int(sys.argv[1] or LARGE_SECONDS) if len(sys.argv) > 1 else 8
PAUSE_SECONDS = torture.size("PAUSE_MS", 0) / 1000
RETENTION = "2s"
SAMPLE_SECONDS = max(0.2, SECONDS / 400)
# Kept connections come and go, so that few more may be there at one moment.
DESCRIPTORS_SLACK = 40
MEMORY_SLACK_BYTES = 4 << 20
SANITIZED_SLACK_BYTES = 400 << 20
FILE_SLACK = 1.25
FILE_SLACK_BYTES = 4 << 20
TARGETS = ("/v1/events?limit=10", "/v1/events?limit=1000&order=desc",
           "/v1/events?events=queues,api_keys", "/v1/events?wait=1",
           "/v1/events?limit=0", "/v1/events?startAfter=x", "/nowhere")
COUNTS = collections.Counter()


class Load:
    """What goes on, each in a thread of its own."""

    def __init__(self, door):
        self.door = door
        self.is_over = threading.Event()
        self.faults = []
        works = (self.get, self.get, self.get, self.post, self.post,
                 self.export, self.stream, self.bad_key, self.command,
                 self.backup)
        self.threads = [threading.Thread(
            target=self.run, args=(work, random.Random(
                torture.SEED + number)))
                        for number, work in enumerate(works)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def run(self, work, rng):
        while not self.is_over.is_set():
            try:
                work(rng)
                COUNTS[work.__name__] += 1
                time.sleep(rng.random() * PAUSE_SECONDS)
            except (OSError, http.client.HTTPException,
                    RuntimeError) as error:
                self.faults.append(f"{work.__name__}: {error!r}")
                time.sleep(1)

    def ask(self, method, target, headers=(), body=b""):
        return client.ask(self.door.port, method, target, [
            ("X-API-KEY", STORE.keys["soak"]), *headers], body)

    def expect(self, what, status, wanted):
        if status not in wanted:
            self.faults.append(f"{what} is answered {status}")

    def get(self, rng):
        target = rng.choice(TARGETS)
        self.expect(target, self.ask("GET", target).status,
                    (200, 400, 404, 422))

    def post(self, rng):
        body = "".join(walk.queue_event("x" * rng.randint(1, 200))
                       for _ in range(rng.randint(1, 50))).encode()
        headers = [("Content-Type", "application/x-ndjson")]
        if rng.random() < 0.3:
            headers.append(("Idempotency-Key", str(rng.randrange(1 << 40))))
        self.expect("a POST", self.ask(
            "POST", "/v1/events", headers, body).status, (201,))
        time.sleep(rng.random() * 0.02)

    def export(self, rng):
        kind = rng.choice(("text/csv", "application/x-ndjson"))
        self.expect(kind, self.ask("GET", "/v1/events",
                                   [("Accept", kind)]).status, (200,))

    def stream(self, rng):
        with client.Stream(self.door.port, STORE.keys["soak"]) as stream:
            for _ in range(rng.randint(1, 50)):
                # Once nobody posts there are only comments.
                if self.is_over.is_set():
                    return
                stream.next()

    def bad_key(self, rng):
        status = client.ask(self.door.port, "GET", "/v1/events", [
            ("X-API-KEY", f"at_{rng.randrange(1 << 60):046x}")]).status
        self.expect("a bad key", status, (401,))
        time.sleep(0.01)

    @staticmethod
    def command(rng):
        key = STORE.cli("key", "add", "--org", "soak", "--name", "k",
                        "--json").split('"id":"')[1][:21]
        for words in (("key", "disable", key), ("key", "revoke", key),
                      ("org", "list"), ("stat",)):
            STORE.cli(*words)
        time.sleep(rng.random() * 0.2)

    def backup(self, rng):
        path = os.path.join(STORE.run, "backup")
        STORE.cli("backup", path)
        shutil.rmtree(path)
        STORE.cli("check")
        self.is_over.wait(rng.random() * 2)


class Sample:
    """What the programs have and the store takes at a moment."""

    def __init__(self, processes):
        self.memory = [anonymous_bytes(process.pid) for process in processes]
        self.descriptors = [len(os.listdir(f"/proc/{process.pid}/fd"))
                            for process in processes]
        self.file = os.stat(os.path.join(
            STORE.store, "data.mdb")).st_blocks * 512


def anonymous_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        fields = file.read().split()
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")


def watch(load, processes):
    samples = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and len(load.faults) < 20:
        time.sleep(SAMPLE_SECONDS)
        with contextlib.suppress(FileNotFoundError):
            samples.append(Sample(processes))
    return samples


def grown(samples, value_of):
    """The largest of the second quarter, and of the last one."""
    quarter = len(samples) // 4
    return (max(value_of(sample) for sample in samples[quarter:2 * quarter]),
            max(value_of(sample) for sample in samples[-quarter:]))


def nothing_grows(results):
    names = ("responder", "recorder")
    with recorders.Recorder(STORE) as recorder, \
            doors.NginxDoor(STORE) as door:
        processes = (door.responder.process, recorder.process)
        with Load(door) as load:
            samples = watch(load, processes)
        results.expect("neither program ended", all(
            process.poll() is None for process in processes))
    results.result(f"all is answered as it should be in {SECONDS} s",
                   load.faults[:20])
    slack = (SANITIZED_SLACK_BYTES if torture.is_sanitized(STORE.responder)
             else MEMORY_SLACK_BYTES)
    for number, name in enumerate(names):
        for what, form, bound, value_of in (
                ("memory", "{:,} bytes", slack,
                 lambda sample, at=number: sample.memory[at]),
                ("descriptors", "{}", DESCRIPTORS_SLACK,
                 lambda sample, at=number: sample.descriptors[at])):
            before, after = grown(samples, value_of)
            told = " → ".join(map(form.format, (before, after)))
            FIGURES.append(f"{name}'s {what} {told}")
            results.expect(f"the {name}'s {what} does not grow",
                           after <= before + bound, told)
    before, after = grown(samples, lambda sample: sample.file)
    FIGURES.append(f"file {before / 1e6:.1f} → {after / 1e6:.1f} MB")
    results.expect("the file does not grow",
                   after <= before * FILE_SLACK + FILE_SLACK_BYTES,
                   FIGURES[-1])


def row():
    return ["soak", f"{SECONDS:,} s of mixed load: " + ", ".join(
        f"{count:,} × {name}" for name, count in sorted(COUNTS.items())),
            "largest of the second and of the last quarter: " +
            "; ".join(FIGURES)]


FIGURES = []
with fixture.Fixture(APITRAIL_RETENTION=RETENTION) as STORE:
    STORE.add_organization("soak")
    STORE.add_key("soak", "soak", "--scope", "events:write")
    torture.run([nothing_grows], row, "torture-soak")
