#!/usr/bin/env python3
"""test_cases.py - every case of tests/cases, through every door.

Usage: test_cases.py [DOOR...]
"""
import sys

sys.dont_write_bytecode = True

import cases
import doors
import fixture
import recorders
import tap


def run_cases(door_name):
    def run(results):
        door_type = doors.DOORS[door_name]
        missing = door_type.missing()
        if missing:
            results.skip(f"{door_name}: all cases",
                         f"{missing} is not installed")
            return
        with door_type(STORE) as door:
            runner = cases.Runner(STORE, door)
            for case in filter(runner.can_ask, CASES):
                results.attempt(f"{door_name}: {case.name}",
                                runner.run, case)
    run.__name__ = door_name
    return run


CASES = cases.read_cases()
with fixture.case_fixture() as STORE, recorders.Recorder(STORE):
    tap.run([run_cases(name) for name in sys.argv[1:] or doors.DOORS])
