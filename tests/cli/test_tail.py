#!/usr/bin/env python3
"""test_tail.py - apitrail tail: the newest events, and on as they come."""
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time

from program import (EVENT, FAILED, HOUR_MS, USAGE, ago_ms, equal, expect,
                     run_all, stored)

ORG = ("--org", "acme")
PATIENCE_SECONDS = 20
PROMPT_SECONDS = 5
TYPES = ("api_key_added", "listener_added", "message_added", "queue_added",
         "other")


def fill(program, count=50):
    """Imports events of all types in turn."""
    program.with_org()
    first_ms = ago_ms(HOUR_MS)
    lines = [stored(i, first_ms + i, TYPES[i % 5]) for i in range(count)]
    program.must("import", *ORG, stdin=b"".join(lines))
    return [json.loads(line) for line in lines]


def append(program, type_name="queue_added", count=1):
    line = json.dumps({"type": type_name}).encode() + b"\n"
    program.must("append", *ORG, stdin=line * count)


def tail(program, *words):
    """What it shows, as a list."""
    return program.must_json("tail", *ORG, *words)


class Follower:
    """`apitrail tail -f`, and the lines that it prints."""

    def __init__(self, program, *words, stdout=subprocess.PIPE):
        self.child = subprocess.Popen(
            [program.binary, "tail", *ORG, "-f", *words],
            stdin=subprocess.DEVNULL, stdout=stdout,
            stderr=subprocess.PIPE, env=program.environment(),
            cwd=program.folder)
        self.rest = b""

    def line(self):
        """The next line, without its end."""
        end = time.monotonic() + PATIENCE_SECONDS
        while b"\n" not in self.rest:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.child.stdout], [], [],
                                              left)[0]:
                raise AssertionError(f"no line came, but {self.rest!r}")
            piece = os.read(self.child.stdout.fileno(), 1 << 20)
            if not piece:
                raise AssertionError(f"it ended after {self.rest!r}")
            self.rest += piece
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def event(self):
        return json.loads(self.line())

    def end(self, number=signal.SIGINT):
        """Its status, the rest that it printed, and its complaints."""
        if number is not None:
            self.child.send_signal(number)
        out, err = self.child.communicate(timeout=PATIENCE_SECONDS)
        return self.child.returncode, self.rest + (out or b""), err


@contextlib.contextmanager
def following(program, *words, **more):
    follower = Follower(program, *words, **more)
    try:
        yield follower
    finally:
        if follower.child.poll() is None:
            follower.child.kill()
        follower.child.communicate()


def test_the_newest_ten_come_oldest_first(program):
    events = fill(program)
    equal(tail(program), events[-10:])


def test_as_many_come_as_are_asked_for(program):
    events = fill(program)
    for count in (1, 3, 50, 51, 1000000):
        for words in (("-n", str(count)), (f"-n{count}",),
                      ("--limit", str(count))):
            equal(tail(program, *words), events[-count:])
    equal(tail(program, "-n", "0"), [])


def test_more_than_a_page_can_come(program):
    events = fill(program, 2500)
    equal(tail(program, "-n", "2300"), events[-2300:])


def test_only_wanted_categories_are_counted(program):
    events = fill(program)
    equal(tail(program, "-n", "3", "--events", "queues"),
          [event for event in events if event["type"] == "queue_added"][-3:])


def test_nothing_older_than_the_retention_comes(program):
    fill(program)
    append(program)
    equal(len(tail(program, "--retention", "10m")), 1)


def test_events_come_in_three_forms(program):
    events = fill(program)
    lines = program.must("tail", *ORG, "--ndjson").splitlines()
    equal([json.loads(line) for line in lines], events[-10:])
    text = program.must("tail", *ORG).decode()
    equal(len(text.splitlines()), 11)
    equal(text.startswith("STORED AT"), True)
    program.must("org", "add", "empty")
    equal(program.must("tail", "--org", "empty"), b"")
    equal(program.must("tail", "--org", "empty", "--json"), b"[]\n")


