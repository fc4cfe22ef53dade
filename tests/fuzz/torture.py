"""Fuzz each target for a while, and say how often it was executed.

Usage: torture.py PROGRAMS SECONDS JOBS [TARGET...]

PROGRAMS is the folder of the programs that are linked with libFuzzer.  What
they find out to be interesting is kept in fuzz-corpus of the working folder,
and gone on from the next time; an input that breaks a promise lies there, too.
The last lines are the executions of each target, and how it ended, unless its
time was over.

With --merge for SECONDS, what is worth to be kept goes into the corpus of the
sources: of all inputs the smallest set that reaches as much.
"""
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
KEPT = os.path.join(HERE, "corpus")
WORK = os.path.abspath("fuzz-corpus")

# The longest input: short ones are quick, and say as much.
LONGEST = {
    "body": 512,
    "cursor": 64,
    "event": 768,
    "fastcgi": 1024,
    "header": 192,
    "json": 256,
    "key": 80,
    "message": 2048,
    "query": 256,
    "request": 512,
    "responder": 2048,
    "stored": 4400,
}
# Which words a target knows.
WORDS = {
    "body": "json",
    "event": "json",
    "fastcgi": "cgi",
    "header": "header",
    "json": "json",
    "query": "query",
    "request": "cgi",
    "responder": "cgi",
}


# What is right for one target only.
OPTIONS = {
    # To weigh its inputs by how rare is what they reach takes a seventh of
    # the time: each reaches a thousand places.
    "responder": ["-entropic=0"],
}

# What was freed is kept for as long as an input or two, and not 256 MB of it,
# which no cache holds.
SANITIZER = "quarantine_size_mb=4:malloc_context_size=10"

# libFuzzer's exit statuses of a run that was not to the end and yet broke no
# promise; that of a broken one is a sanitizer's or its own.
ENDS = {
    70: "took too long for an input",
    71: "took too much memory",
    72: "was interrupted",
}


def command(programs, target, options):
    """The beginning of every command line of a target."""
    line = [os.path.join(programs, target), *options,
            f"-max_len={LONGEST[target]}",
            f"-artifact_prefix={WORK}/{target}-"]
    if target in WORDS:
        line.append(f"-dict={HERE}/{WORDS[target]}.dict")
    return line


def stat(log, name):
    """A number that libFuzzer prints when it ends, 0 when it did not."""
    with open(log, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith(f"stat::{name}:"):
                return int(line.split()[1])
    return 0


def end(status):
    """How a run ended, in words; none when its time was over."""
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return ENDS.get(status, "broke a promise") if status else ""


def begin(programs, target, seconds, log):
    """The target as a process that ends when the seconds are over."""
    # The names of new functions take a program of their own to find.
    options = [f"-max_total_time={seconds}", "-print_final_stats=1",
               "-print_funcs=0", "-timeout=60", *OPTIONS.get(target, [])]
    environment = {**os.environ, "ASAN_OPTIONS": ":".join(
        [SANITIZER, os.environ.get("ASAN_OPTIONS", "")])}
    with open(log, "wb") as output:
        return subprocess.Popen(
            command(programs, target, options) +
            [os.path.join(WORK, target), os.path.join(KEPT, target)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env=environment)


def fuzz(programs, target, seconds, jobs):
    """Runs the target; its executions, how long, and how it ended."""
    os.makedirs(os.path.join(WORK, target), exist_ok=True)
    begun = time.monotonic()
    logs = [os.path.join(WORK, f"{target}-{job}.log") for job in range(jobs)]
    processes = [begin(programs, target, seconds, log) for log in logs]
    ends = set()
    for log, process in zip(logs, processes):
        how = end(process.wait())
        if how:
            ends.add(how)
            print(f"{target}: {how}; {log} has more")
    executions = sum(stat(log, "number_of_executed_units") for log in logs)
    return executions, time.monotonic() - begun, ", ".join(sorted(ends))


def merge(programs, target):
    """Adds to the kept corpus what reaches more, and drops the rest."""
    kept = os.path.join(KEPT, target)
    fresh = os.path.join(WORK, target + "-merged")
    os.makedirs(fresh, exist_ok=True)
    # How often code is reached makes no difference here: that would be ten
    # times as many.
    subprocess.run(command(programs, target, [
        "-merge=1", "-use_counters=0"]) + [
        fresh, kept, os.path.join(WORK, target)],
        check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # Inputs with a name that people gave stay: each is a case.
    for name in os.listdir(kept):
        if len(name) == 40:
            os.remove(os.path.join(kept, name))
    for name in os.listdir(fresh):
        os.replace(os.path.join(fresh, name), os.path.join(kept, name))
    os.rmdir(fresh)


def main(arguments):
    """Runs all, and prints the table."""
    programs, seconds, jobs = arguments[:3]
    targets = arguments[3:] or sorted(LONGEST)
    if seconds == "--merge":
        for target in targets:
            merge(programs, target)
        return 0
    rows = []
    for target in targets:
        rows.append((target, *fuzz(programs, target, int(seconds),
                                   int(jobs))))
    print(f"{'target':12}{'executions':>15}{'seconds':>9}{'a second':>10}")
    for target, executions, took, ends in rows:
        print(f"{target:12}{executions:15,}{took:9.0f}"
              f"{executions / took:10,.0f}{'  ' if ends else ''}{ends}")
    print(f"{'all':12}{sum(row[1] for row in rows):15,}")
    return 1 if any(row[3] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
