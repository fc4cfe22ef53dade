#!/usr/bin/env python3
"""storm.py - POSTs to three machines, while servers and machines fail.

Three nats-servers, three machines, and clients that repeat a request under
its Idempotency-Key, on the same machine or another one, until it is
acknowledged.  Meanwhile the leading server is killed, recorders are killed or
ended, machines are stopped, and, where root may do so, cut off from the
others.  At the end nothing that was acknowledged is missing, nothing is there
twice, and all machines have the same bytes.

Usage: storm.py         SEED=7 in the environment: other moments
                        FAULTS=300: so many, of all kinds; else four
                        KINDS='leader cut': only these
                        LEADERS=1: cuts are of hosts that lead the log
"""
import collections
import hashlib
import json
import os
import random
import signal
import sys
import threading
import time
import traceback

import hosts
import machines
import nats
import tap

SEED = int(os.environ.get("SEED", "1"))
FAULTS = int(os.environ.get("FAULTS", "0"))
# In the small form, so many of each, in any order.
SMALL = ("leader", "killed", "killed", "ended")
KINDS = os.environ.get("KINDS", "leader killed killed ended stopped cut")
CLIENTS = 6
EVENTS_MAX = 3
THINK_SECONDS_MAX = 0.2
RETRY_SECONDS_MAX = 0.5
# So often is an acknowledged request repeated, as if that had been lost.
AGAIN_CHANCE = 0.1
AWAY_SECONDS_MAX = 3
# Whether cuts are all of hosts that lead the log.
LEADERS = os.environ.get("LEADERS", "") == "1"
STOP_SECONDS_MAX = 8
PAUSE_SECONDS_MAX = 2
LAG_SECONDS = 10
QUIET_SECONDS = 120
STAY_SECONDS = 60
STEPS_DOWN_MAX = 12
# What a client takes as "again": busy, in progress, or the log is away.
AGAIN_STATUSES = (202, 409, 429, 503)


class Client(threading.Thread):
    """Posts one request after another, and keeps what was acknowledged."""

    def __init__(self, number, all_, is_over):
        super().__init__()
        self.number = number
        self.machines = all_
        self.is_over = is_over
        self.random = random.Random(f"{SEED} client {number}")
        self.requests = 0
        self.attempts = 0
        self.statuses = collections.Counter()
        self.acknowledged = []
        self.faults = []

    def run(self):
        try:
            while not self.is_over.is_set():
                self.request()
                time.sleep(self.random.random() * THINK_SECONDS_MAX)
        except Exception:  # pylint: disable=broad-except
            self.faults.append(traceback.format_exc())

    def request(self):
        key = f"storm-{SEED}-{self.number}-{self.requests}"
        ids = [f"{key}-{i}"
               for i in range(self.random.randint(1, EVENTS_MAX))]
        body = json.dumps([{**machines.EVENT, "metadata": {"id": one}}
                           for one in ids]).encode()
        self.requests += 1
        answer = self.post_until_recorded(key, body, ids)
        if answer is not None and self.random.random() < AGAIN_CHANCE:
            again = self.post_until_recorded(key, body, ids)
            if again is not None and again.body != answer.body:
                self.faults.append(f"{key}: another answer: "
                                   f"{answer.body!r}, {again.body!r}")

    def post_until_recorded(self, key, body, ids):
        """The answer 201; None: there was none, which is a fault."""
        begin = time.monotonic()
        machine = self.random.choice(self.machines)
        tried = []
        while time.monotonic() < begin + QUIET_SECONDS:
            status, answer = self.attempt(machine, key, body)
            tried.append(f"{self.machines.index(machine)}: {status} after "
                         f"{time.monotonic() - begin:.1f} s")
            if status in (201, 202):
                # With 202 the log has it: it may not be lost any more.
                self.acknowledged += ids
            if status == 201:
                return answer
            if status is not None and status not in AGAIN_STATUSES:
                self.faults.append(f"{key}: {status} {answer.body!r}")
                return None
            time.sleep(self.random.random() * RETRY_SECONDS_MAX)
            if self.random.random() < 0.5:
                machine = self.random.choice(self.machines)
        self.faults.append(f"{key}: not recorded in {QUIET_SECONDS} s: "
                           + ", ".join(tried))
        return None

    def attempt(self, machine, key, body):
        """Status and answer; None: the connection failed."""
        self.attempts += 1
        try:
            answer = machine.post(body, key)
        except OSError:
            self.statuses["cut off"] += 1
            return None, None
        self.statuses[answer.status] += 1
        return answer.status, answer


