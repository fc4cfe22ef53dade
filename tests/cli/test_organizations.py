#!/usr/bin/env python3
"""test_organizations.py - apitrail init and org."""
import os
import pty
import stat
import subprocess
import sys
import time

from program import DONE, EVENT, FAILED, USAGE, equal, expect, run_all

PATIENCE_SECONDS = 60


def test_init_makes_the_store_and_says_where(program):
    result = program.run("init")
    expect(result, DONE)
    equal(program.store.encode() in result.stdout, True)
    equal(sorted(os.listdir(program.store)),
          ["data.mdb", "lock.mdb", "pepper"])
    mode = os.stat(program.path("store", "pepper")).st_mode
    equal(stat.S_IMODE(mode) & 0o037, 0)


def test_init_leaves_a_store_that_exists_as_it_is(program):
    program.with_org()
    pepper = program.read("store/pepper")
    result = program.run("init")
    expect(result, DONE)
    equal(b"there already" in result.stdout, True)
    equal(program.read("store/pepper"), pepper)
    equal(len(program.must_json("org", "list")), 1)


def test_init_tells_programs_whether_it_made_anything(program):
    wanted = {"store": program.store,
              "pepper": program.path("store", "pepper"), "made": True}
    equal(program.must_json("init"), wanted)
    equal(program.must_json("init"), {**wanted, "made": False})


def test_commands_without_a_store_fail_and_name_it(program):
    for words in (("org", "list"), ("org", "add", "a"), ("stat",),
                  ("check",), ("prune",), ("events", "--org", "a"),
                  ("append", "--org", "a"), ("key", "list")):
        result = program.run(*words)
        expect(result, FAILED, "apitrail: ", program.store, stdout=b"")


def test_a_file_in_place_of_the_store_is_an_error(program):
    program.write("store", b"not a folder")
    for words in (("init",), ("org", "list")):
        expect(program.run(*words), FAILED, program.store)
    equal(program.read("store"), b"not a folder")


def test_an_organization_has_an_id_a_name_a_status_and_a_date(program):
    program.must("init")
    made = program.must_json("org", "add", "acme")
    equal(sorted(made), ["created_at", "id", "name", "status"])
    equal(len(made["id"]), 21)
    equal((made["name"], made["status"]), ("acme", "active"))
    equal(program.must_json("org", "show", "acme"), made)
    equal(program.must_json("org", "list"), [made])


def test_organizations_are_listed_by_name(program):
    program.must("init")
    for name in ("zeta", "Alpha", "a" * 64, "b.c_d-e"):
        program.must("org", "add", name)
    equal([row["name"] for row in program.must_json("org", "list")],
          ["Alpha", "a" * 64, "b.c_d-e", "zeta"])


def test_an_empty_list_is_an_empty_array(program):
    program.must("init")
    equal(program.must_json("org", "list"), [])
    equal(program.must("org", "list"), b"")


def test_a_name_is_taken_once(program):
    program.with_org()
    expect(program.run("org", "add", "acme"), FAILED,
           "an organization is called acme already")
    equal(len(program.must_json("org", "list")), 1)


def test_status_and_name_can_be_changed(program):
    program.with_org()
    before = program.must_json("org", "show", "acme")
    for status in ("unpaid", "locked", "active"):
        program.must("org", "set", "acme", "--status", status)
        equal(program.must_json("org", "show", "acme")["status"], status)
    after = program.must_json("org", "set", "acme", "--name", "globex")
    equal(after, {**before, "name": "globex"})
    expect(program.run("org", "show", "acme"), FAILED, '"acme"')
    equal(program.must_json("org", "list"), [after])


def test_a_new_name_that_is_taken_changes_nothing(program):
    program.with_org()
    program.must("org", "add", "globex")
    before = program.must_json("org", "list")
    expect(program.run("org", "set", "acme", "--name", "globex",
                       "--status", "locked"), FAILED, "globex already")
    equal(program.must_json("org", "list"), before)


def test_each_change_is_an_event(program):
    made = program.with_org().must_json("org", "show", "acme")
    program.must("org", "set", "acme", "--status", "unpaid")
    program.must("org", "set", "acme", "--status", "unpaid")
    program.must("org", "set", "acme", "--name", "globex")
    events = program.events(org="globex")
    equal([(event["type"], event["metadata"]) for event in events], [
        ("organization_updated", {"name": "acme", "status": "unpaid"}),
        ("organization_updated", {"name": "globex", "status": "unpaid"})])
    equal({event["client"]["id"] for event in events}, {made["id"]})


