#!/usr/bin/env python3
"""bench.py - measure apitrail on this machine, behind nginx.

Usage: make bench [BENCH='[quick] [SECTION...]']

Runs that are to be compared take turns, and medians are told.  Server and
clients share the machine.  Quick is under two minutes, and leaves out those
who wait, and other stacks, unless it is told their section.
"""
import sys

sys.dont_write_bytecode = True

import shutil
import time

import arrivals
import cgi
import cluster
import disk
import export
import fixture
import intake
import pages
import posts
import programs
import report
import stacks
import waiters
import window

SECTIONS = {
    "pages": pages.bench,
    "window": window.bench,
    "posts": posts.bench,
    "intake": intake.bench,
    "export": export.bench,
    "disk": disk.bench,
    "arrivals": arrivals.bench,
    "cgi": cgi.bench,
    "waiters": waiters.bench,
    "stacks": stacks.bench,
    "cluster": cluster.bench,
}
# What nobody has set a bound for, and what others have to be installed for,
# takes long.
NOT_QUICK = {"waiters", "stacks", "cluster"}
PROGRAMS = ("nginx", "wrk")


class Plan:
    """How often and how long."""

    def __init__(self, is_quick):
        self.is_quick = is_quick
        self.rounds = 3 if is_quick else 7
        self.seconds = 1 if is_quick else 2
        # Of what takes longer.
        self.few_rounds = 2 if is_quick else 5
        # Of what differs much from one to the next.
        self.rounds_of_times = 2 if is_quick else 15
        # Waiters: how many runs, and how often they are woken in each.
        self.wait_runs = 1 if is_quick else 3
        self.wakes = 5 if is_quick else 20
        self.small_events = 10_000
        self.large_events = 1_000_000 if is_quick else 10_000_000
        self.stack_events = 100_000 if is_quick else 1_000_000
        self.intake_events = 200_000 if is_quick else 1_000_000
        # No append of so many takes longer.
        self.intake_seconds = 4 if is_quick else 15
        self.export_events = 1_000_000
        self.disk_events = 100_000 if is_quick else 1_000_000
        # Nothing grows any more after the first.
        self.disk_windows = 1.25 if is_quick else 2.5
        self.disk_steps = 60 if is_quick else 100
        # Of each program, in a round.
        self.spawns = 60 if is_quick else 250


def fill(store, plan):
    """A window of pages to read."""
    store.add_organization("bench")
    store.add_key("bench", "bench")
    programs.fill(store, "bench", plan.small_events)


def sections(plan):
    return [name for name in SECTIONS
            if not (plan.is_quick and name in NOT_QUICK)]


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
        fill(store, plan)
        report.machine(store.run, arguments)
        for name in names or sections(plan):
            section_begin = time.monotonic()
            rows += SECTIONS[name](store, plan)
            print(f"bench: {name} took "
                  f"{time.monotonic() - section_begin:.0f} s",
                  file=sys.stderr)
    if rows:
        report.wanted(rows)
    report.end(time.monotonic() - begin)


main(sys.argv[1:])