def test_what_comes_is_shown_at_once(program):
    events = fill(program)
    with following(program, "-n", "1", "--ndjson") as follower:
        equal(follower.event(), events[-1])
        for type_name in TYPES * 3:
            append(program, type_name)
            begun = time.monotonic()
            equal(follower.event()["type"], type_name)
            equal(time.monotonic() - begun < PROMPT_SECONDS, True)
        equal(follower.end(), (0, b"", b""))


def test_only_wanted_categories_are_followed(program):
    fill(program)
    with following(program, "-n0", "--ndjson", "--events",
                   "messages,queues") as follower:
        time.sleep(0.3)
        for type_name in TYPES * 3:
            append(program, type_name)
        equal([follower.event()["type"] for _ in range(6)],
              ["message_added", "queue_added"] * 3)
        equal(follower.end(), (0, b"", b""))


def test_nothing_is_lost_or_comes_twice(program):
    program.with_org()
    with following(program, "-n", "1000000", "--ndjson") as follower:
        writers = [subprocess.Popen(
            [program.binary, "append", *ORG], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, env=program.environment(),
            cwd=program.folder) for _ in range(3)]
        for _ in range(20):
            for writer in writers:
                writer.stdin.write(EVENT * 50)
                writer.stdin.flush()
            time.sleep(0.02)
        for writer in writers:
            writer.stdin.close()
            equal(writer.wait(PATIENCE_SECONDS), 0)
        followed = [follower.event()["id"] for _ in range(3000)]
        equal(follower.end(), (0, b"", b""))
    equal(followed, [event["id"] for event in program.events()])


def test_an_organization_without_events_is_followed(program):
    program.with_org()
    for words, first in ((("--ndjson",), b"{"), (("--json",), b"[{"),
                         ((), b"STORED AT")):
        with following(program, "-n", "0", *words) as follower:
            time.sleep(0.3)
            append(program)
            equal(follower.line().startswith(first), True)
            equal(follower.end()[0], 0)


def test_headings_come_once_and_columns_stay_in_line(program):
    program.with_org()
    with following(program, "-n", "0") as follower:
        time.sleep(0.3)
        append(program, "message_published_not_ok")
        heading = follower.line()
        equal(heading.startswith(b"STORED AT"), True)
        rows = [follower.line()]
        for type_name in ("x", "queue_added"):
            append(program, type_name)
            rows.append(follower.line())
        place = heading.index(b"ID")
        equal([row[place - 1:place] for row in rows], [b" "] * 3)
        equal([b" " in row[place:place + 21] for row in rows], [False] * 3)
        equal(follower.end()[0], 0)


def test_an_interrupt_ends_json_well(program):
    fill(program)
    for number in (signal.SIGINT, signal.SIGTERM):
        with following(program, "-n", "2", "--json") as follower:
            lines = [follower.line(), follower.line()]
            append(program)
            lines.append(follower.line())
            status, rest, errors = follower.end(number)
        equal((status, errors), (0, b""))
        shown = json.loads(b"\n".join([*lines, rest]))
        equal(len(shown), 3)
        equal(shown[2]["type"], "queue_added")


def test_an_ignored_interrupt_stays_ignored(program):
    program.with_org()
    child = subprocess.Popen(
        ["sh", "-c", 'trap "" INT; exec "$0" "$@"', program.binary, "tail",
         *ORG, "-f", "--ndjson"], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env=program.environment(),
        cwd=program.folder)
    try:
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        append(program)
        equal(json.loads(child.stdout.readline())["type"], "queue_added")
        child.terminate()
        equal(child.wait(PATIENCE_SECONDS), 0)
    finally:
        child.kill()
        child.communicate()


