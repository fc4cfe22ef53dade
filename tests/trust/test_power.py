#!/usr/bin/env python3
"""test_power.py - what a cut of power leaves of a store.

Programs work on a store while a library logs each write, length, name and
sync, and this script each acknowledgement.  Then images are made of the log:
what was synced is there, of the rest any part, torn at sectors of 512 bytes.
Each image has to open, to be whole, and to have what was acknowledged.

IMAGES says how many, WORK how much the programs do, SEED which.
"""
import os
import random
import re
import struct
import subprocess
import threading

from preloaded import BUILD, SEED, Preloaded, recording
from tap import Tap

# In a sandbox the log could not be opened.
SETTINGS = {"APITRAIL_SANDBOX": "off"}
IMAGES = int(os.environ.get("IMAGES", "400"))
WORK = int(os.environ.get("WORK", "1"))
CLIENTS = 4
REQUESTS_EACH = 6
KILLED_IMAGES = min(IMAGES // 25, 200)
KILL_STEP = 1 if WORK > 1 else 15
RECORD = struct.Struct("<IIQQQQQ")
(INIT, ORGANIZATION, KEY, EVENTS, FORGET, BACKUP,
 RESTORE) = range(9, 16)
# Below folders that are not there either.
STORE = "var/lib/trail"


class Work:
    """Programs at work in one folder, and what they promised."""

    def __init__(self, program):
        self.program = program
        self.root = program.path("root")
        os.mkdir(self.root)
        program.store = os.path.join(self.root, STORE)
        self.log = program.write("power.log", b"")
        program.variables["POWER_LOG"] = self.log
        self.next = 0
        self.unanswered = 0
        self.lock = threading.Lock()

    def tell(self, kind, first=0, count=0):
        """Logs what a user was told."""
        with open(self.log, "ab", 0) as file:
            file.write(RECORD.pack(kind, 0, 0, 0, first, count, 0))

    def numbers(self, count):
        """So many events' numbers that nobody else has."""
        with self.lock:
            first = self.next
            self.next += count
        return first

    def make(self):
        self.program.must("init")
        self.tell(INIT)
        self.program.must("org", "add", "acme")
        self.tell(ORGANIZATION)
        recording.add_key(self.program, "acme", 1)
        self.tell(KEY)

    def append(self, count):
        first = self.numbers(count)
        lines = [b'{"type":"queue_added","queue":{"id":"e-%d"}}\n' % number
                 for number in range(first, first + count)]
        self.program.must("append", "--org", "acme", stdin=b"".join(lines))
        self.tell(EVENTS, first, count)

    def ask(self, recorder, seed):
        """Requests on one connection, each told when it is answered."""
        choice = random.Random(seed)
        with recorder.client() as client:
            for number in range(REQUESTS_EACH * WORK):
                count = choice.choice((1, 1, 2, 5, 40))
                first = self.numbers(count)
                reply = client.ask(
                    number, *[f"e-{each}"
                              for each in range(first, first + count)],
                    key=f"e-{first}")
                if reply is None or reply.outcome != recording.RECORDED:
                    self.unanswered += 1
                    return
                self.tell(EVENTS, first, count)

    def record(self):
        """Clients of a recorder, and another writer beside it."""
        with recording.Recorder(self.program) as recorder:
            threads = [threading.Thread(target=self.ask,
                                        args=(recorder, SEED * 100 + i))
                       for i in range(CLIENTS)]
            for thread in threads:
                thread.start()
            self.append(5)
            for thread in threads:
                thread.join()
            recorder.kill()
            recorder.start()
            self.ask(recorder, SEED * 100 + CLIENTS)
            recorder.stop()

    def prune(self):
        self.tell(FORGET)
        self.program.must("prune", variables={"APITRAIL_RETENTION": "1s"})

    def back_up_and_restore(self):
        folder = os.path.join(self.root, "backup")
        self.program.must("backup", folder)
        self.tell(BACKUP)
        self.append(20)
        self.tell(RESTORE)
        self.program.must("restore", folder, "--yes")
        self.append(3)

    def fail(self, number):
        """The disk takes a commit, but says that it did not; then others
        write."""
        first = self.numbers(1)
        with recording.Recorder(
                self.program, POWER_FAIL_DSYNC=str(number)) as recorder, \
                recorder.client() as client:
            for each in range(number):
                reply = client.ask(each, f"e-{first}", key=f"e-{first}")
                if reply is None or reply.outcome != recording.RECORDED:
                    break
                self.tell(EVENTS, first, 1)
                first = self.numbers(1)
            else:
                self.unanswered += 1
        self.append(30)
        self.append(1)

    def all(self):
        self.make()
        for count in (1, 10, 300):
            self.append(count)
        self.record()
        self.prune()
        for _ in range(WORK):
            self.append(30)
        self.record()
        for number in range(1, 3 + WORK):
            self.fail(number)
        self.back_up_and_restore()


def check_images(work, count):
    """power_images on the log; how many there were, and what is wrong."""
    folder = work.program.path("images")
    os.mkdir(folder)
    result = subprocess.run(
        [os.path.join(BUILD, "tests", "trust", "power_images"), work.log,
         str(os.stat(work.root).st_ino), STORE, folder, str(count),
         str(SEED)],
        check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = result.stdout.decode(errors="replace")
    found = re.search(r"^(\d+) images, (\d+) failed$", text, re.MULTILINE)
    faults = []
    if result.returncode != 0 or found is None:
        faults = text.splitlines()[-60:] or [f"status {result.returncode}"]
    return int(found[1]) if found else 0, faults


def make_with_a_kill(number):
    """init that is killed at a record of its log, again, and what a cut of
    power leaves then; whether it was killed, and faults."""
    with Preloaded("power.so", **SETTINGS) as program:
        work = Work(program)
        result = program.run("init", variables={"POWER_KILL": str(number)})
        work.make()
        return result.returncode != 0, *check_images(work, KILLED_IMAGES)


def check_kills(tap):
    """Each of its records; in a small run, each so many."""
    total = 0
    number = 1
    faults = []
    is_killed = True
    while is_killed and not faults:
        is_killed, images, faults = make_with_a_kill(number)
        total += images
        number += KILL_STEP
    tap.result("an init that is killed can be done again", faults)
    tap.expect("it was killed at many places", number > 2 * KILL_STEP)
    return total


def main():
    tap = Tap()
    killed_images = check_kills(tap)
    with Preloaded("power.so", **SETTINGS) as program:
        work = Work(program)
        work.all()
        images, faults = check_images(work, IMAGES)
        size = os.stat(work.log).st_size
    tap.result("whatever a cut of power leaves opens and has what was "
               "acknowledged", faults)
    tap.expect("every request was answered", work.unanswered == 0)
    tap.expect("there were images", images >= IMAGES // 2, images)
    print(f"# | power | {images + killed_images} images of {work.next} events, {size} bytes "
          f"logged | {len(faults)} lines of faults | SEED={SEED} |")
    return tap.end()


if __name__ == "__main__":
    raise SystemExit(main())
