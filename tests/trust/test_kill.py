#!/usr/bin/env python3
"""test_kill.py - kill the programs again and again, at any moment.

In each round one or four writers work, and then the recorder, a responder or
the `append` that they work through is killed with SIGKILL.  What was
acknowledged is kept by this script.  After each kill the store is opened and
read: all of that is there, once.  What was not answered is repeated under its
Idempotency-Key.

KILLS says how many, SEED which moments, and SECONDS when that is enough.
"""
import json
import os
import random
import subprocess
import threading
import time
from collections import Counter

from preloaded import BUILD, SEED, Program, recording
import fastcgi
from tap import Tap

KILLS = int(os.environ.get("KILLS", "50"))
SECONDS = float(os.environ.get("SECONDS", "36000"))
VICTIMS = ("recorder",) * 3 + ("append",) * 2 + ("responder",) * 2
WRITERS = (1, 4)
LIFE_SECONDS_MAX = 0.08
EVENTS_MAX = 4
PATIENCE_SECONDS = 30
FULL_LOOKS = 10
EVENT = '{"type":"queue_added","queue":{"id":"%s"}}'


class Request:
    """Events that are repeated under their key until they are answered."""

    def __init__(self, queues):
        self.queues = queues
        self.key = queues[0]


class Door:
    """What writers work through; what is not answered waits here."""

    def __init__(self, world):
        self.world = world
        self.open = []

    def take(self):
        with self.world.lock:
            return self.open.pop() if self.open else None

    def give_back(self, request):
        with self.world.lock:
            self.open.append(request)

    def write(self):
        """Until the connection ends."""
        try:
            with self.connect() as peer:
                while True:
                    request = self.take() or Request(self.world.queues())
                    try:
                        is_answered = self.ask(peer, request)
                    except BaseException:
                        self.give_back(request)
                        raise
                    if not is_answered:
                        self.give_back(request)
                        return
                    self.world.acknowledge(request.queues)
        except (OSError, AssertionError) as fault:
            if not isinstance(fault, OSError):
                self.world.wrong.append(str(fault))


class RecorderDoor(Door):
    """The recorder's own socket."""

    def connect(self):
        return self.world.recorder.client()

    def ask(self, peer, request):
        reply = peer.ask(1, *request.queues, key=request.key)
        if reply is None or reply.outcome == recording.STOPPING:
            return False
        assert reply.outcome in (recording.RECORDED,
                                 recording.REPLAYED), reply.outcome
        self.world.repeats += reply.outcome == recording.REPLAYED
        return True

    def begin(self):
        pass

    def kill(self):
        self.world.recorder.kill()

    def end(self):
        self.world.recorder.start()


