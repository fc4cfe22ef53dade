#!/usr/bin/env python3
"""full.py - file systems and a map that are filled, freed and filled again.

While there is no room nothing is acknowledged that is not kept, and all that
was acknowledged is read.  Room that is made elsewhere, pruning, and removing
an organization each let the recorder go on, without a new start.

Usage: full.py        CYCLES=1000 SEED=7 in the environment; needs root
"""
import sys

sys.dont_write_bytecode = True

import torture

import collections
import json
import os
import pwd
import random
import re
import subprocess
import time

import clock
import door
import fixture
import recorders

sys.path.append(os.path.join(torture.TOP, "tests", "recorder"))

import recording

CYCLES = torture.size("CYCLES", 9)
MIB = 1 << 20
# Each with its file system, of so many MiB, and the map's bound.
KINDS = (("tmpfs", 12, "64M"), ("ext4", 16, "64M"), ("map", None, "2M"))
FREE_KIB = (64, 1024)
# What the store keeps for pruning, and some more.
ROOM_BYTES_MIN = 3 * MIB
BATCH_EVENTS_MAX = 200
BATCHES_MAX = 10_000
# So many requests at once, for which the recorder may commit once.
FLIGHT = 8
PATIENCE_SECONDS = 10
PAUSE_SECONDS = 0.05
PRUNE_SECONDS = 25 * 3600
WAYS = ("room", "prune", "remove")

# As they are recorded: a store is read from end to end twice a cycle.
EVENT = re.compile(
    rb'\{"id":"([\w-]+)","type":"queue_added","stored_at":(\d+),'
    rb'"client":\{"id":"\w+"\},"queue":\{"id":"([\w-]+)"\}\}')

RNG = random.Random(torture.SEED)
COUNTS = collections.Counter()


class SmallFixture(fixture.Fixture):
    """Its store lies on a file system of its own."""

    def __init__(self, kind, mebibytes, map_size):
        self.kind = kind
        self.mebibytes = mebibytes
        self.is_mounted = False
        super().__init__(APITRAIL_MAP_SIZE=map_size)

    def __exit__(self, *_):
        if self.is_mounted:
            subprocess.run(["umount", self.store], check=True)
        super().__exit__()

    def make_store(self):
        if self.mebibytes is not None:
            self.mount()
        super().make_store()

    def mount(self):
        os.mkdir(self.store)
        if self.kind == "tmpfs":
            source = ["-t", "tmpfs", "-o", f"size={self.mebibytes}m", "tmpfs"]
        else:
            image = self.path("image")
            with open(image, "wb") as file:
                file.truncate(self.mebibytes * MIB)
            # Nothing is kept for root, who fills it.
            subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True)
            source = ["-o", "loop", image]
        subprocess.run(["mount", *source, self.store], check=True)
        self.is_mounted = True
        user = pwd.getpwnam(fixture.WEB_USER)
        os.chown(self.store, user.pw_uid, user.pw_gid)


class Ballast:
    """A file of somebody else that takes the room there is."""

    def __init__(self, fixed):
        self.fixed = fixed
        self.path = os.path.join(fixed.store, "ballast")

    def fill(self, free_bytes):
        """Leaves only so much."""
        if self.fixed.mebibytes is None:
            return
        status = os.statvfs(self.fixed.store)
        room = status.f_bavail * status.f_frsize
        with open(self.path, "ab") as file:
            if room > free_bytes:
                os.posix_fallocate(file.fileno(), file.tell(),
                                   room - free_bytes)

    def size(self):
        return os.stat(self.path).st_size if os.path.exists(self.path) else 0

    def remove(self):
        if os.path.exists(self.path):
            os.unlink(self.path)


