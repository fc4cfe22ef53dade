#!/usr/bin/env python3
"""test_torture.py - what torture.py says of each end of a fuzzer.

The fuzzers are shell scripts here, that end as libFuzzer does.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "servers"))

from tap import Tap  # noqa: E402  pylint: disable=wrong-import-position

SECONDS_MAX = 60
# What the shell does last, and what is said of that.
ENDS = (
    ("exit 0", ""),
    ("exit 1", "broke a promise"),
    ("exit 70", "took too long for an input"),
    ("exit 71", "took too much memory"),
    ("exit 72", "was interrupted"),
    ("exit 77", "broke a promise"),
    ("kill -KILL $$", "was ended by SIGKILL"),
)


def end_faults(case):
    """One fuzzer that ends like this, and the row of the table."""
    ending, said = case
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "cursor")
        with open(program, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n"
                       "echo stat::number_of_executed_units: 1234\n" + ending)
        os.chmod(program, 0o755)
        done = subprocess.run(
            ["python3", os.path.join(HERE, "torture.py"), folder, "1", "1",
             "cursor"], cwd=folder, capture_output=True, check=False,
            text=True, timeout=SECONDS_MAX)
    rows = [line.split(maxsplit=4) for line in done.stdout.splitlines()
            if line.startswith("cursor ")]
    faults = []
    if len(rows) != 1 or rows[0][1] != "1,234":
        faults.append("it is not one row of 1,234 executions")
    elif " ".join(rows[0][4:]) != said:
        faults.append(f"it is said: {' '.join(rows[0][4:])}")
    if (done.returncode == 0) != (said == ""):
        faults.append(f"exit status {done.returncode}")
    return faults + [done.stdout, done.stderr] if faults else []


def main():
    """Each end."""
    tap = Tap()
    for case in ENDS:
        tap.attempt(f"{case[0]}: {case[1] or 'nothing to be said'}",
                    end_faults, case)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
