#!/usr/bin/env python3
"""retention.py - days of steady traffic, by a clock that is moved.

The store's size levels off after the first day, nothing older than 24 hours
is ever answered, and no commit takes long because of what is pruned.

Usage: retention.py      DAYS=30 STEPS=96 SEED=7 in the environment; a day has
                         so many steps, with a request of events each
"""
import sys

sys.dont_write_bytecode = True

import torture

import json
import os
import random
import time

import clock
import fixture
import recorders

sys.path.append(os.path.join(torture.TOP, "tests", "recorder"))

import recording

DAYS = torture.size("DAYS", 4)
STEPS = torture.size("STEPS", 24)
DAY_SECONDS = 24 * 3600
REQUESTS_PER_STEP = 4
EVENTS_MAX = 200
ORGANIZATIONS = 3
# The recorder prunes by itself every second: what it does is waited for.
PRUNE_WAIT_SECONDS = 20
# How far the size of a day may be above that of the second one.
GROWTH_MAX = 1.05
READS_PER_DAY = 4

RNG = random.Random(torture.SEED)


class Trial:
    """The recorder, the clock, and what was measured."""

    def __init__(self):
        self.clock_path = STORE.path("clock")
        self.commits_ms = []
        self.sizes = []         # the largest of each day
        self.recorded = 0
        self.reads = 0
        self.faults = []
        self.recent = []        # moments and counts, of one organization

    def run(self):
        clock.set_file(self.clock_path, 0)
        prefix = clock.followed(STORE.clock, self.clock_path)
        with recorders.Recorder(STORE, prefix=prefix), \
                recording.Client(STORE.store) as client:
            for step in range(DAYS * STEPS):
                moved = step * DAY_SECONDS // STEPS
                clock.set_file(self.clock_path, moved)
                self.record(client, step)
                self.measure(step)
                if step % (STEPS // READS_PER_DAY) == 0:
                    self.read(moved)
            self.wait_for_pruning(moved)

    def record(self, client, step):
        for number in range(REQUESTS_PER_STEP):
            organization = number % ORGANIZATIONS + 1
            count = RNG.randint(1, EVENTS_MAX)
            queues = [f"step-{step}-{place}" for place in range(count)]
            begin = time.monotonic()
            reply = client.ask(step * REQUESTS_PER_STEP + number, *queues,
                               organization=organization)
            self.commits_ms.append((time.monotonic() - begin) * 1000)
            if reply is None or reply.outcome != recording.RECORDED:
                self.faults.append(f"step {step} was not recorded")
                return
            self.recorded += count
            if organization == 1:
                self.recent.append((reply.places[0][0], count))

    def measure(self, step):
        """What lies on disk: the file is sparse."""
        path = os.path.join(STORE.store, "data.mdb")
        size = os.stat(path).st_blocks * 512
        if step % STEPS == 0:
            self.sizes.append(0)
        self.sizes[-1] = max(self.sizes[-1], size)

    def read(self, moved):
        """All that is answered is of the last 24 hours, and is all of it."""
        done = STORE.try_cli(
            "request", "GET", "/v1/events?events=queues", "--header",
            "Accept: application/x-ndjson", "--key-file", self.key_file(),
            prefix=clock.moved(STORE.clock, moved))
        oldest_ms = (time.time() + moved - DAY_SECONDS) * 1000
        _, _, body = done.stdout.replace(b"\r\n", b"\n").partition(b"\n\n")
        events = [json.loads(line) for line in body.splitlines()]
        self.reads += 1
        if not events or events[0]["stored_at"] < oldest_ms - 60_000:
            self.faults.append(f"after {moved} s the oldest event is of "
                               f"{events[:1]}, {done.stderr}")
        # A minute more or less: this program's clock went on meanwhile.
        wanted = [sum(count for at_ms, count in self.recent
                      if at_ms >= oldest_ms + slack)
                  for slack in (60_000, -60_000)]
        if not wanted[0] <= len(events) <= wanted[1]:
            self.faults.append(f"after {moved} s there are {len(events)} "
                               f"events, not {wanted}")
        self.recent = [row for row in self.recent
                       if row[0] > oldest_ms - 3_600_000]

    @staticmethod
    def key_file():
        path = os.path.join(STORE.run, "key")
        if not os.path.exists(path):
            with open(path, "w", encoding="ascii") as file:
                file.write(STORE.keys["org-1"])
            os.chmod(path, 0o644)
        return path

    def wait_for_pruning(self, moved):
        """When traffic ends the recorder goes on by itself."""
        clock.set_file(self.clock_path, moved + 2 * DAY_SECONDS)
        deadline = time.monotonic() + PRUNE_WAIT_SECONDS
        while time.monotonic() < deadline:
            if json.loads(STORE.cli("stat", "--json"))["events"] == 0:
                return
            time.sleep(0.2)
        self.faults.append("what is past was not pruned in time")


def the_size_levels_off(results):
    for number in range(1, ORGANIZATIONS + 1):
        STORE.add_organization(f"org-{number}")
        recording.KEYS[number] = STORE.add_key(
            f"org-{number}", f"org-{number}", "--scope",
            "events:write").encode()
    TRIAL.run()
    results.result(f"{DAYS} days: only the last 24 hours are answered, and "
                   "all of them", TRIAL.faults[:20])
    # The first day fills the window, the second begins to use room again.
    settled = TRIAL.sizes[1]
    results.expect("the size of the second day is not passed later",
                   max(TRIAL.sizes[1:]) <= GROWTH_MAX * settled,
                   str(TRIAL.sizes))
    check = STORE.try_cli("check")
    results.expect("the store is whole", check.returncode == 0,
                   (check.stdout + check.stderr).decode())


def row():
    sizes = [f"{size / 1e6:.1f}" for size in TRIAL.sizes]
    commits = TRIAL.commits_ms
    return ["retention", f"{DAYS} days in {DAYS * STEPS:,} steps, "
            f"{TRIAL.recorded:,} events, {TRIAL.reads} reads",
            f"{len(TRIAL.faults)} events past 24 h or missing; MB at the end "
            f"of days 1, 2 and {DAYS}: {sizes[0]}, {sizes[1]}, {sizes[-1]} "
            f"(largest {max(TRIAL.sizes) / 1e6:.1f}); commits: median "
            f"{torture.quantile(commits, 0.5):.1f}, p99 "
            f"{torture.quantile(commits, 0.99):.1f}, longest "
            f"{max(commits):.1f} ms"]


# In a sandbox the file that tells the time could not be opened.
with fixture.Fixture(APITRAIL_SANDBOX="off") as STORE:
    TRIAL = Trial()
    torture.run([the_size_levels_off], row, "torture-retention")
