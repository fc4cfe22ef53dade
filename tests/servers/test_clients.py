#!/usr/bin/env python3
"""test_clients.py - the samples of contrib/clients follow the cursor.

All of them at once, behind nginx: more events than a page, others that come
meanwhile, a cursor from before the window, a key over its rate, and a stop in
the middle.
"""
import sys

sys.dont_write_bytecode = True

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

import client
import doors
import fixture
import recorders
import tap
import walk

SAMPLES = os.path.join(fixture.TOP, "contrib", "clients")
# What each is started with, and what it calls itself in the log of nginx.
CLIENTS = {
    "follow.sh": (["sh", f"{SAMPLES}/follow.sh"], "curl"),
    "follow.py": (["python3", f"{SAMPLES}/follow.py"], "Python-urllib"),
    "follow.mjs": (["node", f"{SAMPLES}/follow.mjs"], "node"),
    # Built first, beside the folder of each sample.
    "follow.go": (["../follow"], "Go-http-client"),
}
FIRST_EVENTS = 450
POSTS = 20
EVENTS_A_POST = 7
RATE_PER_MINUTE = 300
# A client that honours Retry-After asks again a second later, and is told so
# again while somebody else uses up its rate.
REFUSALS_MAX = 20
SECONDS_MAX = 60
BUILD_SECONDS_MAX = 120
ANCIENT = "startAfter=1&startAfterId=000000000000000000000"


def wait_until(is_so, what):
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {SECONDS_MAX} s: {what}")
        time.sleep(0.05)


