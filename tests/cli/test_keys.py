#!/usr/bin/env python3
"""test_keys.py - apitrail key."""
import os
import re
import subprocess
import sys
import time

from program import FAILED, HOUR_MS, USAGE, equal, expect, run_all

PATIENCE_SECONDS = 60
KEY = re.compile(rb"at_[0-9A-Za-z]{46}\n")
READ = {"resource": "events", "access": "read", "targets": ["*"]}
WRITE = {"resource": "events", "access": "write", "targets": ["*"]}


def add(program, *words):
    return program.must_json("key", "add", "--org", "acme", "--name", "n",
                             *words)


def test_the_key_alone_is_printed(program):
    program.with_org()
    result = program.run("key", "add", "--org", "acme", "--name", "a key")
    equal(bool(KEY.fullmatch(result.stdout)), True)
    equal((result.returncode, result.stderr), (0, b""))


def test_json_has_the_id_and_the_key(program):
    program.with_org()
    made = add(program)
    key = made.pop("key")
    equal(bool(KEY.fullmatch(key.encode() + b"\n")), True)
    equal((made["prefix"], made["last"]), (key[:7], key[-4:]))
    equal(program.must_json("key", "show", made["id"]), made)
    equal(made["organization"], "acme")


def test_what_was_not_given_has_its_default(program):
    program.with_org()
    made = add(program)
    equal((made["scopes"], made["status"], made["expires_at"],
           made["rate_per_minute"]), ([READ], "enabled", None, None))


def test_the_key_lies_nowhere_in_the_store(program):
    program.with_org()
    key = add(program)["key"].encode()
    for name in ("store/data.mdb", "store/lock.mdb", "store/pepper"):
        equal(key[3:] in program.read(name), False)
    for words in (("key", "list"), ("key", "list", "--json"), ("stat",)):
        equal(key in program.must(*words), False)


def test_scopes_are_gathered(program):
    program.with_org()
    equal(add(program, "--scope", "events:write")["scopes"], [WRITE])
    equal(add(program, "--scope", "events:write", "--scope",
              "events:read")["scopes"], [READ, WRITE])
    equal(add(program, "--scope", "none")["scopes"], [])
    equal(add(program, "--scope", "none", "--scope",
              "events:read")["scopes"], [READ])


def test_expiry_is_a_duration_or_a_moment(program):
    program.with_org()
    now_ms = time.time() * 1000
    ends = add(program, "--expires", "90d")["expires_at"]
    equal(abs(ends - now_ms - 90 * 24 * HOUR_MS) < HOUR_MS, True)
    equal(add(program, "--expires",
              "2099-01-31T00:00:00+01:00")["expires_at"], 4073497200000)


def test_wrong_options_are_refused_and_make_no_key(program):
    program.with_org()
    for words, part in (
            (("--expires", "2022-07-05T13:32:28Z"), "a moment to come"),
            (("--expires", "-1d"), "expected a duration such as 90d"),
            (("--expires", "0s"), "a moment to come"),
            (("--expires", "tomorrow"), '"tomorrow"'),
            (("--expires", "999999999999999999d"), "expected a duration"),
            (("--rate", "0"), "from 1 to 1000000"),
            (("--rate", "1000001"), "from 1 to 1000000"),
            (("--rate", "1e3"), '"1e3"'),
            (("--scope", "events:*"), "events:read, events:write or none"),
            (("--scope", ""), "events:read, events:write or none")):
        expect(program.run("key", "add", "--org", "acme", "--name", "n",
                           *words), USAGE, part, stdout=b"")
    for name in ("", "x" * 257, "a\nb", b"\xff", "\u009b"):
        expect(program.run("key", "add", "--org", "acme", "--name", name),
               USAGE, "key name: expected", stdout=b"")
    equal(program.must_json("key", "list"), [])


