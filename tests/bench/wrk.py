"""wrk.py - load by wrk, and what it costs those who answer."""
import json
import os
import subprocess
import sys

import meters

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wrk.lua")
THREADS = 2
PAGE_CONNECTIONS = 16


class Result:
    """Of one run: answers a second, their times, CPU of an answer."""

    def __init__(self, told, cpu_ns):
        self.rate = told["count"] / told["seconds"]
        self.p99_us = told["p99_us"]
        self.median_us = told["median_us"]
        self.cpu_us = cpu_ns / 1000 / told["count"]
        self.count = told["count"]


def key_file(store, key):
    """The key in a file, as arguments are for all to see."""
    path = store.path("key-" + key)
    with open(path, "w", encoding="ascii", opener=lambda name, flags: os.open(
            name, flags, 0o600)) as file:
        file.write(store.keys[key] + "\n")
    return path


def run(url, key_path, seconds, connections=PAGE_CONNECTIONS, targets=None,
        pids=()):
    """Asks all the time; pids are those whose CPU time counts."""
    before = meters.cpu_ns(pids)
    done = subprocess.run(
        ["wrk", "-t", str(THREADS), "-c", str(connections),
         "-d", f"{seconds}s", "--latency", "-s", SCRIPT, url, "--", key_path,
         *([targets] if targets else [])],
        stdout=subprocess.PIPE, check=True, text=True)
    cpu_ns = meters.cpu_ns(pids) - before
    told = json.loads(done.stdout.splitlines()[-1])
    if told["bad"]:
        sys.stderr.write(done.stdout)
        raise RuntimeError(f"{url}: {told['bad']} answers are no success")
    return Result(told, cpu_ns)