def test_a_reader_that_has_enough_ends_it_at_once(program):
    fill(program)
    with following(program, "--ndjson") as follower:
        follower.line()
        follower.child.stdout.close()
        # Though nothing more is recorded that it could write.
        equal(follower.child.wait(PROMPT_SECONDS), 0)
        equal(follower.child.stderr.read(), b"")


def test_a_reader_that_was_never_there_ends_it_quietly(program):
    fill(program)
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        with following(program, stdout=write_end) as follower:
            equal(follower.child.wait(PROMPT_SECONDS), 0)
            equal(follower.child.stderr.read(), b"")
    finally:
        os.close(write_end)


def test_a_full_device_is_an_error(program):
    fill(program)
    with open("/dev/full", "wb") as full:
        for words in ((), ("-f",)):
            expect(program.run("tail", *ORG, *words, stdout=full), FAILED,
                   "standard output: No space left on device")


def test_a_clock_that_is_set_back_hides_nothing(program):
    program.with_org()
    with following(program, "--ndjson") as follower:
        time.sleep(0.3)
        for seconds in (0, -7200, 3600, -1800):
            subprocess.run(
                [*program.clock_moved(seconds), program.binary, "append",
                 *ORG],
                input=EVENT, check=True, stdout=subprocess.DEVNULL,
                env=program.environment(), cwd=program.folder,
                timeout=PATIENCE_SECONDS)
            equal(follower.event()["type"], "queue_added")
        equal(follower.end()[0], 0)


def test_a_store_that_is_replaced_is_followed(program):
    program.with_org()
    append(program)
    shutil.copytree(program.store, program.path("copy"))
    with following(program, "--ndjson") as follower:
        follower.line()
        os.rename(program.path("copy", "data.mdb"),
                  os.path.join(program.store, "data.mdb.new"))
        os.rename(os.path.join(program.store, "data.mdb.new"),
                  os.path.join(program.store, "data.mdb"))
        os.unlink(os.path.join(program.store, "lock.mdb"))
        time.sleep(1.5)
        append(program, "message_added")
        equal(follower.event()["type"], "message_added")
        equal(follower.end()[0], 0)


def test_a_store_that_goes_away_ends_it(program):
    program.with_org()
    with following(program, "--ndjson") as follower:
        time.sleep(0.3)
        os.unlink(os.path.join(program.store, "data.mdb"))
        status, rest, errors = follower.end(None)
        equal((status, rest), (FAILED, b""))
        equal(b"no store is there" in errors, True)


def test_counters_that_cannot_be_used_make_it_look_now_and_then(program):
    program.with_org()
    with following(program, "--ndjson") as follower:
        time.sleep(0.3)
        os.unlink(os.path.join(program.store, "counters"))
        os.mkdir(os.path.join(program.store, "counters"))
        append(program)
        equal(follower.event()["type"], "queue_added")
        follower.end()


def test_wrong_wishes_are_refused(program):
    program.with_org()
    for words, part in (
            (("-n", "-1"), "--limit: expected a whole number from 0"),
            (("-n", "ten"), '"ten"'),
            (("-n",), "--limit needs a value"),
            (("-n", "1", "--limit", "2"), "--limit is given twice"),
            (("--events", "queue"), "--events: "),
            (("--json", "--ndjson"), "only one of --ndjson and --json"),
            (("--csv",), "option --csv"),
            (("-x",), "unknown option -x"),
            (("word",), "too many words")):
        expect(program.run("tail", *ORG, *words), USAGE, part, stdout=b"")
    expect(program.run("tail"), USAGE, "--org is missing")
    expect(program.run("tail", "--org", "nobody"), FAILED, '"nobody"')


def test_letters_belong_to_the_commands_that_have_them(program):
    fill(program)
    equal(len(program.events("-n", "3")), 3)
    expect(program.run("events", *ORG, "-f"), USAGE, "unknown option -f")
    expect(program.run("-n", "1", "tail"), USAGE, "unknown option -n")


if __name__ == "__main__":
    run_all(sys.modules[__name__])