def test_keys_are_listed_by_organization_and_creation(program):
    program.with_org()
    program.must("org", "add", "globex")
    for org, name in (("globex", "1"), ("acme", "2"), ("acme", "3")):
        program.must("key", "add", "--org", org, "--name", name)
    equal([(row["organization"], row["name"])
           for row in program.must_json("key", "list")],
          [("acme", "2"), ("acme", "3"), ("globex", "1")])
    equal([row["name"] for row in program.must_json("key", "list", "--org",
                                                    "globex")], ["1"])


def test_a_key_is_disabled_enabled_and_revoked(program):
    program.with_org()
    key_id = add(program)["id"]
    equal(program.must_json("key", "disable", key_id)["status"], "disabled")
    equal(program.must_json("key", "show", key_id)["status"], "disabled")
    equal(program.must_json("key", "enable", key_id)["status"], "enabled")
    program.must("key", "revoke", key_id)
    for command in ("show", "enable", "disable", "revoke"):
        expect(program.run("key", command, key_id), FAILED,
               f'no API key has the id "{key_id}"')
    equal(program.must_json("key", "list"), [])


def test_an_id_is_matched_exactly(program):
    program.with_org()
    key_id = add(program)["id"]
    for wrong in (key_id[:-1], key_id + "x", key_id.swapcase(), "", "*"):
        expect(program.run("key", "revoke", wrong), FAILED, "no API key")
    equal(len(program.must_json("key", "list")), 1)


def test_a_key_given_for_its_id_is_not_repeated(program):
    program.with_org()
    key = add(program)["key"]
    result = program.run("key", "revoke", key)
    expect(result, FAILED, "where its id is wanted")
    equal(key[3:20].encode() in result.stderr, False)


def test_a_key_that_cannot_be_shown_is_taken_back(program):
    program.with_org()
    for words in ((), ("--json",)):
        with open("/dev/full", "wb") as full:
            result = program.run("key", "add", "--org", "acme", "--name",
                                 "n", *words, stdout=full)
        expect(result, FAILED, "No space left", "it was revoked")
    equal(program.must_json("key", "list"), [])


def told(program):
    """What the events tell of keys."""
    return [(event["type"], event["api_key"])
            for event in program.events("--events", "api_keys")]


def test_each_change_is_an_event_of_the_organization(program):
    program.with_org()
    key_id = add(program)["id"]
    for command in ("disable", "enable", "revoke"):
        program.must("key", command, key_id)
    key = {"id": key_id, "name": "n"}
    equal(told(program), [("api_key_added", key), ("api_key_updated", key),
                          ("api_key_updated", key), ("api_key_deleted", key)])
    organization = program.must_json("org", "show", "acme")["id"]
    equal({event["client"]["id"] for event in program.events()},
          {organization})


def test_what_changes_nothing_is_no_event(program):
    program.with_org()
    key_id = add(program)["id"]
    program.must("key", "enable", key_id)
    expect(program.run("key", "revoke", "0" * 21), FAILED)
    equal([kind for kind, _ in told(program)], ["api_key_added"])


def test_the_key_lies_in_no_event(program):
    program.with_org()
    key = add(program)["key"].encode()
    equal(key[3:] in program.must("events", "--org", "acme", "--ndjson"),
          False)


def test_without_a_pepper_no_key_is_made(program):
    program.with_org()
    variables = {"APITRAIL_PEPPER": program.path("none")}
    expect(program.run("key", "add", "--org", "acme", "--name", "n",
                       variables=variables), FAILED, program.path("none"),
           stdout=b"")
    bad = program.write("bad", b"no pepper")
    result = program.run("key", "add", "--org", "acme", "--name", "n",
                         variables={"APITRAIL_PEPPER": bad})
    expect(result, FAILED, bad, "64 hexadecimal digits", stdout=b"")
    equal(program.must_json("key", "list"), [])