class ResponderDoor(Door):
    """A responder, spoken to as a web server does."""

    def __init__(self, world):
        super().__init__(world)
        self.path = world.program.path("responder.sock")
        self.child = None

    def connect(self):
        return fastcgi.Peer(self.path, PATIENCE_SECONDS)

    def ask(self, peer, request):
        body = "[" + ",".join(EVENT % queue
                              for queue in request.queues) + "]"
        answer = peer.ask("/v1/events", method="POST", body=body.encode(),
                          more=[("CONTENT_TYPE", "application/json"),
                                ("CONTENT_LENGTH", str(len(body))),
                                ("HTTP_X_API_KEY", self.world.key),
                                ("HTTP_IDEMPOTENCY_KEY", request.key)])
        if answer.status is None:
            return False
        assert answer.code in (201, 503), answer.stdout
        self.world.repeats += b"Idempotent-Replayed" in answer.stdout
        return answer.code == 201

    def begin(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.child = subprocess.Popen(
            [os.path.join(BUILD, "apitrail.fcgi"), "--listen", self.path],
            env=self.world.program.environment(),
            stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                self.connect().socket.close()
                return
            except OSError:
                time.sleep(0.002)
        self.world.wrong.append("the responder does not start")

    def kill(self):
        self.child.kill()
        self.child.wait()

    def end(self):
        pass


class AppendDoor(Door):
    """The command: what it was killed over is not repeated."""

    def __init__(self, world):
        super().__init__(world)
        self.children = []

    def begin(self):
        self.children = []

    def write(self):
        queues = self.world.queues(random.choice((1, 10, 200)))
        program = self.world.program
        with subprocess.Popen(
                [program.binary, "append", "--org", "acme"],
                env=program.environment(), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            self.children.append(child)
            try:
                said, _ = child.communicate("\n".join(
                    EVENT % queue for queue in queues).encode())
            except BrokenPipeError:
                said = child.stdout.read()
        if said.startswith(b"recorded %d event" % len(queues)):
            self.world.acknowledge(queues)
        elif child.returncode != -9:
            self.world.wrong.append(f"append: {child.returncode} {said}")

    def kill(self):
        for child in self.children:
            child.kill()

    def end(self):
        pass


class World:
    """A store, a recorder, and what was acknowledged."""

    def __init__(self, program):
        self.program = program
        self.lock = threading.Lock()
        self.next = 0
        self.acknowledged = []
        self.checked = 0        # of those
        self.found = Counter()
        self.place = ()
        self.wrong = []
        self.kills = 0
        self.opens = 0
        self.repeats = 0
        recording.with_org(program)
        self.key = program.must(
            "key", "add", "--org", "acme", "--name", "h", "--scope",
            "events:write").decode().strip()
        self.recorder = recording.Recorder(program)

    def queues(self, count=None):
        count = count or random.randint(1, EVENTS_MAX)
        with self.lock:
            first = self.next
            self.next += count
        return [f"q{number}" for number in range(first, first + count)]

    def acknowledge(self, queues):
        with self.lock:
            self.acknowledged += queues

    def round(self, door, writer_count):
        door.begin()
        writers = [threading.Thread(target=door.write)
                   for _ in range(writer_count)]
        for writer in writers:
            writer.start()
        time.sleep(random.random() * LIFE_SECONDS_MAX)
        door.kill()
        self.kills += writer_count if isinstance(door, AppendDoor) else 1
        for writer in writers:
            writer.join(PATIENCE_SECONDS)
            if writer.is_alive():
                self.wrong.append("a writer stands still")
        self.look()
        door.end()
        self.opens += 1

    def read(self, *words):
        result = self.program.run("events", "--org", "acme", "--events",
                                  "queues", "--ndjson", *words)
        self.opens += 1
        if result.returncode != 0:
            self.wrong.append("does not open: " + result.stderr.decode())
            return []
        return [json.loads(line) for line in result.stdout.splitlines()]

    def look(self):
        """What is new in the store, beside what was acknowledged."""
        events = self.read(*self.place)
        for event in events:
            self.found[event["queue"]["id"]] += 1
            if self.found[event["queue"]["id"]] > 1:
                self.wrong.append("twice: " + event["queue"]["id"])
        if events:
            self.place = ("--start-after", str(events[-1]["stored_at"]),
                          "--start-after-id=" + events[-1]["id"])
        with self.lock:
            now = list(self.acknowledged[self.checked:])
            self.checked += len(now)
        self.wrong += ["lost: " + queue for queue in now
                       if self.found[queue] == 0]

    def look_at_all(self):
        """The same of the whole store, from its begin."""
        checked = self.program.run("check")
        if checked.returncode != 0:
            self.wrong.append("check: " + checked.stderr.decode())
        found = Counter(event["queue"]["id"] for event in self.read())
        if max(found.values(), default=0) > 1 or any(
                found[queue] == 0 for queue in self.acknowledged):
            self.wrong.append("the whole store does not agree")


def main():
    tap = Tap()
    random.seed(SEED)
    with Program() as program:
        world = World(program)
        doors = {"recorder": RecorderDoor(world),
                 "append": AppendDoor(world),
                 "responder": ResponderDoor(world)}
        with world.recorder:
            looks = 0
            end = time.monotonic() + SECONDS
            while world.kills < KILLS and not world.wrong and (
                    time.monotonic() < end):
                world.round(doors[random.choice(VICTIMS)],
                            random.choice(WRITERS))
                if world.kills * FULL_LOOKS // KILLS > looks:
                    looks = world.kills * FULL_LOOKS // KILLS
                    world.look_at_all()
        world.look_at_all()
    tap.result("however often it is killed, all that was acknowledged is "
               "there once", world.wrong[:20])
    tap.expect("something was acknowledged", len(world.acknowledged) > 0)
    tap.expect("something had to be repeated", world.repeats > 0 or
               KILLS < 200)
    print(f"# | kill | {world.kills} kills, {len(world.acknowledged)} "
          f"acknowledged, {world.repeats} repeated, {len(world.wrong)} lost, "
          f"twice or not opened of {world.opens} opens | SEED={SEED} |")
    return tap.end()


if __name__ == "__main__":
    raise SystemExit(main())
