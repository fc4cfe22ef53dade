#!/usr/bin/env python3
"""test_cluster.py - a store that is one of several machines'."""
import json
import os
import subprocess
import sys

from program import (BUILD, DONE, EVENT, FAILED, TIMEOUT_SECONDS, ago_ms,
                     equal, expect, run_all, stored)

ORG = ("--org", "acme")
JOIN = os.path.join(BUILD, "tests", "cli", "join")
WELL, EXPIRED = 0, 1
FACTS = {"cluster_position": 17, "cluster_position_at": 1657027948150,
         "cluster_revision": 12, "cluster_skipped": 3, "cluster_gaps": 1,
         "cluster_alarm": "well"}


def join(program, alarm=WELL):
    subprocess.run([JOIN, program.store, "17", str(alarm)], check=True,
                   timeout=TIMEOUT_SECONDS)


def with_key(program):
    """A store of a cluster, and the id of a key."""
    program.with_org()
    key = program.must_json("key", "add", *ORG, "--name", "n")["id"]
    join(program)
    return key


def changes(key):
    """What writes what all machines have to know, and its input."""
    return (
        (("append", *ORG), EVENT),
        (("append", *ORG, "--strict"), EVENT),
        (("import", *ORG), stored(1, ago_ms(1000))),
        (("org", "add", "other"), b""),
        (("org", "set", "acme", "--status", "locked"), b""),
        (("org", "remove", "acme", "--yes"), b""),
        (("key", "add", *ORG, "--name", "m"), b""),
        (("key", "set", key, "--name", "m"), b""),
        (("key", "disable", key), b""),
        (("key", "enable", key), b""),
        (("key", "rotate", key), b""),
        (("key", "revoke", key), b""))


def contents(program):
    """All that a client or an operator can see of it."""
    return (program.events(), program.must("org", "list"),
            program.must("key", "list"))


def test_nothing_is_changed_without_the_setting(program):
    key = with_key(program)
    before = contents(program)
    for words, stdin in changes(key):
        expect(program.run(*words, stdin=stdin), FAILED,
               f"apitrail: {program.store}: ", "several machines",
               "APITRAIL_NATS_URL", stdout=b"")
    equal(contents(program), before)


def test_an_empty_setting_is_none(program):
    with_key(program)
    expect(program.run("append", *ORG, stdin=EVENT,
                       variables={"APITRAIL_NATS_URL": ""}),
           FAILED, "APITRAIL_NATS_URL")


def test_what_no_other_machine_knows_of_is_done_without_the_setting(program):
    key = with_key(program)
    backup = program.path("backup")
    for words in (("init",), ("prune",), ("check",), ("stat",),
                  ("events", *ORG), ("tail", *ORG), ("org", "list"),
                  ("org", "show", "acme"), ("key", "list"),
                  ("key", "show", key), ("backup", backup),
                  ("restore", backup, "--yes")):
        expect(program.run(*words), DONE)


def test_a_store_that_is_alone_needs_no_setting(program):
    program.with_org()
    key = program.must_json("key", "add", *ORG, "--name", "n")["id"]
    for words, stdin in changes(key):
        if words[:2] != ("org", "remove"):
            expect(program.run(*words, stdin=stdin), DONE)


def test_stat_tells_how_far_it_has_followed(program):
    program.with_org()
    alone = program.must_json("stat")
    equal([name for name in alone if name.startswith("cluster")], [])
    equal(b"cluster" in program.must("stat"), False)
    join(program)
    facts = program.must_json("stat")
    equal({name: value for name, value in facts.items()
           if name.startswith("cluster")}, FACTS)
    text = program.must("stat").decode().split()
    equal([text[text.index(name) + 1] for name in
           ("cluster_position", "cluster_alarm")], ["17", "well"])
    join(program, EXPIRED)
    equal(program.must_json("stat")["cluster_alarm"], "expired")


def doctor_says(program, **variables):
    """Its wrong checks of the cluster: what is found."""
    result = program.run("doctor", "--json", variables=variables)
    return {check["check"]: check["finding"]
            for check in json.loads(result.stdout)["checks"]
            if check["check"] in ("cluster", "machines")
            and check["state"] == "wrong"}


def test_the_doctor_knows_of_it(program):
    program.with_org()
    equal(b"cluster" in program.run("doctor").stdout, False)
    join(program)
    said = doctor_says(program)
    equal((list(said), "APITRAIL_NATS_URL is not set" in said["cluster"]),
          (["cluster"], True))
    # Nobody listens there; the store has a gap, or cannot follow.
    nobody = {"APITRAIL_NATS_URL": "nats://127.0.0.1:1"}
    for alarm, words in ((WELL, "missing in the log at 1"),
                         (EXPIRED, "cannot follow the log (expired)")):
        join(program, alarm)
        said = doctor_says(program, **nobody)
        equal((list(said), words in said["cluster"]),
              (["cluster", "machines"], True))


def test_the_place_is_in_a_backup(program):
    with_key(program)
    program.must("backup", program.path("backup"))
    program.store = program.path("other")
    program.must("restore", program.path("backup"))
    equal(program.must_json("stat")["cluster_position"], 17)
    expect(program.run("append", *ORG, stdin=EVENT), FAILED,
           "APITRAIL_NATS_URL")


def test_the_responder_links_no_nats(_):
    """Nor does it need to: it reads the store alone."""
    needed = subprocess.run(
        ["readelf", "-d", os.path.join(BUILD, "apitrail.fcgi")], check=True,
        capture_output=True, timeout=TIMEOUT_SECONDS).stdout
    equal((b"lmdb" in needed, b"nats" in needed), (True, False))


def test_a_password_is_not_told(program):
    for variables, words in (
            ({"APITRAIL_NATS_URL": "nats://u:Secret@h/"}, ()),
            ({}, ("--nats-url", "nats://u:Secret@h/"))):
        result = program.run("stat", *words, variables=variables)
        equal(result.returncode in (FAILED, 2), True)
        equal(b"APITRAIL_NATS_URL" in result.stderr, True)
        equal(b"Secret" in result.stderr + result.stdout, False)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
