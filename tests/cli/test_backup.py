#!/usr/bin/env python3
"""test_backup.py - apitrail backup."""
import os
import pty
import shutil
import signal
import stat
import subprocess
import sys
import time

from program import (DONE, EVENT, FAILED, NOBODY, USAGE, equal, expect,
                     run_all)

MANY = 60000
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_SECONDS = 60


def with_events(program, count=3):
    program.with_org()
    program.must("append", "--org", "acme", stdin=EVENT * count)
    return program


def names(path):
    return sorted(os.listdir(path))


def test_a_backup_is_a_store_with_what_the_store_has(program):
    with_events(program)
    key_id = program.must_json("key", "add", "--org", "acme", "--name",
                               "n")["id"]
    result = program.run("backup", "copy")
    expect(result, DONE)
    equal(result.stdout, b"backed up 4 events, 1 organizations and 1 API "
          b"keys to copy\nthe pepper is in it\n")
    equal(names(program.path("copy")), ["data.mdb", "pepper"])
    equal(program.read("copy/pepper"), program.read("store/pepper"))
    events = program.events()
    there = {"APITRAIL_STORE": program.path("copy")}
    equal(program.must_json("events", "--org", "acme", variables=there),
          events)
    equal(program.must_json("key", "show", key_id, variables=there)["id"],
          key_id)
    program.must("check", variables=there)


def test_programs_are_told_what_is_in_it(program):
    with_events(program)
    told = program.must_json("backup", "copy")
    size = os.path.getsize(program.path("copy", "data.mdb"))
    equal(told, {"backup": "copy", "bytes": size, "events": 3,
                 "organizations": 1, "api_keys": 0, "pepper": True})


def test_a_pepper_that_lies_elsewhere_is_named(program):
    with_events(program)
    os.rename(program.path("store", "pepper"), program.path("secret"))
    secret = {"APITRAIL_PEPPER": program.path("secret")}
    result = program.run("backup", "copy", variables=secret)
    expect(result, DONE)
    equal(b"the pepper is not in it: it lies in " +
          program.path("secret").encode() in result.stdout, True)
    equal(names(program.path("copy")), ["data.mdb"])
    equal(program.must_json("backup", "c2", variables=secret)["pepper"],
          False)


def test_it_belongs_to_whom_the_store_belongs_to(program):
    with_events(program)
    if os.getuid() != 0:
        return
    for folder, _, files in os.walk(program.store):
        for path in [folder] + [os.path.join(folder, file) for file in files]:
            os.chown(path, NOBODY, NOBODY)
    program.must("backup", "copy")
    for name, mode in ((".", 0o2770), ("data.mdb", 0o640),
                       ("pepper", 0o640)):
        status = os.stat(program.path("copy", name))
        equal((status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)),
              (NOBODY, NOBODY, mode))


def test_a_target_that_is_taken_is_refused(program):
    with_events(program)
    program.must("backup", "copy")
    before = names(program.folder)
    for target, part in (("copy", "not empty"), ("store", "not empty"),
                         ("none/copy", "No such file"), (".", "not empty"),
                         ("/", "expected the path"), ("", "expected"),
                         ("copy/data.mdb", "something else")):
        expect(program.run("backup", target), FAILED, part, stdout=b"")
    expect(program.run("backup"), USAGE, "DIR is missing")
    equal(names(program.folder), before)


def test_without_a_store_nothing_is_made(program):
    expect(program.run("backup", "copy"), FAILED, program.store)
    equal(names(program.folder), [])


def test_a_damaged_store_is_not_backed_up(program):
    with_events(program, 200)
    content = program.read("store/data.mdb")
    program.damage(b"orders")
    result = program.run("backup", "copy")
    expect(result, FAILED, "faults, such as: events ", stdout=b"")
    equal(names(program.folder), ["store"])

    # Pages that LMDB gives up on end the work, not the clearing up.
    place = content.index(b"queue_added") // 4096 * 4096
    program.write("store/data.mdb", content[:place] + bytes(4096) +
                  content[place + 4096:])
    expect(program.run("backup", "copy"), FAILED, stdout=b"")
    equal(names(program.folder), ["store"])


