#!/usr/bin/env python3
"""bench.py - measure apitrail on this machine, behind nginx.

Usage: make bench [BENCH='[quick] [SECTION...]']

Runs that are to be compared take turns, and medians are told.  Server and
clients share the machine.
"""
import sys

sys.dont_write_bytecode = True

import shutil
import time

import fixture
import pages
import posts
import programs
import report
import waiters

SECTIONS = {
    "pages": pages.bench,
    "posts": posts.bench,
    "waiters": waiters.bench,
}
PROGRAMS = ("nginx", "wrk", "faketime")
EVENTS = 10_000


class Plan:
    """How often and how long."""

    def __init__(self, is_quick):
        self.is_quick = is_quick
        self.rounds = 3 if is_quick else 7
        self.seconds = 1 if is_quick else 3
        self.runs = 2 if is_quick else 5
        # Waiters: how many runs, and how often they are woken in each.
        self.wait_runs = 1 if is_quick else 5
        self.wakes = 5 if is_quick else 20


def fill(store):
    """A window of pages to read."""
    store.add_organization("bench")
    store.add_key("bench", "bench")
    programs.fill(store, "bench", EVENTS)


def main(arguments):
    names = [name for name in arguments if name not in ("quick", "full")]
    for name in names:
        if name not in SECTIONS:
            sys.exit(f"bench.py: \"{name}\" is no section: quick, full, "
                     f"{', '.join(SECTIONS)} are")
    for program in PROGRAMS:
        if shutil.which(program) is None:
            sys.exit(f"bench.py: {program} is missing; "
                     "contrib/packages bench installs it")
    plan = Plan("quick" in arguments)
    begin = time.monotonic()
    rows = []
    with fixture.Fixture() as store:
        fill(store)
        report.machine(store.run, arguments)
        for name in names or SECTIONS:
            print(f"bench: {name}", file=sys.stderr)
            rows += SECTIONS[name](store, plan)
    if rows:
        report.wanted(rows)
    report.end(time.monotonic() - begin)


main(sys.argv[1:])