class Weather:
    """What fails, one after another."""

    def __init__(self, servers, all_, places):
        self.servers = servers
        self.machines = all_
        self.places = places
        self.random = random.Random(f"{SEED} faults")
        self.counts = collections.Counter()
        self.lag_seconds = 0.0

    def plan(self):
        if FAULTS == 0:
            return self.random.sample(SMALL, len(SMALL))
        kinds = KINDS.split()
        if self.places is None:
            kinds = [kind for kind in kinds if kind != "cut"]
        return self.random.choices(kinds, k=FAULTS)

    def blow(self):
        for kind in self.plan():
            getattr(self, kind)()
            self.counts[kind] += 1
            self.wait(PAUSE_SECONDS_MAX)

    def wait(self, seconds_max):
        time.sleep(self.random.random() * seconds_max)

    def find_leader(self):
        """Once there is one: the last fault may just be over."""
        found = []

        def look():
            try:
                found.append(self.servers.leader())
            except (OSError, ValueError):
                pass
            return bool(found)
        nats.wait_for(look, "the log has a leader", STAY_SECONDS)
        return found[0]

    def killed(self):
        machine = self.random.choice(self.machines.all)
        machine.recorder.kill()
        self.wait(AWAY_SECONDS_MAX)
        record(machine)

    def ended(self):
        machine = self.random.choice(self.machines.all)
        machine.recorder.stop()
        self.wait(AWAY_SECONDS_MAX)
        record(machine)

    def stopped(self):
        """As by a hypervisor."""
        machine = self.random.choice(self.machines.all)
        processes = machine.recorder.process, machine.front.process
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        self.wait(STOP_SECONDS_MAX)
        for process in processes:
            process.send_signal(signal.SIGCONT)

    def cut(self):
        """A host, with its server and machine, is alone until it says so."""
        index = (self.servers.all.index(self.find_leader()) if LEADERS
                 else self.random.randrange(len(self.servers.all)))
        machine = self.machines[index]
        nats.wait_for(lambda: not is_lagging(machine),
                      "it is up with the log", STAY_SECONDS)
        self.places[index].cut()
        try:
            seconds = nats.wait_for(lambda: is_lagging(machine),
                                    "who is cut off says so", LAG_SECONDS)
            self.lag_seconds = max(self.lag_seconds, seconds)
            self.wait(AWAY_SECONDS_MAX)
        finally:
            self.places[index].heal()

    def leader(self):
        server = self.find_leader()
        server.kill()
        self.wait(AWAY_SECONDS_MAX)
        server.start()


def is_lagging(machine):
    return machine.metric("apitrail_cluster_lagging") == 1


def record(machine):
    """Until one finds the log; what does not in time is ended by who waits."""
    deadline = time.monotonic() + STAY_SECONDS
    while True:
        try:
            machine.record()
            return
        except RuntimeError:
            if time.monotonic() > deadline:
                raise


def storm(servers, all_, places):
    """Weather, clients and what failed, once all is quiet again."""
    is_over = threading.Event()
    clients = [Client(i, all_.all, is_over) for i in range(CLIENTS)]
    weather = Weather(servers, all_, places)
    faults = []
    for client in clients:
        client.start()
    try:
        weather.blow()
    except AssertionError as error:
        faults += [str(error)] + told(servers, all_)
    finally:
        is_over.set()
        for client in clients:
            client.join()
    faults += [fault for client in clients for fault in client.faults]
    return weather, clients, faults


