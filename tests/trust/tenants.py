#!/usr/bin/env python3
"""tenants.py - many organizations ask at once: none sees another's events.

Keys of every kind ask the same few queries, with cursors that others were
given, while keys are disabled and revoked and organizations change and go.

Usage: tenants.py        REQUESTS=10000000 SEED=7 in the environment
"""
import sys

sys.dont_write_bytecode = True

import torture

import json
import mmap
import os
import random
import subprocess
import threading

import fixture
import recorders
import responders

REQUESTS = torture.size("REQUESTS", 30_000)
ORGANIZATIONS = torture.size("ORGANIZATIONS", 8)
EVENTS = 300
TENANTS = os.path.join(fixture.BUILD, "tests", "trust", "tenants")
TYPES = ("api_key_added", "listener_deleted", "message_added",
         "queue_updated", "user_seen")
STATUS_ANY = 0xfff
ORGANIZATION_STATUS = {"active": 200, "unpaid": 402, "locked": 423}

RNG = random.Random(torture.SEED)


class Key:
    """One key, and what it is answered as long as nothing changes."""

    def __init__(self, organization, scope):
        made = json.loads(STORE.change(
            "key", "add", "--org", organization.name, "--name", scope,
            "--scope", scope, "--json"))
        self.id, self.secret = made["id"], made["key"]
        self.organization = organization
        self.scope = scope
        self.is_enabled = True
        self.is_there = True

    def status(self):
        """In the order in which the manual has the checks."""
        if not (self.is_there and self.is_enabled):
            return 401
        if self.organization.status != 200:
            return self.organization.status
        return 403 if self.scope == "none" else 200


class Organization:
    """One with events that name it as their client, and keys."""

    def __init__(self, number):
        self.name = f"tenant-{number}"
        self.id = STORE.add_organization(self.name)
        self.status = 200
        self.keys = [Key(self, scope) for scope in
                     ("events:read", "events:write", "none")]
        # Others have events at the same moments, under the same ids.
        STORE.cli("import", "--org", self.name, data="".join(
            json.dumps({"id": f"{place:021d}", "type": RNG.choice(TYPES),
                        "stored_at": STORE.base_ms + place,
                        "client": {"id": self.id}}) + "\n"
            for place in range(EVENTS)).encode())


class States:
    """The file that tells the program what to expect."""

    def __init__(self, keys):
        self.keys = keys
        self.path = STORE.path("states")
        self.changes = 0
        with open(self.path, "w+b") as file:
            file.truncate(4 * len(keys))
            # Each is written at once, as they are being read.
            self.numbers = memoryview(mmap.mmap(
                file.fileno(), 4 * len(keys))).cast("I")
        for key in keys:
            self.set(key, key.status())

    def set(self, key, status):
        self.changes += 1
        self.numbers[self.keys.index(key)] = (
            self.changes << 12 | status) & 0xffffffff

    def change(self, keys, change):
        """While something changes, either answer is right."""
        for key in keys:
            self.set(key, STATUS_ANY)
        change()
        for key in keys:
            self.set(key, key.status())


class Changes:
    """Changes keys and organizations until it is told to end."""

    def __init__(self, states, organizations):
        self.states = states
        self.organizations = organizations
        self.is_over = threading.Event()
        self.count = 0
        # Of what is revoked or removed for good, so many.
        self.may_end = ORGANIZATIONS // 2
        self.faults = []

    def run(self):
        try:
            while not self.is_over.wait(0.01):
                self.step()
                self.count += 1
        except RuntimeError as error:
            self.faults.append(str(error))

    def step(self):
        """Most is put right again soon, so that most is answered 200."""
        organization = RNG.choice(self.organizations)
        key = RNG.choice(organization.keys)
        kind = RNG.random()
        if kind < 0.5 or self.may_end == 0:
            if key.is_there and (not key.is_enabled or kind < 0.2):
                self.states.change([key], lambda: self.toggle(key))
        elif kind < 0.52:
            self.may_end -= 1
            self.organizations.remove(organization)
            self.states.change(organization.keys,
                               lambda: self.remove(organization))
        elif kind < 0.55 and key.is_there:
            self.may_end -= 1
            self.states.change([key], lambda: self.revoke(key))
        else:
            status = RNG.choice(("active",) * 4 + ("unpaid", "locked"))
            self.states.change(organization.keys, lambda: self.set_status(
                organization, status))

    @staticmethod
    def toggle(key):
        STORE.cli("key", "disable" if key.is_enabled else "enable", key.id)
        key.is_enabled = not key.is_enabled

    @staticmethod
    def revoke(key):
        STORE.cli("key", "revoke", key.id)
        key.is_there = False

    @staticmethod
    def remove(organization):
        STORE.cli("org", "remove", organization.name, "--yes")
        for key in organization.keys:
            key.is_there = False

    @staticmethod
    def set_status(organization, status):
        STORE.cli("org", "set", organization.name, "--status", status)
        organization.status = ORGANIZATION_STATUS[status]


def run_tenants(keys, states, path):
    plan = STORE.path("plan")
    with open(plan, "w", encoding="ascii", opener=lambda name, flags: os.open(
            name, flags, 0o600)) as file:
        file.writelines(
            f"{key.secret} {key.organization.id} "
            f"{int(key.scope == 'events:write')}\n" for key in keys)
    return subprocess.run(
        [TENANTS, path, plan, states.path, str(REQUESTS),
         str(torture.SEED)], stdout=subprocess.PIPE, check=False, text=True)


def nobody_sees_another_tenants_events(results):
    organizations = [Organization(number) for number in range(ORGANIZATIONS)]
    keys = [key for each in organizations for key in each.keys]
    states = States(keys)
    changes = Changes(states, organizations)
    thread = threading.Thread(target=changes.run)
    with recorders.Recorder(STORE), responders.Responder(STORE) as responder:
        thread.start()
        try:
            done = run_tenants(keys, states, responder.path)
        finally:
            changes.is_over.set()
            thread.join()
    faults = [line for line in done.stdout.splitlines()
              if line.startswith("#")] + changes.faults
    results.expect(
        f"{REQUESTS} requests of {len(keys)} keys, {changes.count} changes",
        done.returncode == 0 and not faults,
        "\n".join(faults) or f"exit {done.returncode}")
    FOUND.update(json.loads(done.stdout.splitlines()[-1]),
                 keys=len(keys), changes=changes.count, faults=len(faults))
    statuses = FOUND["statuses"]
    results.expect("all kinds of keys were answered", all(
        statuses.get(status) for status in ("200", "401", "403")),
                   str(statuses))


def row():
    statuses = FOUND.get("statuses", {})
    return ["tenants",
            f"{sum(statuses.values()):,} requests, {FOUND.get('keys')} keys "
            f"of {ORGANIZATIONS} organizations, {FOUND.get('changes'):,} "
            "changes meanwhile",
            f"{FOUND.get('faults')} foreign events or wrong statuses among "
            f"{FOUND.get('events'):,} events; " + ", ".join(
                f"{count:,} × {status}"
                for status, count in statuses.items())]


FOUND = {"keys": 0, "changes": 0, "faults": 0, "events": 0}
with fixture.Fixture() as STORE:
    torture.run([nobody_sees_another_tenants_events], row, "torture-tenants")
