#!/usr/bin/env python3
"""test_secrets.py - a clear key is found nowhere but in its owner's hand."""
import sys

sys.dont_write_bytecode = True

import ctypes
import glob
import os
import time

import doors
import fixture
import recorders
import tap

# A mapping beyond this is reserved, not used: the store's, or a sanitizer's.
MAPPING_BYTES_MAX = 1 << 30
BODY = b'{"type":"queue_added"}'
# ptrace(2), waitpid(2) and elf.h.
SEIZE, INTERRUPT, GET_REGISTERS, DETACH = 0x4206, 0x4207, 0x4204, 17
WAIT_ANY_THREAD = 0x40000000
REGISTER_SETS = (0x202, 2)      # all of x86-64's vectors; those of others
REGISTERS_BYTES_MAX = 1 << 16
# A register may hold, and a core tell, some of a key only.
PART_BYTES = 12
ROUNDS = 20
SLEEP_SECONDS_MAX = 5
TARGETS = ("/v1/events?limit=2", "/v1/events?limit=ten", "/v1/nowhere",
           "/readyz", "/v1/events?limit=0&startAfter=1")


def everything_written(folder):
    """Path and bytes of every regular file below a folder."""
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as file:
                    yield path, file.read()


def everything_shown():
    """Path and bytes of each process's arguments and environment."""
    for path in glob.glob("/proc/[0-9]*/cmdline") + glob.glob(
            "/proc/[0-9]*/environ"):
        # This test made the keys, and may hold them.
        if path.split("/")[2] == str(os.getpid()):
            continue
        try:
            with open(path, "rb") as file:
                yield path, file.read()
        except OSError:
            continue


def everything_kept():
    """A name and the bytes of all memory of our programs, which is more than
    a core would have."""
    for path in glob.glob("/proc/[0-9]*/exe"):
        try:
            program = os.readlink(path)
            if os.path.dirname(program) != STORE.folder:
                continue
            yield from memory_of(os.path.dirname(path))
        except OSError:
            # It has ended meanwhile.
            continue


def memory_of(path):
    with open(path + "/maps", encoding="utf-8") as maps, \
            open(path + "/mem", "rb", 0) as memory:
        for line in maps:
            where, rights = line.split()[:2]
            begin, end = (int(text, 16) for text in where.split("-"))
            if "r" not in rights or end - begin > MAPPING_BYTES_MAX:
                continue
            try:
                memory.seek(begin)
                yield f"{path}: {line.strip()}", memory.read(end - begin)
            except (OSError, OverflowError):
                # The kernel's own.
                continue


class Piece(ctypes.Structure):
    """struct iovec."""
    _fields_ = [("start", ctypes.c_void_p), ("bytes", ctypes.c_size_t)]


def ptrace(request, thread, address=0, value=None):
    """None when it fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.restype = ctypes.c_long
    result = libc.ptrace(ctypes.c_long(request), ctypes.c_long(thread),
                         ctypes.c_void_p(address), value)
    return None if result == -1 else result


def threads_of(process):
    """Once all of them sleep."""
    deadline = time.monotonic() + SLEEP_SECONDS_MAX
    threads = [int(name) for name in os.listdir(f"/proc/{process}/task")]
    while any(state_of(process, thread) != "S" for thread in threads):
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    return threads


def state_of(process, thread):
    with open(f"/proc/{process}/task/{thread}/stat", encoding="ascii") as file:
        return file.read().rpartition(")")[2].split()[0]


def registers_of(thread):
    """The vector registers of a thread; None when we may not see them."""
    if ptrace(SEIZE, thread) is None:
        return None
    try:
        ptrace(INTERRUPT, thread)
        os.waitpid(thread, WAIT_ANY_THREAD)
        for register_set in REGISTER_SETS:
            memory = ctypes.create_string_buffer(REGISTERS_BYTES_MAX)
            piece = Piece(ctypes.addressof(memory), REGISTERS_BYTES_MAX)
            if ptrace(GET_REGISTERS, thread, register_set,
                      ctypes.byref(piece)) is not None:
                return memory.raw[:piece.bytes]
        return None
    finally:
        ptrace(DETACH, thread)


def places_of(secrets, pieces):
    return [f"{path} holds a key" for path, content in pieces
            if any(secret in content for secret in secrets)]


def ask_with_everything(door, keys, secrets, faults):
    for target in TARGETS:
        for key in keys:
            for headers in ([("X-API-KEY", key)],
                            [("X-API-KEY", key), ("X-API-KEY", key)],
                            [("X_API_KEY", key)]):
                if not door.can_ask(headers):
                    continue
                responses = [door.ask("GET", target, headers),
                             post(door, target, headers)]
                shown = b"".join(repr(response.fields).encode()
                                 + response.body for response in responses)
                if any(secret in shown for secret in secrets):
                    faults.append(f"{door.name} shows a key in the answer "
                                  f"to {target}")


def post(door, target, headers):
    return door.ask("POST", target, [
        *headers, ("Content-Type", "application/json")], BODY)


def no_door_leaves_a_key(results):
    # A good key, one of a wrong checksum, and one that is none.
    keys = [STORE.keys["recording"], STORE.keys["recording"][:-1] + "_",
            "at_canary" + "c" * 40]
    secrets = [key[8:40].encode() for key in keys]
    for name, door_type in doors.DOORS.items():
        if door_type.missing():
            results.skip(name, f"{door_type.missing()} is not installed")
            continue
        faults = []
        with door_type(STORE, APITRAIL_ACCESS_LOG=os.path.join(
                STORE.run, "access.log")) as door:
            ask_with_everything(door, keys, secrets, faults)
            faults += places_of(secrets, everything_shown())
            faults += places_of(secrets, everything_kept())
        faults += places_of(secrets, everything_written(STORE.folder))
        results.result(
            f"{name}: no key is in answers, files, arguments, memory",
            faults)


def a_thread_at_rest_holds_no_key(results):
    """A core has each thread's registers, and memory is copied through
    those."""
    key = STORE.keys["recording"]
    parts = [key[at:at + PART_BYTES].encode()
             for at in range(3, len(key) - PART_BYTES)]
    with doors.DOORS["fastcgi"](STORE) as door:
        for _ in range(ROUNDS):
            door.ask("GET", "/v1/events?limit=2", [("X-API-KEY", key)])
            post(door, "/v1/events", [("X-API-KEY", key)])
        threads = threads_of(door.responder.process.pid)
        registers = {thread: registers_of(thread) for thread in threads}
    if None in registers.values():
        results.skip("registers", "this process may not look at others")
        return
    results.result("no register of a thread at rest holds some of a key",
                   places_of(parts, registers.items()))


def everything_is_looked_at(results):
    """What looks for keys finds what is there."""
    files = [path for path, _ in everything_written(STORE.folder)]
    for name in ("recorder.log", "store/data.mdb", "store/counters"):
        results.expect(f"{name} is looked at",
                       os.path.join(STORE.run, name) in files)
    results.expect("the recorder's memory is looked at",
                   bool(places_of([b"the recorder takes events in"],
                                  everything_kept())))


def commands_leave_no_key(results):
    listed = STORE.cli("key", "list", "--json").encode()
    secret = STORE.keys["acme"][8:40].encode()
    results.expect("key list shows no key", secret not in listed)
    results.result("the store holds no key", places_of(
        [secret], everything_written(STORE.store)))


with fixture.case_fixture() as STORE, recorders.Recorder(STORE):
    tap.run([everything_is_looked_at, commands_leave_no_key,
             a_thread_at_rest_holds_no_key, no_door_leaves_a_key])
