#!/usr/bin/env python3
"""bench.py - measure apitrail on this machine, behind nginx.

Usage: make bench [BENCH=quick]

Runs that are to be compared take turns, and medians are told.  Server and
clients share the machine.
"""
import sys

sys.dont_write_bytecode = True

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import time

import doors
import fixture
import recorders
import report
import walk

LOAD = os.path.join(fixture.BUILD, "tests", "bench", "load")
CLIENTS = (1, 64)
WAITERS = 1000
GET_CLIENTS = 8
PAGE_EVENTS = 100
# How long requests need to be where they wait, all of them.
PARK_SECONDS = 0.5
LOAD_SECONDS_MAX = 100


class Plan:
    """How often and how long."""

    def __init__(self, is_quick):
        self.runs = 3 if is_quick else 5
        self.seconds = 2 if is_quick else 10
        self.rounds = 5 if is_quick else 20


class Door(doors.NginxDoor):
    """Enough connections for those who wait, on both of its sides."""
    connections = 8 * WAITERS


class Load:
    """The program that is many clients; its request lies in a file of the
    fixture, as it holds a key."""

    def __init__(self, kind, door, clients, request, *more):
        self.path = STORE.path(f"request-{kind}")
        self.write(request)
        self.process = subprocess.Popen(
            [LOAD, kind, str(door.port), str(clients), self.path,
             *map(str, more)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def write(self, request):
        with open(self.path, "wb", opener=lambda name, flags: os.open(
                name, flags, 0o600)) as file:
            file.write(request)

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self.process.args)} failed")
        return line.strip()

    def result(self):
        """What it measured."""
        result = json.loads(self.line())
        if result["bad"]:
            raise RuntimeError(f"{result['bad']} answers are no success")
        return result

    def again(self, request=None):
        if request is not None:
            self.write(request)
        self.process.stdin.write("\n")
        self.process.stdin.flush()


def request_bytes(door, method, target, fields=(), body=b""):
    lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{door.port}",
             f"X-API-KEY: {STORE.keys['bench']}", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def post_request(door):
    return request_bytes(door, "POST", "/v1/events",
                         ["Content-Type: application/json"],
                         walk.queue_event("bench").encode())


def page_request(door):
    return request_bytes(door, "GET", f"/v1/events?limit={PAGE_EVENTS}")


def rate(result):
    return result["count"] / result["seconds"]


def run_rate(door, clients, request, seconds):
    with Load("rate", door, clients, request, seconds) as load:
        return load.result()


def measure_posts(plan):
    """One client and 64 take turns, each with a recorder of its own, which
    tells at its end how many requests it put into how many commits."""
    runs = {clients: [] for clients in CLIENTS}
    for _ in range(plan.runs):
        for clients in CLIENTS:
            with recorders.Recorder(STORE) as recorder, \
                    Door(STORE) as door:
                result = run_rate(door, clients, post_request(door),
                                  plan.seconds)
            counts = recorder.counts()
            result["rate"] = rate(result)
            result["commits"] = counts["recorded"] / counts["commits"]
            runs[clients].append(result)
    return runs


def median(runs, name):
    return statistics.median(run[name] for run in runs)


def resident_bytes(pid):
    """Memory that is the process's alone."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) * 1024 for line in file
                   if line.startswith("Private_"))


def post_one(door):
    answer = door.ask("POST", "/v1/events", [
        ("X-API-KEY", STORE.keys["bench"]),
        ("Content-Type", "application/json")],
        walk.queue_event("news").encode())
    return json.loads(answer.body)["event"]


def wait_request(door, event):
    return request_bytes(door, "GET", walk.behind(
        "/v1/events?limit=1&wait=60", event))


def stream_request(door):
    return request_bytes(door, "GET", "/v1/events",
                         ["Accept: text/event-stream"])


def run_rounds(door, load, rounds, is_wait):
    """Wakes all waiters so many times."""
    results = []
    for number in range(rounds):
        if load.line() != "asked":
            raise RuntimeError("the waiters did not ask")
        time.sleep(PARK_SECONDS)
        event = post_one(door)
        results.append(load.result())
        if number + 1 < rounds:
            load.again(wait_request(door, event) if is_wait else None)
    return results


def waiters(door, kind, count=WAITERS):
    event = post_one(door)
    return Load(kind, door, count, wait_request(door, event)
                if kind == "wait" else stream_request(door))


def measure_waiters(plan):
    """Waiters alone; pages alone; both; and pages beside waiters to whom
    nothing happens: these take turns."""
    found = {name: [] for name in ("wait", "stream", "pages alone",
                                   "pages beside waiters",
                                   "pages beside news", "wait beside pages",
                                   "stream beside pages")}
    for _ in range(plan.runs):
        with recorders.Recorder(STORE), Door(STORE) as door:
            for kind in ("wait", "stream"):
                with waiters(door, kind) as load:
                    found[kind] += run_rounds(door, load, plan.rounds,
                                              kind == "wait")
            found["pages alone"].append(pages(door, plan.seconds))
            with waiters(door, "wait") as load:
                load.line()
                time.sleep(PARK_SECONDS)
                found["pages beside waiters"].append(
                    pages(door, plan.seconds))
            for kind in ("wait", "stream"):
                with Load("rate", door, GET_CLIENTS, page_request(door),
                          seconds_of_rounds(plan)) as load, \
                        waiters(door, kind) as waiting:
                    found[kind + " beside pages"] += run_rounds(
                        door, waiting, plan.rounds, kind == "wait")
                    found["pages beside news"].append(load.result())
    return found


def seconds_of_rounds(plan):
    """About as long as these rounds take."""
    return max(1, round(plan.rounds * (PARK_SECONDS + 0.2)))


def pages(door, seconds):
    return run_rate(door, GET_CLIENTS, page_request(door), seconds)


def measure_memory(plan):
    """Memory of the responder with and without those who wait."""
    found = {"wait": [], "stream": []}
    for _ in range(plan.runs):
        for kind, results in found.items():
            with recorders.Recorder(STORE), Door(STORE) as door, \
                    contextlib.ExitStack() as stack:
                pid = door.responder.process.pid
                run_rate(door, GET_CLIENTS, page_request(door), 1)
                without = resident_bytes(pid)
                stack.enter_context(waiters(door, kind)).line()
                time.sleep(2 * PARK_SECONDS)
                results.append((resident_bytes(pid) - without) / WAITERS)
    return found


def fill():
    """A window of pages to read."""
    STORE.add_organization("bench")
    STORE.add_key("bench", "bench", "--scope", "events:write")
    STORE.cli("append", "--org", "bench", data="".join(
        walk.queue_event(str(number)) for number in range(10_000)).encode())


def main():
    parser = argparse.ArgumentParser(prog="bench.py")
    parser.add_argument("how", nargs="?", choices=["quick", "full"],
                        default="full")
    how = parser.parse_args().how
    plan = Plan(how == "quick")
    begin = time.monotonic()
    fill()
    report.machine(STORE.run, "BENCH=quick" if how == "quick" else "")
    report.posts(measure_posts(plan), median)
    report.waiters(measure_waiters(plan), median, rate, WAITERS)
    report.memory(measure_memory(plan), WAITERS)
    report.end(time.monotonic() - begin)


with fixture.Fixture() as STORE:
    main()