def test_a_full_disk_leaves_nothing(program):
    with_events(program, 2000)
    result = subprocess.run(
        ["sh", "-c", "ulimit -f 100; exec \"$0\" backup copy",
         program.binary], cwd=program.folder, check=False,
        env=program.environment(), stderr=subprocess.PIPE,
        stdout=subprocess.PIPE)
    expect(result, FAILED, stdout=b"")
    equal(result.stderr != b"", True)
    equal(names(program.folder), ["store"])


def begin(program, *words):
    return subprocess.Popen(
        [program.binary, *words], cwd=program.folder,
        env=program.environment(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)


def wait_for(path):
    end = time.monotonic() + PATIENCE_SECONDS
    while not os.path.exists(path):
        if time.monotonic() > end:
            raise AssertionError(f"{path} never came")
        time.sleep(0.001)


def test_a_signal_leaves_nothing_and_ends_it(program):
    with_events(program, MANY)
    for i, number in enumerate(SIGNALS * 2):
        while not ends_by(program, number, 0.01 * i):
            # It was faster than the signal: sooner, then.
            i /= 2
            shutil.rmtree(program.path("copy"))
        equal(names(program.folder), ["store"])


def ends_by(program, number, seconds):
    """Whether a backup ended by the signal; otherwise it was done before."""
    child = begin(program, "backup", "copy")
    wait_for(program.path("copy.making"))
    time.sleep(seconds)
    child.send_signal(number)
    stdout, stderr = child.communicate(timeout=PATIENCE_SECONDS)
    if child.returncode == DONE:
        return False
    equal((child.returncode, stdout, stderr), (-number, b"", b""))
    return True


def test_what_a_kill_leaves_is_taken_over(program):
    with_events(program, MANY)
    child = begin(program, "backup", "copy")
    wait_for(program.path("copy.making", "data.mdb"))
    child.kill()
    child.communicate(timeout=PATIENCE_SECONDS)
    equal(names(program.folder), ["copy.making", "store"])
    end = time.monotonic() + PATIENCE_SECONDS
    # The process that copies ends with the one that was killed, but later.
    while program.run("backup", "copy").returncode != DONE:
        equal(time.monotonic() < end, True)
    equal(names(program.folder), ["copy", "store"])


def test_an_ignored_signal_stays_ignored(program):
    with_events(program, MANY)
    child = subprocess.Popen(
        ["nohup", program.binary, "backup", "copy"], cwd=program.folder,
        env=program.environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(program.path("copy.making"))
    child.send_signal(signal.SIGHUP)
    child.communicate(timeout=PATIENCE_SECONDS)
    equal(child.returncode, DONE)
    equal(names(program.folder), ["copy", "store"])


def test_writers_go_on_meanwhile(program):
    with_events(program, MANY)
    child = begin(program, "backup", "copy")
    wait_for(program.path("copy.making"))
    program.must("append", "--org", "acme", stdin=EVENT)
    child.communicate(timeout=PATIENCE_SECONDS)
    equal(child.returncode, DONE)


def test_progress_is_shown_on_a_terminal_and_taken_away(program):
    with_events(program, 300000)
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [program.binary, "backup", "copy"], cwd=program.folder,
        env=program.environment(TERM="xterm"), stdin=slave,
        stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    text = b""
    try:
        while True:
            text += os.read(master, 4096)
    except OSError:
        pass
    os.close(master)
    equal(child.wait(PATIENCE_SECONDS), DONE)
    if text:
        equal(b"blocks verified" in text and b"/s" in text, True)
        equal(text.endswith(b"\r\x1b[K"), True)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
