#!/usr/bin/env python3
"""test_store.py - prune, stat and check, and stores that are not well."""
import json
import os
import shutil
import struct
import sys

from program import (DONE, EVENT, FAILED, HOUR_MS, NOBODY, ago_ms, equal,
                     expect, run_all, stored)

ORG = ("--org", "acme")
READERS = (("org", "list"), ("key", "list"), ("stat",), ("check",),
           ("events", *ORG))
PAGE_BYTES = 4096
LMDB_LEAF = 2
LMDB_HEADER_BYTES = 16
WRITERS = (("org", "add", "x"), ("prune",), ("append", *ORG),
           ("key", "add", *ORG, "--name", "n"))


def fill(program, count=2000):
    program.with_org()
    program.must("append", *ORG, stdin=EVENT * count)


def overwrite(file, at, content):
    """Returns what was there."""
    file.seek(at)
    before = file.read(len(content))
    file.seek(at)
    file.write(content)
    file.flush()
    return before


def test_stat_counts_what_is_stored(program):
    fill(program)
    program.must("key", "add", *ORG, "--name", "n")
    facts = program.must_json("stat")
    equal((facts["store"], facts["events"], facts["organizations"],
           facts["api_keys"]), (program.store, 2001, 1, 1))
    equal(facts["oldest_stored_at"] <= facts["newest_stored_at"]
          <= facts["last_stamp_at"], True)
    equal(facts["file_bytes"] >= facts["used_bytes"] > 0, True)
    equal(b"events" in program.must("stat"), True)


def test_stat_of_a_new_store_has_no_moments(program):
    program.must("init")
    facts = program.must_json("stat")
    equal((facts["events"], facts["oldest_stored_at"],
           facts["newest_stored_at"], facts["last_stamp_at"]),
          (0, None, None, None))


def test_prune_removes_what_is_past_the_retention(program):
    program.with_org()
    old = b"".join(stored(i, ago_ms(3 * HOUR_MS) + i) for i in range(20000))
    program.must("import", *ORG, stdin=old)
    program.must("append", *ORG, stdin=EVENT * 10)
    equal(program.must_json("prune"), {"events": 0, "blocks": 0})
    equal(len(program.events()), 20010)
    pruned = program.must_json("prune", "--retention", "1h")
    equal(pruned["events"] > 19000, True)
    equal(program.must_json("stat")["events"], 20010 - pruned["events"])
    equal(len(program.events("--retention", "1h")), 10)
    text = program.must("prune", "--retention", "1h")
    equal(text, b"pruned 0 events in 0 blocks\n")
    expect(program.run("check"), DONE)


def test_check_finds_nothing_in_a_good_store(program):
    fill(program)
    facts = program.must_json("check")
    equal((facts["faults"], facts["events"], facts["organizations"]),
          ([], 2000, 1))
    equal(b"faults: 0" in program.must("check"), True)


def test_check_names_what_is_bad_and_exits_1(program):
    fill(program)
    program.damage(b"queue_added")
    result = program.run("check")
    equal(result.returncode, FAILED)
    equal(len(result.stdout.splitlines()) > 1, True)
    result = program.run("check", "--json")
    equal((result.returncode, len(json.loads(result.stdout)["faults"]) > 0),
          (FAILED, True))


def test_no_page_of_zeros_ends_a_command_without_a_word(program):
    # Enough for a tree of several levels.
    fill(program, 5000)
    used_bytes = program.must_json("stat")["used_bytes"]
    with open(program.path("store", "data.mdb"), "r+b") as file:
        for at in range(0, used_bytes, PAGE_BYTES):
            page = overwrite(file, at, bytes(PAGE_BYTES))
            result = program.run("check")
            overwrite(file, at, page)
            # Some pages are free, and as good with zeros.
            equal(result.returncode in (DONE, FAILED), True)
            equal(len(result.stdout + result.stderr) > 0, True)


def test_check_counts_what_a_damaged_page_hides(program):
    fill(program, 5000)
    used_bytes = program.must_json("stat")["used_bytes"]
    hidden = 0
    with open(program.path("store", "data.mdb"), "r+b") as file:
        for at in range(0, used_bytes, PAGE_BYTES):
            file.seek(at)
            flags, lower = struct.unpack("=10xHH", file.read(14))
            if flags != LMDB_LEAF or lower < LMDB_HEADER_BYTES + 2 * 3:
                continue
            # One record fewer at the page's end.
            overwrite(file, at + 12, struct.pack("=H", lower - 2))
            result = program.run("check")
            overwrite(file, at + 12, struct.pack("=H", lower))
            if b"can be reached" in result.stdout:
                equal(result.returncode, FAILED)
                hidden += 1
    equal(hidden > 0, True)
    expect(program.run("check"), DONE)


def test_a_store_cut_in_half_is_refused_by_name(program):
    fill(program)
    used_bytes = program.must_json("stat")["used_bytes"]
    os.truncate(program.path("store", "data.mdb"), used_bytes // 2)
    for words in (*READERS, *WRITERS):
        result = program.run(*words, stdin=EVENT)
        expect(result, FAILED, "apitrail: ", program.store, stdout=b"")


def test_a_file_that_is_no_store_is_refused_by_name(program):
    fill(program)
    for content in (b"", b"no store\n" * 5000, bytes(65536)):
        program.write("store/data.mdb", content)
        for words in (*READERS, *WRITERS):
            result = program.run(*words, stdin=EVENT)
            expect(result, FAILED, "apitrail: ", program.store, stdout=b"")
        equal(program.read("store/data.mdb"), content)


def test_without_permission_the_store_is_named(program):
    fill(program, 1)
    user = {}
    if os.getuid() == 0:
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        program.binary = shutil.copy(program.binary, program.folder)
    os.chmod(program.store, 0)
    try:
        for words in (*READERS, *WRITERS):
            expect(program.run(*words, **user), FAILED, program.store,
                   "ermission denied", stdout=b"")
        expect(program.run("init", **user), FAILED, program.store,
               "ermission denied")
    finally:
        os.chmod(program.store, 0o700)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
