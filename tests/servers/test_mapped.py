#!/usr/bin/env python3
"""test_mapped.py - a responder maps the store before somebody reads it, once.

Page faults are counted, which are the same on a busy machine.
"""
import sys

sys.dont_write_bytecode = True

import errno
import mmap
import os
import time

import fastcgi
import fixture
import responders
import tap

EVENTS = 20_000
TARGET = "/v1/events?limit=1000"
# It maps at its start, and every second.
MAPPED_SECONDS_MAX = 10
STILL_SECONDS = 0.3
LOOKS = 3
LOOK_SECONDS = 1.1
# Mapped anew, it would be six times as many; reading takes some memory.
FAULTS_MAX = 100
KIB = 1024
MADV_POPULATE_READ = 22         # which Python does not name


def data_path():
    return os.path.join(STORE.store, "data.mdb")


def lack():
    """Why nothing is mapped ahead here, or None."""
    with open(data_path(), "rb") as file:
        try:
            os.preadv(file.fileno(), [bytearray(1)], 0, os.RWF_NOWAIT)
            with mmap.mmap(file.fileno(), mmap.PAGESIZE,
                           prot=mmap.PROT_READ) as pages:
                pages.madvise(MADV_POPULATE_READ)
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL,
                                   errno.EAGAIN):
                raise
            return error.strerror
    return None


def mapped_bytes(pid):
    """Of the data file, what is in the process's page tables."""
    is_data = False
    with open(f"/proc/{pid}/smaps", encoding="utf-8") as file:
        for line in file:
            if "-" in line.split()[0]:
                is_data = line.rstrip().endswith("/data.mdb")
            elif is_data and line.startswith("Rss:"):
                return int(line.split()[1]) * KIB
    return 0


def faults(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return int(file.read().rpartition(")")[2].split()[7])


def used_bytes():
    """The events alone: JSON, as it is stored."""
    return len(STORE.cli("events", "--org", "acme", "--ndjson"))


def is_mapped_in_time(pid, wanted):
    deadline = time.monotonic() + MAPPED_SECONDS_MAX
    while mapped_bytes(pid) < wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def wait_for_the_room_behind(pid):
    """It is mapped in small pieces: until no more comes."""
    deadline = time.monotonic() + MAPPED_SECONDS_MAX
    last = -1
    while last != faults(pid) and time.monotonic() < deadline:
        last = faults(pid)
        time.sleep(STILL_SECONDS)


def read(responder):
    connection = fastcgi.Connection(responder.path)
    connection.send(fastcgi.get_params(TARGET, STORE.keys["acme"]))
    answer = connection.receive()
    connection.close()
    if not answer.startswith(b"Status: 200 "):
        raise RuntimeError(answer[:200].decode())


def the_store_is_mapped_and_stays_so(results):
    first = "what is stored is mapped before the first request"
    second = "and stays mapped while there are requests"
    reason = lack()
    if reason is not None:
        results.skip(first, reason)
        results.skip(second, reason)
        return
    wanted = used_bytes()
    with responders.Responder(STORE) as responder:
        pid = responder.process.pid
        results.expect(first, is_mapped_in_time(pid, wanted),
                       f"{mapped_bytes(pid)} of {wanted} bytes are")
        wait_for_the_room_behind(pid)
        read(responder)
        before = faults(pid)
        for _ in range(LOOKS):
            time.sleep(LOOK_SECONDS)
            read(responder)
        more = faults(pid) - before
        results.expect(second,
                       more <= FAULTS_MAX and mapped_bytes(pid) >= wanted,
                       f"{more} faults; {mapped_bytes(pid)} of {wanted} "
                       "bytes are")


with fixture.Fixture() as STORE:
    STORE.add_organization("acme")
    STORE.add_key("acme", "acme")
    STORE.cli("append", "--org", "acme", data=b"".join(
        b'{"type":"queue_added","queue":{"id":"q%d"}}\n' % number
        for number in range(EVENTS)))
    tap.run([the_store_is_mapped_and_stays_so])
