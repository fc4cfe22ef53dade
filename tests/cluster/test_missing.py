#!/usr/bin/env python3
"""test_missing.py - what is missing in log or bucket, and what comes later.

A message that somebody has deleted, a bucket that was made anew, and the event
of a change that could not be published when the change was made.
"""
import json
import subprocess
import time

import machines
import nats
from fixture import user_arguments
from machines import EVENT
from tap import run

ALARM_SECONDS = 20
# What could not be published is looked for each ten seconds.
LATER_SECONDS = 40
EXPIRY_SECONDS = 11
FULL_BYTES = 100_000
WIDE_BYTES = 100_000_000
FILLINGS = (8192, 512, 16)
LOG = {"name": nats.STREAM, "subjects": ["apitrail.events.>"],
       "storage": "file", "num_replicas": 1, "max_age": 48 * 3600 * 10**9,
       "discard": "new", "duplicate_window": 120 * 10**9}


def equal(got, wanted):
    return [] if got == wanted else [f"{got!r} is not {wanted!r}"]


def a_gap_in_the_log_is_told_of(tap):
    """Made by others, the stream lets messages be deleted."""
    with nats.Servers() as servers:
        with servers.client() as client:
            client.jetstream("STREAM.CREATE", nats.STREAM, **LOG)
        with machines.Machines(servers, 2) as all_:
            away = all_[1]
            away.recorder.stop()
            for _ in range(3):
                all_[0].post(EVENT)
            with servers.client() as client:
                client.jetstream("STREAM.MSG.DELETE", nats.STREAM,
                                 seq=client.last() - 1)
            away.record()
            all_.agree()
            faults = equal([machine.stat()["cluster_gaps"]
                            for machine in all_], [0, 1])
            faults += equal(len(away.recorded()), 3)
            faults += equal(len(all_[0].recorded()), 4)
            faults += equal("messages are missing" in away.recorder.log(),
                            True)
            nats.wait_for(lambda: away.metric(
                "apitrail_cluster_gaps_total") == 1, "it is counted")
            faults += equal(away.post(EVENT).status, 201)
            rows = json.loads(all_[0].cli("cluster", "status",
                                          "--json"))["machines"]
            faults += equal(sorted(row["gaps"] for row in rows), [0, 1])
    tap.result("a gap in the log is counted and told of, and the machine "
               "goes on", faults)


def a_bucket_that_was_made_anew_is_an_alarm(tap):
    with nats.Servers() as servers, machines.Machines(servers, 2) as all_:
        with servers.client() as client:
            config = client.jetstream("STREAM.INFO", nats.BUCKET)["config"]
            client.jetstream("STREAM.DELETE", nats.BUCKET)
            client.jetstream("STREAM.CREATE", nats.BUCKET, **config)
        faults = []
        for machine in all_:
            nats.wait_for(lambda m=machine: m.metric(
                "apitrail_cluster_lost") == 1, "an alarm", ALARM_SECONDS)
            faults += equal((machine.readiness().status,
                             machine.ask().status,
                             machine.post(EVENT).status), (503, 503, 503))
            faults += equal(machine.stat()["cluster_alarm"], "recreated")
        done = all_[0].try_cli("key", "add", "--org", "acme", "--name", "m")
        faults += equal((done.returncode, b"backup" in done.stderr),
                        (1, True))
    tap.result("a bucket that was made anew is an alarm", faults)


def fill(servers):
    """With messages of nobody's, until the log takes nothing at all."""
    with servers.client() as client:
        for size in FILLINGS:
            while "error" not in client.request("apitrail.events.x",
                                                b"x" * size):
                pass


def resize(servers, max_bytes):
    with servers.client() as client:
        client.jetstream("STREAM.UPDATE", nats.STREAM,
                         **{**LOG, "max_bytes": max_bytes})


def add_key_and_die(machine, name):
    """Is killed once the bucket has it, and waits for the log."""
    with subprocess.Popen(
            [machine.path("apitrail"), "key", "add", "--org", "acme",
             "--name", name], cwd=machine.run, env=machine.environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, **user_arguments()) as process:
        nats.wait_for(lambda: name in machine.cli("key", "list"),
                      "the machine has the key")
        process.kill()


def added(machine, name):
    """How many events tell that this key was made."""
    return sum(event["type"] == "api_key_added" and
               event["api_key"].get("name") == name
               for event in machine.recorded())


def has_come(all_, name):
    nats.wait_for(lambda: added(all_[0], name) > 0, f"{name} has an event",
                  LATER_SECONDS)
    all_.agree()
    return equal([added(machine, name) for machine in all_], [1, 1])


def a_change_has_its_event_though_the_log_was_full(tap):
    with nats.Servers() as servers:
        with servers.client() as client:
            client.jetstream("STREAM.CREATE", nats.STREAM,
                             **{**LOG, "max_bytes": FULL_BYTES})
        with machines.Machines(servers, 2) as all_:
            fill(servers)
            add_key_and_die(all_[0], "before-a-restart")
            faults = equal(added(all_[0], "before-a-restart"), 0)
            for machine in all_:
                machine.recorder.kill()
            for machine in all_:
                machine.record()
            resize(servers, WIDE_BYTES)
            faults += has_come(all_, "before-a-restart")
            resize(servers, FULL_BYTES)
            fill(servers)
            add_key_and_die(all_[1], "tried-in-vain")
            time.sleep(EXPIRY_SECONDS)
            resize(servers, WIDE_BYTES)
            faults += has_come(all_, "tried-in-vain")
            faults += equal(len(all_.windows()), 1)
            names = [key["name"] for key in json.loads(
                all_[0].cli("key", "list", "--json"))]
            faults += equal(sorted(names), ["acme", "before-a-restart",
                                            "tried-in-vain"])
    tap.result("a change has its one event, though the log was full and who "
               "made it was killed", faults)


if __name__ == "__main__":
    if not nats.is_there():
        print("1..0 # SKIP there is no nats-server")
    else:
        run((a_gap_in_the_log_is_told_of,
             a_bucket_that_was_made_anew_is_an_alarm,
             a_change_has_its_event_though_the_log_was_full))
