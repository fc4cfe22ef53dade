"""Fuzz each target for a while, and say how often it was executed.

Usage: torture.py PROGRAMS SECONDS JOBS [TARGET...]

PROGRAMS is the folder of the programs that are linked with libFuzzer.  What
they find out to be interesting is kept in fuzz-corpus of the working folder,
and gone on from the next time; an input that breaks a promise lies there, too.
The last lines are the executions of each target.

With --merge for SECONDS, what is worth to be kept goes into the corpus of the
sources: of all inputs the smallest set that reaches as much.
"""
import os
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


def fuzz(programs, target, seconds, jobs):
    """Runs the target; its executions, how long, and whether it is well."""
    folder = os.path.join(WORK, target)
    os.makedirs(folder, exist_ok=True)
    begun = time.monotonic()
    processes = []
    for job in range(jobs):
        log = os.path.join(WORK, f"{target}-{job}.log")
        options = [f"-max_total_time={seconds}", "-print_final_stats=1",
                   "-timeout=60"]
        with open(log, "wb") as output:
            processes.append((log, subprocess.Popen(
                command(programs, target, options) +
                [folder, os.path.join(KEPT, target)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)))
    is_well = True
    for log, process in processes:
        if process.wait() != 0:
            is_well = False
            print(f"{target}: broke a promise; {log} says which")
    executions = sum(stat(log, "number_of_executed_units")
                     for log, _ in processes)
    return executions, time.monotonic() - begun, is_well


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
    for target, executions, took, is_well in rows:
        print(f"{target:12}{executions:15,}{took:9.0f}"
              f"{executions / took:10,.0f}"
              f"{'' if is_well else '  broke a promise'}")
    print(f"{'all':12}{sum(row[1] for row in rows):15,}")
    return 0 if all(row[3] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