def judge(all_, acknowledged):
    """How many are lost and twice, and what else is wrong."""
    all_.agree(QUIET_SECONDS)
    windows = {machine.window() for machine in all_}
    faults = [] if len(windows) == 1 else [
        f"{len(windows)} different windows"]
    lost, twice = set(), set()
    for window in windows:
        found = collections.Counter(
            json.loads(line).get("metadata", {}).get("id")
            for line in window.splitlines())
        # What tells of the key's and organization's making has none.
        del found[None]
        lost |= acknowledged - set(found)
        twice |= {one for one, count in found.items() if count > 1}
    for machine in all_:
        facts = machine.stat()
        if facts["cluster_alarm"] != "well":
            faults.append(f"an alarm: {facts['cluster_alarm']}")
        check = machine.try_cli("check")
        if check.returncode != 0:
            faults.append(f"check: {check.stdout!r} {check.stderr!r}")
        if machine.readiness().status != 200:
            faults.append("a machine is not ready")
    status = all_[0].try_cli("cluster", "status")
    if status.returncode != 0:
        faults.append(f"status: {status.stdout!r} {status.stderr!r}")
    faults += [f"lost: {one}" for one in sorted(lost)[:10]]
    faults += [f"twice: {one}" for one in sorted(twice)[:10]]
    return len(lost), len(twice), faults


def told(servers, all_):
    """What machines and servers know of a fault."""
    return ([machine.recorder.log()[-3000:] for machine in all_]
            + [str(all_[0].try_cli("cluster", "status"))]
            + replicas(servers))


def replicas(servers):
    """What each server has of the log: who leads it shows its own.  They
    should be the same: where they are not, machines cannot be."""
    found = {}
    for _ in range(STEPS_DOWN_MAX):
        try:
            with servers.client() as client:
                info = client.jetstream("STREAM.INFO", nats.STREAM)
                name = info["cluster"]["leader"]
                found[name] = digest(client, info["state"]["last_seq"])
                client.jetstream("STREAM.LEADER.STEPDOWN", nats.STREAM)
        except (OSError, KeyError):
            pass
        if len(found) == len(servers.all):
            break
        time.sleep(1)
    return [f"log of {name}: {state}" for name, state in found.items()]


def digest(client, last):
    """Of the subjects, in their order."""
    whole = hashlib.sha256()
    for sequence in range(1, last + 1):
        message = client.jetstream("STREAM.MSG.GET", nats.STREAM,
                                   seq=sequence)["message"]
        whole.update(message["subject"].encode() + b"\n")
    return f"{last} messages, {whole.hexdigest()[:16]}"


def in_a_storm_nothing_is_lost(results):
    with hosts.places(FAULTS > 0) as places, \
            hosts.servers(places) as servers, \
            hosts.machines_at(places, servers) as all_:
        weather, clients, faults = storm(servers, all_, places)
        acknowledged = {one for client in clients
                        for one in client.acknowledged}
        lost, twice, more = judge(all_, acknowledged)
        faults += more
        if faults:
            faults += told(servers, all_)
    results.result("three machines in a storm lose nothing, double nothing, "
                   "and are the same in the end", faults)
    statuses = sum((client.statuses for client in clients),
                   collections.Counter())
    print(f"# SEED={SEED}: {dict(weather.counts)}, "
          f"{sum(client.attempts for client in clients)} attempts: "
          f"{dict(statuses)}")
    if weather.counts["cut"]:
        print(f"# who was cut off said so within "
              f"{weather.lag_seconds:.1f} s")
    print(f"# {sum(weather.counts.values())} faults, "
          f"{sum(client.requests for client in clients)} requests, "
          f"{len(acknowledged)} acknowledged, {lost} lost, {twice} twice")
    sys.stdout.flush()


if __name__ == "__main__":
    if not nats.is_there():
        print("1..0 # SKIP there is no nats-server")
    else:
        tap.run((in_a_storm_nothing_is_lost,))