class Trial:
    """One store, and what was acknowledged to it."""

    def __init__(self, fixed):
        self.fixed = fixed
        self.ballast = Ballast(fixed)
        self.acknowledged = []
        self.sequence = 0
        self.faults = []
        self.organization = 0
        self.add_organization()

    def add_organization(self):
        self.organization += 1
        name = f"org-{self.organization}"
        self.fixed.add_organization(name)
        recording.KEYS[self.organization] = self.fixed.add_key(
            name, name, "--scope", "events:write").encode()
        self.acknowledged = []

    def run(self, cycles):
        with recorders.Recorder(self.fixed), \
                recording.Client(self.fixed.store) as client:
            for number in range(cycles):
                self.cycle(client, WAYS[number % len(WAYS)])
                if self.faults:
                    break

    def cycle(self, client, way):
        self.ballast.fill(RNG.randint(*FREE_KIB) * 1024)
        outcome = self.fill(client)
        if outcome != recording.FULL:
            self.faults.append(f"when full, the outcome is {outcome}")
        self.look("full")
        if way == "room" and self.ballast.size() < ROOM_BYTES_MIN:
            # The store itself has taken it, by now.
            way = "prune"
        if way == "room":
            self.ballast.remove()
        elif way == "remove":
            self.remove()
        else:
            self.prune()
        outcome = self.record_soon(client)
        if outcome != recording.RECORDED:
            self.faults.append(f"after {way} the outcome is {outcome}")
        self.look(f"after {way}")
        self.ballast.remove()
        COUNTS["cycles"] += 1
        COUNTS[way] += 1

    def fill(self, client):
        """Until there is no room for more, not even for one event."""
        size = BATCH_EVENTS_MAX
        for _ in range(BATCHES_MAX):
            outcome = self.record(client, *[
                RNG.randint(1, size) for _ in range(FLIGHT)] if size > 1
                                  else [1])
            if outcome == recording.RECORDED:
                continue
            if outcome != recording.FULL or size == 1:
                return outcome
            size = 1
        return "no end"

    def record_soon(self, client):
        """A recorder leaves a store that is full alone for a while."""
        end = time.monotonic() + PATIENCE_SECONDS
        outcome = self.record(client)
        while outcome == recording.FULL and time.monotonic() < end:
            time.sleep(PAUSE_SECONDS)
            outcome = self.record(client)
        return outcome

    def record(self, client, *counts):
        """Requests for so many events each, or for one; the outcome of the
        last one that was not recorded, if any."""
        flight = {}
        for count in counts or (1,):
            self.sequence += 1
            flight[self.sequence] = [f"q-{self.sequence}-{number}"
                                     for number in range(count)]
            client.send(self.sequence, *flight[self.sequence],
                        organization=self.organization)
        outcome = recording.RECORDED
        for _ in flight:
            reply = client.reply()
            if reply is None:
                return "no reply"
            self.note(reply, flight[reply.sequence])
            if reply.outcome != recording.RECORDED:
                outcome = reply.outcome
        return outcome

    def note(self, reply, queues):
        if reply.outcome == recording.RECORDED:
            self.acknowledged += [(stored_at, event_id.decode(), queue)
                                  for (stored_at, event_id), queue in
                                  zip(reply.places, queues)]
            COUNTS["acknowledged"] += len(queues)
        else:
            COUNTS["refused"] += 1

    def look(self, when):
        """Reads all of it, as a client would."""
        key = self.fixed.keys[f"org-{self.organization}"]
        response = door.Door(self.fixed).run(
            [self.fixed.responder], door.cgi_params(
                "GET", "/v1/events?events=queues",
                [("X-API-KEY", key), ("Accept", "application/x-ndjson")],
                b""), b"")
        if response.status != 200:
            self.faults.append(f"{when}: {response.status} {response.body}")
            return
        found = [read_event(line) for line in response.body.splitlines()]
        COUNTS["read"] += len(found)
        if found == self.acknowledged:
            return
        lost = set(self.acknowledged) - set(found)
        COUNTS["lost"] += len(lost)
        self.faults.append(
            f"{when}: {len(lost)} of {len(self.acknowledged)} acknowledged "
            f"events are lost, {len(set(found) - set(self.acknowledged))} "
            "are there and were refused")

    def prune(self):
        done = self.fixed.try_cli("prune", prefix=clock.moved(
            self.fixed.clock, PRUNE_SECONDS))
        if done.returncode != 0:
            self.faults.append(f"prune: {done.stderr}")
        self.acknowledged = []

    def remove(self):
        done = self.fixed.try_cli("org", "remove",
                                  f"org-{self.organization}", "--yes")
        if done.returncode != 0:
            self.faults.append(f"org remove: {done.stderr}")
        self.add_organization()


def read_event(line):
    """When it was stored, its id and its queue's."""
    match = EVENT.fullmatch(line)
    if match is None:
        event = json.loads(line)
        return event["stored_at"], event["id"], event["queue"]["id"]
    event_id, stored_at, queue = match.groups()
    return int(stored_at), event_id.decode(), queue.decode()


def run_kind(results, kind, mebibytes, map_size):
    name = f"a {kind} that is filled and freed loses nothing"
    if mebibytes is not None and os.getuid() != 0:
        # Nothing is missing that could be installed.
        print(f"# {name}: only root may mount")
        return
    with SmallFixture(kind, mebibytes, map_size) as fixed:
        trial = Trial(fixed)
        trial.run(-(-CYCLES // len(KINDS)))
        check = fixed.try_cli("check")
    results.result(name, trial.faults)
    results.expect(f"the store on it is whole ({kind})",
                   check.returncode == 0,
                   (check.stdout + check.stderr).decode())


def room_comes_and_goes(results):
    for kind in KINDS:
        run_kind(results, *kind)


def row():
    return ["full", f"{COUNTS['cycles']:,} cycles on tmpfs, ext4 and at the "
            "map's bound",
            f"{COUNTS['acknowledged']:,} events acknowledged, "
            f"{COUNTS['lost']} lost; {COUNTS['refused']:,} requests refused; "
            f"{COUNTS['read']:,} events read while full and after; freed by "
            + ", ".join(f"{way} {COUNTS[way]:,}" for way in WAYS)]


torture.run([room_comes_and_goes], row, "torture-full")
