#!/usr/bin/env python3
"""test_terminal.py - what people see: guide, hints, times, widths, pager."""
import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time

from program import (DONE, EVENT, FAILED, USAGE, ago_ms, equal, expect,
                     run_all, stored)

ORG = ("--org", "acme")
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>]")
# Turns its line around, paints, and is wide, by turns.
NAMES = ("\u202egnp.exe", "<img onerror=x>", "\u65e5\u672c\u8a9e", "a\u0301e",
         "\u05d0\u05d1\u05d2")
BAD = re.compile("[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f"
                 "\u202a-\u202e\u2066-\u2069]")


def on_terminal(program, *words, columns=80, rows=24, typed=b"",
                variables=None):
    """Its status, and what it painted, without escape sequences."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ,
                struct.pack("HHHH", rows, columns, 0, 0))
    environment = program.environment(TERM="xterm", NO_COLOR="1",
                                      **(variables or {}))
    with subprocess.Popen([program.binary, *words], stdin=slave,
                          stdout=slave, stderr=slave, env=environment,
                          start_new_session=True,
                          cwd=program.folder) as child:
        os.close(slave)
        os.write(master, typed)
        painted = b""
        while select.select([master], [], [], 60)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            painted += piece
        os.close(master)
        status = child.wait()
    # CSV ends its lines with both, to which the terminal adds one.
    return status, re.sub("\r+\n", "\n", ESCAPES.sub(b"", painted).decode())


def lines_of(painted):
    return painted.split("\n")


def width_of(line):
    """As a terminal has it, of the names that are used here."""
    return sum(2 if "\u3000" <= c else 0 if c == "\u0301" else 1
               for c in line)


def fill(program, count=5):
    program.with_org()
    lines = b"".join(
        stored(i, ago_ms(100000 - i), queue={
            "id": f"q{i}", "name": NAMES[i % len(NAMES)]})
        for i in range(count))
    program.must("import", *ORG, stdin=lines)
    program.must("key", "add", *ORG, "--name", NAMES[0])
    return program


def test_alone_it_shows_what_one_would_do_first(program):
    result = program.run()
    expect(result, USAGE)
    equal(b"There is no store yet" in result.stdout and
          b"\n  apitrail init " in result.stdout, True)
    program.must("init")
    equal(b"apitrail org add acme" in program.run().stdout, True)
    program.must("org", "add", "globex")
    text = program.run("--store", program.store).stdout.decode()
    equal("key add --org globex" in text or "--org globex" in text, True)
    program.must("key", "add", "--org", "globex", "--name", "n")
    text = program.run().stdout.decode()
    equal(("apitrail tail --org globex -f" in text, "init" in text),
          (True, False))
    program.write("store/data.mdb", b"x" * 100000)
    equal(b"apitrail doctor" in program.run().stdout, True)


def test_a_word_that_is_nearly_one_is_asked_about(program):
    for words, meant in (
            (("evnts",), "events"), (("lits",), None), (("ev",), "events"),
            (("recorde",), "recorder"), (("doctr",), "doctor"),
            (("org", "lst"), "list"), (("key", "rotat"), "rotate"),
            (("xyzzy",), None), (("org", "xyzzy"), None),
            (("x" * 5000,), None), (("",), None),
            (("events", "--ndjsn"), "--ndjson"),
            (("events", "--retenton=1h"), "--retention"),
            (("key", "add", "--scop"), None), (("--utcc",), "--utc"),
            (("events", "--" + "x" * 5000), None)):
        result = program.run(*words)
        if meant and result.returncode == USAGE:
            expect(result, USAGE, f"did you mean {meant}?")
        elif result.returncode == USAGE and "--scop" not in words:
            equal((words[-1][:20], b"did you mean" in result.stderr),
                  (words[-1][:20], False))
    expect(program.run("events", "--ndjsn=secret"), USAGE)
    equal(b"secret" in program.run("events", "--ndjsn=secret").stderr, False)


def test_times_are_local_and_utc_where_that_is_asked_for(program):
    program.with_org()
    second = 1700000000
    for zone, wanted in (("UTC", "T22:13:20Z"), ("XXX-5:30",
                                                 "T03:43:20+05:30"),
                         ("XXX8", "T14:13:20-08:00")):
        local = time.strftime("T%H:%M", time.gmtime(second))
        equal(local, "T22:13")
        done = subprocess.run(
            [*program.clock_moved(second - int(time.time())),
             program.binary, "org", "add", zone.replace(":", ".")],
            stdout=subprocess.PIPE, check=True, cwd=program.folder,
            env=program.environment(TZ=zone))
        # The clock may be a second further.
        text = done.stdout.decode()
        equal(wanted[:6] in text and wanted[9:] in text, True)
        variables = {"TZ": zone}
        for words in (("org", "show", zone.replace(":", "."), "--utc"),
                      ("--utc", "org", "show", zone.replace(":", "."))):
            text = program.must(*words, variables=variables).decode()
            equal("T22:13:2" in text and "Z" in text, True)
        made = program.must_json("org", "show", zone.replace(":", "."),
                                 variables=variables)["created_at"]
        equal(abs(made - second * 1000) < 20000, True)


def test_tables_fit_the_width_whatever_it_is(program):
    fill(program)
    for columns in (1, 2, 7, 20, 40, 60, 79, 80, 100, 132, 200):
        for words in (("org", "list"), ("key", "list"), ("stat",),
                      ("events", *ORG), ("doctor",)):
            status, painted = on_terminal(program, *words, "--no-pager",
                                          columns=columns)
            # A wide character has no room in one column.
            widest = max(map(width_of, lines_of(painted)))
            equal((status, words, columns, widest <= max(columns, 2)),
                  (DONE, words, columns, True))


def test_nothing_is_lost_where_a_row_is_too_wide(program):
    fill(program)
    wide = program.must("key", "list").decode()
    narrow = on_terminal(program, "key", "list", "--no-pager",
                         columns=40)[1]
    key_id = wide.splitlines()[1].split()[0]
    equal((key_id in narrow, "ORGANIZATION" in narrow), (True, True))
    folded = on_terminal(program, "key", "list", "--no-pager",
                         columns=5)[1]
    equal(key_id in folded.replace("\n", ""), True)


def test_names_paint_no_terminal(program):
    fill(program)
    for words in (("key", "list"), ("key", "list", "--json"),
                  ("events", *ORG), ("events", *ORG, "--json"),
                  ("events", *ORG, "--ndjson"), ("events", *ORG, "--csv"),
                  ("tail", *ORG)):
        painted = on_terminal(program, *words, columns=200)[1]
        equal((words, BAD.findall(painted)), (words, []))
    # What is no terminal gets what was stored.
    text = program.must("events", *ORG, "--ndjson").decode()
    equal(NAMES[0] in text, True)
    events = program.must_json("events", *ORG)
    equal(events[0]["queue"]["name"], NAMES[0])


def test_an_answer_paints_no_terminal(program):
    fill(program)
    key = program.must("key", "add", *ORG, "--name", "n").decode().strip()
    path = program.write("key", key.encode())
    variables = {"APITRAIL_SANDBOX": "off"}
    for accept in ("application/json", "application/x-ndjson", "text/csv"):
        words = ("request", "/v1/events", "--key-file", path, "--header",
                 f"Accept: {accept}")
        status, painted = on_terminal(program, *words, columns=200,
                                      variables=variables)
        equal((status, "\\u202e" in painted, BAD.findall(painted)),
              (DONE, True, []))
        equal(NAMES[0].encode() in program.must(*words, variables=variables),
              True)


def test_a_bare_environment_shows_names_as_well(program):
    fill(program)
    painted = on_terminal(program, "key", "list", columns=200, variables={
        "LC_ALL": "C", "LANG": "C"})[1]
    equal("\\u202egnp.exe" in painted, True)
    painted = on_terminal(program, "events", *ORG, columns=200,
                          variables={"LC_ALL": "C", "LANG": "C"})[1]
    equal(NAMES[2] in painted, True)


def pager_of(program):
    """A pager that tells of itself, and where it tells."""
    told = program.path("told")
    path = program.write("pager", b"#!/bin/sh\necho begun >\"$TOLD\"\n"
                         b"cat\necho ended >>\"$TOLD\"\n")
    os.chmod(path, 0o755)
    return {"PAGER": path, "TOLD": told}, told


def test_what_is_more_than_a_screen_goes_through_a_pager(program):
    fill(program, 60)
    variables, told = pager_of(program)
    for words, is_paged in (
            (("events", *ORG), True), (("--help",), True),
            (("events", *ORG, "--ndjson"), True),
            (("events", *ORG, "--no-pager"), False),
            (("events", *ORG, "--limit", "3"), False),
            (("org", "list"), False), (("tail", *ORG), False)):
        status, painted = on_terminal(program, *words, variables=variables,
                                      columns=160)
        equal((words, status, os.path.exists(told)), (words, DONE, is_paged))
        equal(len(lines_of(painted)) > 1, True)
        if is_paged:
            equal(program.read("told"), b"begun\nended\n")
            os.unlink(told)
    equal(program.run("events", *ORG, variables=variables).returncode, DONE)
    equal(os.path.exists(told), False)


def test_a_pager_can_be_left_and_be_missing(program):
    fill(program, 3000)
    everything = ("events", *ORG, "--limit", "3000")
    for pager, status in (("head -n 1 >/dev/null", DONE), ("", DONE),
                          ("cat", DONE), ("/nowhere/pager", DONE)):
        equal((pager, on_terminal(program, *everything, columns=160,
                                  variables={"PAGER": pager})[0]),
              (pager, status))
    if shutil.which("less"):
        status, painted = on_terminal(program, *everything, typed=b"q",
                                      columns=160)
        equal((status, "STORED AT" in painted,
               len(lines_of(painted)) < 200), (DONE, True, True))


def test_a_closed_pipe_is_the_end_and_no_complaint(program):
    fill(program, 3000)
    done = subprocess.run(
        ["sh", "-c", '"$0" events --org acme --limit 3000 | head -n 1; '
         'exit 0', program.binary], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, check=True, env=program.environment(),
        cwd=program.folder)
    equal((done.stdout.count(b"\n"), done.stderr), (1, b""))
    read_end, write_end = os.pipe()
    os.close(read_end)
    for words in ((), ("doctor",), ("doctor", "--json"),
                  ("--complete", "org", "")):
        result = program.run(*words, stdout=write_end)
        expect(result, FAILED)
        equal((words, result.stderr), (words, b""))
    os.close(write_end)


def test_progress_of_pruning_tells_rate_and_time_left(program):
    program.with_org()
    program.must("append", *ORG, stdin=EVENT * 200000)
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with subprocess.Popen(
            [*program.clock_moved(90000), program.binary, "prune"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=slave, cwd=program.folder,
            env=program.environment(TERM="xterm")) as child:
        os.close(slave)
        equal(child.wait(), DONE)
        painted = b""
        # Nothing at all reads as an error.
        with contextlib.suppress(OSError):
            painted = os.read(master, 1 << 20)
    os.close(master)
    # A machine that prunes all within a second has nothing to show.
    for line in painted.split(b"\r")[1:]:
        line = line.replace(b"\x1b[K", b"")
        equal(bool(re.fullmatch(
            rb"|\[[#-]{24}\] +\d+% \d+ events pruned, \d+/s"
            rb"(, [\d.]+ (s|min|h) left)?", line)), True)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