class Client:
    """A sample, its files, and what it printed over all its runs."""

    def __init__(self, folder, name, port):
        self.command, self.agent = CLIENTS[name]
        self.name = name
        self.folder = os.path.join(folder, name)
        self.port = port
        os.mkdir(self.folder)
        STORE.add_key(name, "acme", "--rate", str(RATE_PER_MINUTE))
        self.write("key", STORE.keys[name] + "\n")
        self.write("cursor", ANCIENT)
        self.process = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii",
                  opener=lambda path, flags: os.open(path, flags, 0o600)
                  ) as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def start(self):
        with open(self.path("out"), "ab") as out, \
                open(self.path("err"), "ab") as err:
            self.process = subprocess.Popen(
                [*self.command, f"http://127.0.0.1:{self.port}/v1/events",
                 "key", "cursor"], cwd=self.folder, stdout=out, stderr=err,
                stdin=subprocess.DEVNULL, start_new_session=True)

    def stop(self):
        """With what it started: curl would go on waiting."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def is_behind(self, event):
        """Whether its cursor has passed an event, which it then printed."""
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended: {self.read('err')}")
        return self.read("cursor").strip() == walk.behind("", event)[1:]

    def wait_for(self, event):
        wait_until(lambda: self.is_behind(event),
                   f"{self.name}: the event {event['queue']['name']}")

    def spend_rate(self):
        """Asks with its key until that is answered 429."""
        for _ in range(2 * RATE_PER_MINUTE):
            answer = client.ask(self.port, "HEAD", "/v1/events?limit=1",
                                [("X-API-KEY", STORE.keys[self.name])])
            if answer.status == 429:
                return
        raise AssertionError(f"{self.name}: its key has no rate")

    def is_refused(self, door):
        """Whether it was; what it could ask with until then is spent."""
        self.spend_rate()
        return self.refusals(door) > 0

    def refusals(self, door):
        with open(os.path.join(door.folder, "access.log"),
                  encoding="utf-8") as log:
            return sum('" 429 ' in line and f'"{self.agent}' in line
                       for line in log)

    def faults(self, expected, door):
        lines = [json.loads(line) for line in self.read("out").splitlines()]
        faults = walk.order_faults(lines)
        if lines != expected:
            faults.append(f"printed {len(lines)} events, not the "
                          f"{len(expected)} that there are")
        if "are gone" not in self.read("err"):
            faults.append("did not tell of the gap: " + self.read("err"))
        if not 1 <= self.refusals(door) <= REFUSALS_MAX:
            faults.append(f"was refused {self.refusals(door)} times")
        return faults


def post_events(port, number):
    lines = "".join(walk.queue_event(f"{number}/{at}")
                    for at in range(EVENTS_A_POST))
    answer = client.ask(port, "POST", "/v1/events", [
        ("X-API-KEY", STORE.keys["writer"]),
        ("Content-Type", "application/x-ndjson")], lines.encode())
    if answer.status != 201:
        raise AssertionError(f"{answer.status} {answer.body}")
    return json.loads(answer.body)["events"][-1]


def build_go(folder):
    """Into a cache of its own, from the file alone."""
    subprocess.run(
        ["go", "build", "-o", os.path.join(folder, "follow"),
         os.path.join(SAMPLES, "follow.go")], check=True,
        timeout=BUILD_SECONDS_MAX, cwd=folder, env={
            **os.environ, "GOCACHE": os.path.join(folder, "cache"),
            "GO111MODULE": "off", "GOFLAGS": "", "HOME": folder})


def follow_all(clients, door):
    """Returns every event there is, in order."""
    for sample in clients:
        # Its rate is spent when it first asks; later it would wait.
        sample.spend_rate()
        sample.start()
        wait_until(lambda sample=sample: sample.is_refused(door),
                   f"{sample.name}: a 429")
    for number in range(POSTS):
        last = post_events(door.port, number)
        if number == POSTS // 2:
            # They end while they wait, and go on where they were.
            for sample in clients:
                sample.wait_for(last)
                sample.stop()
                sample.start()
        time.sleep(0.02)
    for sample in clients:
        sample.wait_for(last)
        sample.stop()
    return walk.walk(door.port, STORE.keys["writer"], "/v1/events")


def every_sample_prints_every_event_once(results, folder):
    with recorders.Recorder(STORE), doors.NginxDoor(STORE) as door:
        clients = [Client(folder, name, door.port) for name in CLIENTS]
        try:
            expected = follow_all(clients, door)
        finally:
            for sample in clients:
                sample.stop()
        count = sum(event["type"] == "queue_added" for event in expected)
        results.expect("there are all that were recorded",
                       count == FIRST_EVENTS + POSTS * EVENTS_A_POST,
                       f"there are {count}")
        for sample in clients:
            results.result(f"{sample.name} prints every event once, tells of "
                           "a gap and honours Retry-After",
                           sample.faults(expected, door))


def a_bad_key_ends_every_sample(results, folder):
    bad = os.path.join(folder, "bad")
    os.mkdir(bad)
    with open(os.path.join(bad, "key"), "w", encoding="ascii") as file:
        file.write("at_unknown\n")
    with doors.NginxDoor(STORE) as door:
        for name, (command, _) in CLIENTS.items():
            done = subprocess.run(
                [*command, door.origin + "/v1/events", "key", "cursor"],
                cwd=bad, check=False, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                timeout=SECONDS_MAX)
            results.expect(f"{name}: a bad key ends it, and it says why",
                           done.returncode == 1 and done.stdout == b"" and
                           b"Unauthorized" in done.stderr, str(done))


def the_samples_work(results):
    missing = [tool for tool in ("curl", "jq", "python3", "node", "go")
               if not shutil.which(tool)]
    if missing:
        results.skip("the samples", f"there is no {' '.join(missing)}")
        return
    with tempfile.TemporaryDirectory(prefix="apitrail-clients-") as folder:
        build_go(folder)
        every_sample_prints_every_event_once(results, folder)
        a_bad_key_ends_every_sample(results, folder)


with fixture.Fixture() as STORE:
    STORE.add_organization("acme")
    STORE.add_key("writer", "acme", "--scope", "events:write")
    STORE.cli("append", "--org", "acme", data="".join(
        walk.queue_event(f"first/{at}")
        for at in range(FIRST_EVENTS)).encode())
    tap.run([the_samples_work])