def test_names_cannot_paint_the_terminal(program):
    program.with_org()
    program.must("key", "add", "--org", "acme", "--name",
                 "a\u202eb \\x1b Bücher 😀")
    text = program.must("key", "list").decode()
    equal("\u202e" in text, False)
    equal("\\u202e" in text and "Bücher 😀" in text, True)
    equal(program.must_json("key", "list")[0]["name"],
          "a\u202eb \\x1b Bücher 😀")


def test_what_is_set_changes_and_nothing_else(program):
    program.with_org()
    made = add(program, "--rate", "60", "--expires", "1h")
    del made["key"]
    for words, member, value in (
            (("--name", "other"), "name", "other"),
            (("--scope", "events:write"), "scopes", [WRITE]),
            (("--scope", "none"), "scopes", []),
            (("--scope", "events:write", "--scope", "events:read"),
             "scopes", [READ, WRITE]),
            (("--rate", "1000000"), "rate_per_minute", 1000000),
            (("--rate", "none"), "rate_per_minute", None),
            (("--expires", "2099-01-31T00:00:00+01:00"), "expires_at",
             4073497200000),
            (("--expires", "never"), "expires_at", None)):
        made[member] = value
        equal(program.must_json("key", "set", made["id"], *words), made)
        equal(program.must_json("key", "show", made["id"]), made)
    key = {"id": made["id"], "name": "other"}
    equal(told(program)[1:], [("api_key_updated", key)] * 8)


def test_several_things_are_set_at_once_and_told_once(program):
    program.with_org()
    key_id = add(program)["id"]
    program.must("key", "set", key_id, "--name", "m", "--rate", "5",
                 "--scope", "events:write", "--expires", "9d")
    equal([kind for kind, _ in told(program)],
          ["api_key_added", "api_key_updated"])
    program.must("key", "set", key_id, "--name", "m", "--rate", "5")
    equal(len(told(program)), 2)


def test_what_cannot_be_set_changes_nothing(program):
    program.with_org()
    made = add(program)
    del made["key"]
    for words, part in (((), "nothing to change"),
                        (("--name", ""), "key name: expected"),
                        (("--rate", "0"), "from 1 to 1000000"),
                        (("--scope", "all"), "events:read"),
                        (("--name", "m", "--expires", "1990-01-01T00:00:00Z"),
                         "a moment to come")):
        expect(program.run("key", "set", made["id"], *words), USAGE, part,
               stdout=b"")
    expect(program.run("key", "set", "0" * 21, "--name", "m"), FAILED,
           "no API key has the id")
    equal(program.must_json("key", "show", made["id"]), made)
    equal(len(told(program)), 1)


def rotate(program, key_id, *words):
    return program.must_json("key", "rotate", key_id, *words)


def test_a_rotated_key_has_the_old_ones_name_scopes_and_rate(program):
    program.with_org()
    old = add(program, "--scope", "events:write", "--rate", "7")
    now_ms = time.time() * 1000
    new = rotate(program, old["id"])
    for member in ("organization", "name", "scopes", "rate_per_minute"):
        equal(new[member], old[member])
    equal((new["status"], new["expires_at"]), ("enabled", None))
    equal(new["id"] != old["id"] and new["key"] != old["key"], True)
    ends = program.must_json("key", "show", old["id"])["expires_at"]
    equal(abs(ends - now_ms - 24 * HOUR_MS) < HOUR_MS, True)
    equal(told(program), [
        ("api_key_added", {"id": old["id"], "name": "n"}),
        ("api_key_added", {"id": new["id"], "name": "n"}),
        ("api_key_updated", {"id": old["id"], "name": "n"})])


def test_a_rotated_key_is_printed_alone(program):
    program.with_org()
    result = program.run("key", "rotate", add(program)["id"])
    equal(bool(KEY.fullmatch(result.stdout)), True)
    equal((result.returncode, result.stderr), (0, b""))


