#!/usr/bin/env python3
"""test_secrets.py - a clear key is found nowhere but in its owner's hand."""
import sys

sys.dont_write_bytecode = True

import glob
import os

import doors
import fixture
import tap

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
                response = door.ask("GET", target, headers)
                shown = repr(response.fields).encode() + response.body
                if any(secret in shown for secret in secrets):
                    faults.append(f"{door.name} shows a key in the answer "
                                  f"to {target}")


def no_door_leaves_a_key(results):
    # A good key, one of a wrong checksum, and one that is none.
    keys = [STORE.keys["acme"], STORE.keys["acme"][:-1] + "_",
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
        faults += places_of(secrets, everything_written(STORE.folder))
        results.result(f"{name}: no key is in answers, files, arguments",
                       faults)


def commands_leave_no_key(results):
    listed = STORE.cli("key", "list", "--json").encode()
    secret = STORE.keys["acme"][8:40].encode()
    results.expect("key list shows no key", secret not in listed)
    results.result("the store holds no key", places_of(
        [secret], everything_written(STORE.store)))


with fixture.case_fixture() as STORE:
    tap.run([commands_leave_no_key, no_door_leaves_a_key])
