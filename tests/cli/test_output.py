#!/usr/bin/env python3
"""test_output.py - terminals, pipes that close, and devices that are full."""
import json
import os
import pty
import select
import subprocess
import sys
import time

from program import EVENT, FAILED, equal, expect, run_all

ORG = ("--org", "acme")
PRINTERS = (("--help",), ("--version",), ("init",), ("org", "list"),
            ("org", "show", "acme"), ("org", "list", "--json"),
            ("key", "list"), ("stat",), ("check",), ("prune",),
            ("events", *ORG), ("events", *ORG, "--json"),
            ("events", *ORG, "--csv"), ("events", *ORG, "--ndjson"),
            ("append", *ORG, "/dev/null"))


def fill(program):
    program.with_org()
    program.must("append", *ORG, stdin=EVENT * 5000)
    program.must("key", "add", *ORG, "--name", "n")
    return program


def on_terminal(program, *arguments, variables=None, stdin=None):
    """Runs it on a terminal; returns its status and all that it painted."""
    master, slave = pty.openpty()
    environment = program.environment(**{"TERM": "xterm",
                                         **(variables or {})})
    with subprocess.Popen([program.binary, *arguments], stdin=stdin,
                          stdout=slave, stderr=slave, env=environment,
                          cwd=program.folder) as child:
        os.close(slave)
        painted = b""
        while select.select([master], [], [], 60)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            painted += piece
        os.close(master)
        return child.wait(), painted


def test_a_full_device_is_an_error(program):
    fill(program)
    for words in PRINTERS:
        with open("/dev/full", "wb") as full:
            result = program.run(*words, stdout=full)
        expect(result, FAILED, "standard output: No space left on device")


def test_a_closed_standard_output_is_an_error(program):
    fill(program)
    for words in PRINTERS:
        result = program.run(*words, stdout=None,
                             preexec_fn=lambda: os.close(1))
        expect(result, FAILED, "standard output: Bad file descriptor")
    expect(program.run("check"), 0)


def test_a_reader_that_goes_away_ends_it_quietly(program):
    fill(program)
    for words in PRINTERS:
        read_end, write_end = os.pipe()
        os.close(read_end)
        try:
            result = program.run(*words, stdout=write_end)
        finally:
            os.close(write_end)
        expect(result, FAILED)
        equal((words, result.stderr), (words, b""))


def test_a_closed_standard_error_harms_nothing(program):
    fill(program)
    result = program.run("org", "list", "--json", stderr=None,
                         preexec_fn=lambda: os.close(2))
    equal((result.returncode, len(json.loads(result.stdout))), (0, 1))
    result = program.run("append", *ORG, stdin=b"{\n" + EVENT, stderr=None,
                         preexec_fn=lambda: os.close(2))
    equal((result.returncode, b"recorded 1" in result.stdout), (3, True))
    expect(program.run("check"), 0)


def test_colours_are_for_terminals_that_want_them(program):
    program.with_org()
    escape = b"\x1b["
    equal(escape in program.must("org", "list"), False)
    equal(escape in on_terminal(program, "org", "list")[1], True)
    for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}):
        painted = on_terminal(program, "org", "list",
                              variables=variables)
        equal((painted[0], escape in painted[1]), (0, False))
    equal(escape in on_terminal(program, "org", "list",
                                variables={"NO_COLOR": ""})[1], True)


def test_a_pipe_gets_whole_cells_in_columns(program):
    program.must("init")
    name = "n" * 64
    program.must("org", "add", name)
    rows = program.must("org", "list",
                        variables={"COLUMNS": "40"}).decode().splitlines()
    equal((len(rows), rows[0].split()[0], rows[1].split()[:2]),
          (2, "NAME", [name, "active"]))


def test_names_are_shown_in_a_bare_environment(program):
    program.with_org()
    program.must("key", "add", *ORG, "--name", "Bücher")
    text = program.must("key", "list", variables={"LC_ALL": "C"})
    equal("Bücher".encode() in text, True)


def test_short_work_shows_no_progress(program):
    program.with_org()
    path = program.write("events", EVENT * 100)
    status, painted = on_terminal(program, "append", *ORG, path)
    equal((status, painted), (0, b"recorded 100 events\r\n"))


def test_long_work_shows_its_progress_on_a_terminal(program):
    program.with_org()
    read_end, write_end = os.pipe()
    feeder = os.fork()
    if feeder == 0:
        os.close(read_end)
        for _ in range(25):
            os.write(write_end, EVENT)
            time.sleep(0.1)
        os._exit(0)
    os.close(write_end)
    try:
        status, painted = on_terminal(program, "append", *ORG,
                                      stdin=read_end)
    finally:
        os.close(read_end)
        os.waitpid(feeder, 0)
    equal(status, 0)
    equal(b" events, " in painted and b"/s" in painted, True)
    equal(painted.endswith(b"\r\x1b[Krecorded 25 events\r\n"), True)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
