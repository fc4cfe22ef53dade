#!/usr/bin/env python3
"""instructions.py - count the instructions of a request, and watch them.

Usage: make check-instructions [INSTRUCTIONS=record|table|shares]

A responder of one thread runs under callgrind.  What it takes for many
requests, less what it takes for few, is what one costs: a number that is the
same however busy the machine is.  Without a word the numbers are compared
with those in instructions.txt, which `record` writes anew; `table` tells which
function costs how much, and `shares` which part of the program.
"""
import sys

sys.dont_write_bytecode = True

import os
import re
import subprocess

import fastcgi
import fixture
import responders
import shares

BASELINE = os.path.join(fixture.TOP, "tests", "bench", "instructions.txt")
ROOM_PERCENT = 5
FEW, MANY = 100, 400
FIRST = 100             # so that all numbers have three digits
EVENTS = 2000
FUNCTIONS_SHOWN = 30
# As callgrind_annotate writes it: instructions, file, function and object.
ROW = re.compile(r"\s*([\d,]+) \(\s*[\d.]+%\)\s+(\S*?):(\S+)"
                 r"(?: \[(.*)\])?$")

# One is as good as another: what is counted must not be the machine's.
TUNABLES = "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-ERMS,-FSRM"

# What stands for the number of the request makes each another one.
BEHIND = "&startAfter={number}&startAfterId=000000000000000000000"
OK, UNAUTHORIZED = b"Status: 200 ", b"Status: 401 "
REQUESTS = {
    "page of 10": ("/v1/events?limit=10" + BEHIND, "bench", OK),
    "page of 100": ("/v1/events?limit=100" + BEHIND, "bench", OK),
    "page of 100 queues": ("/v1/events?limit=100&events=queues" + BEHIND,
                           "bench", OK),
    "page of 10, repeated": ("/v1/events?limit=10", "bench", OK),
    "page of 100, repeated": ("/v1/events?limit=100", "bench", OK),
    "unknown key": ("/v1/events?limit=10", "other", UNAUTHORIZED),
}
TYPES = ("queue_added", "listener_updated", "message_added", "api_key_added")


def fill(store):
    """Events of all categories by turns, each of the same length."""
    store.add_organization("bench")
    store.add_key("bench", "bench")
    store.keys["other"] = store.keys["bench"][:-1]
    lines = [
        f'{{"type":"{TYPES[number % len(TYPES)]}","queue":{{"id":'
        f'"{number:021}","name":"{number:060}"}},"client":{{"id":'
        f'"{number:021}"}},"metadata":{{"request":"{number:032}"}}}}\n'
        for number in range(EVENTS)]
    store.cli("append", "--org", "bench", data="".join(lines).encode())


def run(store, name, count):
    """The profile of a responder that was asked so many times."""
    target, key, status = REQUESTS[name]
    profile = os.path.join(store.run, f"profile-{count}")
    responder = Profiled(store, profile)
    with responder:
        connection = fastcgi.Connection(responder.path)
        for number in range(FIRST, FIRST + count):
            connection.send(fastcgi.get_params(
                target.format(number=number), store.keys[key]))
            answer = connection.receive()
            if answer is None or not answer.startswith(status):
                raise RuntimeError(f"{name}: {answer}")
        connection.close()
    return profile


class Profiled(responders.Responder):
    """A responder under callgrind."""

    def __init__(self, store, profile):
        self.profile = profile
        super().__init__(Wrapped(store, profile), APITRAIL_THREADS="1",
                         GLIBC_TUNABLES=TUNABLES)


class Wrapped:
    """The fixture, whose responder is started by valgrind."""

    def __init__(self, store, profile):
        self.store = store
        self.run = store.run
        self.responder = store.path("profiled")
        with open(self.responder, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexec valgrind --tool=callgrind "
                       f"--callgrind-out-file='{profile}' --quiet "
                       f"'{store.responder}' \"$@\"\n")
        os.chmod(self.responder, 0o755)

    def environment(self, **more):
        return self.store.environment(**more)


def total(profile):
    with open(profile, encoding="utf-8") as file:
        found = re.search(r"^(?:summary|totals): (\d+)", file.read(), re.M)
    return int(found.group(1))


def count(store, name):
    few, many = (total(run(store, name, times)) for times in (FEW, MANY))
    return (many - few) // (MANY - FEW)


def places(profile):
    """Instructions by place and function, without those that it calls.  A
    place is a source file of ours, below src, or a library's name."""
    done = subprocess.run(
        ["callgrind_annotate", "--threshold=100", profile],
        stdout=subprocess.PIPE, check=True, text=True)
    found = {}
    for line in done.stdout.splitlines():
        row = ROW.match(line)
        if row:
            number, path, function, library = row.groups()
            place = (path.partition("/src/")[2] or
                     os.path.basename(library or path), function)
            found[place] = found.get(place, 0) + int(number.replace(",", ""))
    return found


def costs_of(store, name):
    """What one request takes, by place and function."""
    few, many = (places(run(store, name, times)) for times in (FEW, MANY))
    return {place: (instructions - few.get(place, 0)) / (MANY - FEW)
            for place, instructions in many.items()}


def show_table(store, name):
    costs = {}
    for (_, function), cost in costs_of(store, name).items():
        costs[function] = costs.get(function, 0) + cost
    whole = sum(costs.values())
    print(f"\n{name}: {whole:,.0f} instructions\n\n"
          "| function | instructions | share |\n|---|---|---|")
    for function, cost in sorted(costs.items(), key=lambda row: -row[1])[
            :FUNCTIONS_SHOWN]:
        print(f"| `{function}` | {cost:,.0f} | {100 * cost / whole:.1f} % |")


def read_baseline():
    with open(BASELINE, encoding="utf-8") as file:
        return {name: int(number) for name, number in
                (line.rsplit(": ", 1) for line in file)}


def write_baseline(counts):
    with open(BASELINE, "w", encoding="utf-8") as file:
        file.writelines(f"{name}: {number}\n"
                        for name, number in counts.items())


def compare(counts):
    """Whether nothing costs more than it did, nor so much less that the
    numbers no longer hold it."""
    is_well = True
    for name, before in read_baseline().items():
        change = 100 * (counts[name] - before) / before
        print(f"{name}: {counts[name]} instructions, {change:+.1f} %")
        if abs(change) > ROOM_PERCENT:
            is_well = False
            print(f"{name}: {before} were expected, within {ROOM_PERCENT} %; "
                  "if that is meant, `make check-instructions "
                  "INSTRUCTIONS=record`")
    return is_well


def main(how="check"):
    # Valgrind has no room for a map of the usual size, and makes calls of its
    # own, which a sandbox refuses.
    with fixture.Fixture(APITRAIL_MAP_SIZE="1G",
                         APITRAIL_SANDBOX="off") as store:
        fill(store)
        if how == "table":
            for name in REQUESTS:
                show_table(store, name)
            return 0
        if how == "shares":
            shares.show({name: costs_of(store, name)
                         for name in shares.REQUESTS})
            return 0
        counts = {name: count(store, name) for name in REQUESTS}
    if how == "record":
        write_baseline(counts)
        return 0
    return 0 if compare(counts) else 1


sys.exit(main(*sys.argv[1:]))