def test_an_overlap_shortens_a_life_and_never_lengthens_it(program):
    program.with_org()
    now_ms = time.time() * 1000
    for expires, overlap, hours in (("10h", "2h", 2), ("1h", "2h", 1),
                                    ("1h", "1d", 1), ("never", "90d", 2160)):
        old = add(program, "--expires", expires)
        count = len(told(program))
        rotate(program, old["id"], "--overlap", overlap)
        ends = program.must_json("key", "show", old["id"])["expires_at"]
        equal(abs(ends - now_ms - hours * HOUR_MS) < HOUR_MS / 2, True)
        changed = ends != old["expires_at"]
        equal(len(told(program)), count + 1 + changed)


def test_without_an_overlap_the_old_key_is_revoked(program):
    program.with_org()
    for overlap in ("0", "0s"):
        old = add(program)
        new = rotate(program, old["id"], "--overlap", overlap)
        expect(program.run("key", "show", old["id"]), FAILED)
        equal(told(program)[-2:], [
            ("api_key_added", {"id": new["id"], "name": "n"}),
            ("api_key_deleted", {"id": old["id"], "name": "n"})])


def test_what_cannot_be_rotated_stays_as_it_is(program):
    program.with_org()
    old = add(program)
    del old["key"]
    for overlap in ("-1h", "1", "soon", "999999999999999999d", ""):
        expect(program.run("key", "rotate", old["id"], "--overlap",
                           overlap), USAGE, "--overlap: expected a duration",
               stdout=b"")
    expect(program.run("key", "rotate", "0" * 21), FAILED,
           "no API key has the id")
    expect(program.run("key", "rotate", old["id"],
                       variables={"APITRAIL_PEPPER": "/none"}), FAILED,
           "/none")
    program.must("key", "disable", old["id"])
    expect(program.run("key", "rotate", old["id"]), FAILED, "is disabled",
           stdout=b"")
    program.must("key", "enable", old["id"])
    equal(program.must_json("key", "list"), [old])


def test_a_rotated_key_that_cannot_be_shown_leaves_the_old_one(program):
    program.with_org()
    old = add(program)
    del old["key"]
    for words in ((), ("--json",), ("--overlap", "0")):
        with open("/dev/full", "wb") as full:
            result = program.run("key", "rotate", old["id"], *words,
                                 stdout=full)
        expect(result, FAILED, "No space left", "it was revoked")
    equal(program.must_json("key", "list"), [old])


def test_a_key_tells_when_it_was_last_used(program):
    program.with_org()
    made = add(program)
    equal(program.must_json("key", "show", made["id"])["last_used_at"],
          None)
    key_file = program.write("key", made["key"].encode())
    before_ms = time.time() * 1000
    program.must("request", "/v1/events", "--fail", "--key-file", key_file)
    used = program.must_json("key", "list")[0]["last_used_at"]
    equal(before_ms - 1000 <= used <= time.time() * 1000, True)
    equal(program.must_json("key", "show", made["id"])["last_used_at"],
          used)
    equal(b"LAST USED" in program.must("key", "list"), True)


def test_the_last_use_outlives_the_counters_where_a_recorder_ran(program):
    program.with_org()
    made = add(program)
    key_file = program.write("key", made["key"].encode())
    program.must("request", "/v1/events", "--fail", "--key-file", key_file)
    used = program.must_json("key", "show", made["id"])["last_used_at"]
    recorder = subprocess.Popen([program.binary, "recorder"],
                                env=program.environment(),
                                stderr=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE_SECONDS
    while not os.path.exists(program.path("store", "recorder.sock")):
        equal(time.monotonic() < end, True)
        time.sleep(0.01)
    recorder.terminate()
    equal(recorder.wait(PATIENCE_SECONDS), 0)
    os.unlink(program.path("store", "counters"))
    equal(program.must_json("key", "show", made["id"])["last_used_at"],
          used)
    equal(len(told(program)), 1)


def test_looking_at_keys_makes_no_counters(program):
    program.with_org()
    add(program)
    os.unlink(program.path("store", "counters"))
    program.must("key", "list")
    equal(os.path.exists(program.path("store", "counters")), False)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