def test_a_removed_organization_is_gone_with_all_it_owned(program):
    made = program.with_org().must_json("org", "show", "acme")
    program.must("org", "add", "globex")
    program.must("key", "add", "--org", "acme", "--name", "one")
    program.must("key", "add", "--org", "globex", "--name", "other")
    program.must("append", "--org", "acme",
                 stdin=b'{"type":"queue_added"}\n' * 20000)
    program.must("append", "--org", "globex", stdin=b'{"type":"x"}')
    others = program.events(org="globex")
    equal(program.must_json("org", "remove", "acme", "--yes"), {
        "id": made["id"], "name": "acme", "api_keys": 1, "events": 20001})
    equal([row["name"] for row in program.must_json("org", "list")],
          ["globex"])
    equal(len(program.must_json("key", "list")), 1)
    equal(program.events(org="globex"), others)
    facts = program.must_json("check")
    equal((facts["faults"], facts["organizations"], facts["events"]),
          ([], 1, 2))
    program.must("org", "add", "acme")
    equal(program.events(), [])


def test_nothing_is_removed_without_a_word(program):
    program.with_org()
    expect(program.run("org", "remove", "acme"), USAGE, "--yes", stdout=b"")
    equal(len(program.must_json("org", "list")), 1)


def test_an_unknown_organization_is_named(program):
    program.must("init")
    for words in (("org", "show", "nobody"),
                  ("org", "set", "nobody", "--status", "locked"),
                  ("org", "remove", "nobody", "--yes"),
                  ("key", "list", "--org", "nobody"),
                  ("key", "add", "--org", "nobody", "--name", "n"),
                  ("append", "--org", "nobody"),
                  ("import", "--org", "nobody"),
                  ("events", "--org", "nobody")):
        expect(program.run(*words), FAILED,
               'no organization is called "nobody"', stdout=b"")


def fill(program, org, count):
    for i in range(3):
        program.must("key", "add", "--org", org, "--name", str(i))
    program.must("append", "--org", org, stdin=EVENT * count)


def test_a_person_is_asked_before_a_removal(program):
    program.with_org()
    fill(program, "acme", 3)
    for answer, status in ((b"\n", FAILED), (b"n\n", FAILED),
                           (b"y\n", DONE)):
        equal(len(program.must_json("org", "list")), 1)
        equal(answer_on_terminal(program, answer), status)
    equal(program.must_json("org", "list"), [])


def answer_on_terminal(program, answer):
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [program.binary, "org", "remove", "acme"], stdin=slave,
        stdout=subprocess.DEVNULL, stderr=slave,
        env=program.environment(TERM="dumb"))
    os.close(slave)
    text = b""
    while b"[y/N]" not in text:
        text += os.read(master, 4096)
    os.write(master, answer)
    status = child.wait(PATIENCE_SECONDS)
    os.close(master)
    return status


def test_a_removal_that_was_killed_is_gone_on_with(program):
    program.with_org()
    program.must("org", "add", "globex")
    fill(program, "acme", 60000)
    key = program.must("key", "add", "--org", "acme", "--name", "n")
    key_file = program.write("key", key)
    child = subprocess.Popen([program.binary, "org", "remove", "acme",
                              "--yes"], env=program.environment())
    end = time.monotonic() + PATIENCE_SECONDS
    # Where listing takes long, the removal may be at its end before it is
    # seen at work.
    while child.poll() is None and \
            program.must_json("org", "list")[0]["status"] != "removing":
        equal(time.monotonic() < end, True)
    child.kill()
    child.wait(PATIENCE_SECONDS)
    if program.must_json("org", "list")[0]["name"] == "acme":
        # Its keys are dead, its name is taken, and nothing brings it back.
        answer = program.must("request", "/v1/events", "--key-file",
                              key_file)
        equal(b"401" in answer.split(b"\n")[0], True)
        expect(program.run("org", "add", "acme"), FAILED, "acme already")
        expect(program.run("org", "set", "acme", "--status", "active"),
               FAILED, "is being removed")
        expect(program.run("key", "add", "--org", "acme", "--name", "m"),
               FAILED, "is being removed", stdout=b"")
        program.must("org", "remove", "acme", "--yes")
    equal([row["name"] for row in program.must_json("org", "list")],
          ["globex"])
    equal(program.must_json("stat")["events"], 0)
    program.must("check")


def test_a_recorder_finishes_a_removal(program):
    program.with_org()
    fill(program, "acme", 60000)
    child = subprocess.Popen([program.binary, "org", "remove", "acme",
                              "--yes"], env=program.environment())
    end = time.monotonic() + PATIENCE_SECONDS
    while [row["status"] for row in program.must_json("org", "list")] == [
            "active"]:
        equal(time.monotonic() < end, True)
    child.kill()
    child.wait(PATIENCE_SECONDS)
    recorder = subprocess.Popen([program.binary, "recorder"],
                                env=program.environment(),
                                stderr=subprocess.DEVNULL)
    try:
        while program.must_json("org", "list"):
            equal(time.monotonic() < end, True)
            time.sleep(0.01)
    finally:
        recorder.terminate()
        recorder.wait(PATIENCE_SECONDS)
    equal(program.must_json("stat")["events"], 0)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
