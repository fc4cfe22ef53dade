#!/usr/bin/env python3
"""test_supervised.py - responders that a web server starts.

lighttpd and Apache's mod_fcgid start one again that a signal ended, and seen
from outside each of its threads is in the sandbox, as it is in what
systemd or spawn-fcgi starts (test_sandbox.py).
"""
import sys

sys.dont_write_bytecode = True

import contextlib
import http.client
import os
import re
import signal
import time

import client
import doors
import fixture
import tap

SIGNALS = (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT)
# How long a web server may take; lighttpd looks once a second.
PATIENCE_SECONDS = 15
PAUSE_SECONDS = 0.05
TARGET = "/v1/events?limit=1"


def is_sanitized():
    """A build with sanitizers has no sandbox."""
    with open(STORE.responder, "rb") as file:
        return re.search(rb"__[at]san_init", file.read()) is not None


def responders():
    """The processes of this store's responder, whoever started them."""
    found = set()
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{name}/exe") == STORE.responder:
                found.add(int(name))
    return found


def outside_faults(process):
    """Threads of which the kernel does not say that they are confined."""
    faults = []
    for thread in os.listdir(f"/proc/{process}/task"):
        with open(f"/proc/{process}/task/{thread}/status",
                  encoding="ascii") as file:
            found = dict(re.findall(r"^(NoNewPrivs|Seccomp):\s*(\d+)$",
                                    file.read(), re.M))
        if found != {"NoNewPrivs": "1", "Seccomp": "2"}:
            faults.append(f"thread {thread} of {process}: {found}")
    return faults


def status_of(door):
    """What a GET is answered, or why it was not."""
    try:
        return client.ask(door.port, "GET", TARGET, [
            ("X-API-KEY", STORE.keys["acme"])]).status
    except (OSError, http.client.HTTPException) as error:
        return repr(error)


def wait_for_answer(door, gone):
    """Until another one than those answers; faults."""
    end = time.monotonic() + PATIENCE_SECONDS
    status = None
    while time.monotonic() < end:
        status = status_of(door)
        there = responders()
        if status == 200 and there and not there & gone:
            return []
        time.sleep(PAUSE_SECONDS)
    return [f"after {PATIENCE_SECONDS} s: {status}, {responders()} and not "
            f"{gone}"]


def look(results, door):
    faults = wait_for_answer(door, set())
    there = responders()
    if not IS_SANITIZED:
        for process in there:
            faults += outside_faults(process)
    results.result(f"{door.name}: its {len(there)} responders are in the "
                   "sandbox", faults)
    for number in SIGNALS:
        gone = responders()
        for process in gone:
            os.kill(process, number)
        faults = wait_for_answer(door, gone)
        if not IS_SANITIZED:
            for process in responders():
                faults += outside_faults(process)
        results.result(f"{door.name}: it starts a responder again that "
                       f"{number.name} ended", faults)


def web_servers_start_it_again(results):
    for door_type in (doors.LighttpdSpawnedDoor, doors.ApacheFcgidDoor):
        if door_type.missing():
            results.skip(door_type.name,
                         f"{door_type.missing()} is not installed")
            continue
        with door_type(STORE) as door:
            look(results, door)


if __name__ == "__main__":
    with fixture.Fixture() as STORE:
        IS_SANITIZED = is_sanitized()
        STORE.add_organization("acme")
        STORE.add_key("acme", "acme")
        STORE.import_file("acme")
        tap.run([web_servers_start_it_again])
