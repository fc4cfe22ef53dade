#!/usr/bin/env python3
"""test_troubles.py - machines whose log fails, or which cannot follow it."""
import base64
import json
import os
import signal
import time

import machines
import nats
from machines import EVENT
from tap import run

ANSWER_SECONDS = 12
FILLINGS_MAX = 20
LAG_SECONDS = 10
START_SECONDS = 20


def equal(got, wanted):
    return [] if got == wanted else [f"{got!r} is not {wanted!r}"]


def timed(work):
    begin = time.monotonic()
    answer = work()
    return answer, time.monotonic() - begin


def restarted(server):
    server.start()
    nats.wait_for(lambda: has_log(server), "the log is there again")


def has_log(server):
    try:
        with server.client() as client:
            client.last()
        return True
    except (OSError, ValueError):
        return False


def without_servers_a_post_is_refused_in_time(tap):
    with nats.Servers() as servers, machines.Machines(servers, 1) as all_:
        machine = all_[0]
        before = machine.window()
        servers.all[0].kill()
        faults = []
        for _ in range(2):
            answer, seconds = timed(lambda: machine.post(EVENT, "again"))
            faults += equal(answer.status, 503)
            if seconds > ANSWER_SECONDS:
                faults.append(f"503 took {seconds:.1f} s")
        faults += equal(machine.window(), before)
        done = machine.try_cli("key", "add", "--org", "acme", "--name", "m")
        faults += equal(done.returncode, 1)
        restarted(servers.all[0])
        nats.wait_for(lambda: machine.post(EVENT, "again").status == 201,
                      "it takes events again")
        faults += equal(len(machine.recorded()), 2)
        nats.wait_for(lambda: machine.metric(
            "apitrail_cluster_failovers_total") == 1, "it counts that")
        tap.result("without servers a POST is refused in time, and nothing "
                   "comes of it twice", faults)


def a_silent_server_is_no_other(tap):
    """It is there and does not answer: as one that thrashes."""
    with nats.Servers() as servers, machines.Machines(servers, 1) as all_:
        machine = all_[0]
        servers.all[0].process.send_signal(signal.SIGSTOP)
        answer, seconds = timed(lambda: machine.post(EVENT, "silent"))
        faults = equal(answer.status, 503)
        if seconds > ANSWER_SECONDS:
            faults.append(f"503 took {seconds:.1f} s")
        faults += equal(machine.ask().status, 200)
        lagging = "apitrail_cluster_lagging"
        faults += equal(nats.wait_for(
            lambda: machine.metric(lagging) == 1, "it says that it lags",
            LAG_SECONDS) <= LAG_SECONDS, True)
        servers.all[0].process.send_signal(signal.SIGCONT)
        nats.wait_for(lambda: machine.post(EVENT, "silent").status == 201,
                      "it takes events again")
        faults += equal(len(machine.recorded()), 2)
        nats.wait_for(lambda: machine.metric(lagging) == 0,
                      "it is up with the log")
        tap.result("a silent server is no other: 503, an alarm, and once in "
                   "the end", faults)


def what_the_store_cannot_take_is_accepted(tap):
    """The log has it; this machine is full, and the other one is not."""
    body = [{**EVENT, "metadata": {"n": "x" * 255}}] * 1000
    with nats.Servers() as servers, machines.Machines(servers, 1) as all_:
        full = all_[0]
        full.recorder.stop()
        full.record(APITRAIL_MAP_SIZE="2M")
        other = all_.add().start()
        statuses = []
        while len(statuses) < FILLINGS_MAX and 202 not in statuses:
            key = f"filling-{len(statuses)}"
            answer, seconds = timed(lambda k=key: full.post(body, k))
            statuses.append(answer.status)
        faults = equal(answer.status, 202)
        faults += equal(answer.body, b'{"title":"Accepted","status":202}')
        if seconds > ANSWER_SECONDS:
            faults.append(f"202 took {seconds:.1f} s")
        nats.wait_for(lambda: other.post(body, key).field(
            "Idempotent-Replayed") == "true", "the other machine has it")
        nats.wait_for(lambda: full.metric("apitrail_cluster_lagging") == 1,
                      "it says that it lags", LAG_SECONDS)
        full.recorder.stop()
        full.record()
        faults += equal(len(all_.windows()), 1)
        again = full.post(body, key)
        faults += equal((again.status, again.field("Idempotent-Replayed")),
                        (201, "true"))
        faults += equal(len(full.recorded()), 1 + 1000 * len(statuses))
        tap.result("what a full store cannot take is accepted, and comes "
                   "later", faults + ([str(statuses)] if faults else []))


def a_machine_that_was_away_catches_up(tap):
    with nats.Servers() as servers, machines.Machines(servers, 2) as all_:
        away = all_[1]
        away.recorder.kill()
        for turn in range(20):
            all_[0].post([EVENT] * 500, f"away-{turn}")
        faults = equal(len(away.recorded()), 1)
        faults += equal(away.post(EVENT).status, 503)
        away.record()
        faults += equal(len(all_.windows()), 1)
        faults += equal(len(away.recorded()), 10001)
        # Stopped, as by a hypervisor.
        away.recorder.process.send_signal(signal.SIGSTOP)
        for turn in range(20):
            all_[0].post([EVENT] * 500, f"stopped-{turn}")
        away.recorder.process.send_signal(signal.SIGCONT)
        faults += equal(len(all_.windows()), 1)
        faults += equal(len(away.recorded()), 20001)
        tap.result("a machine that was away or stopped catches up", faults)


def foreign_messages_are_passed_over(tap):
    with nats.Servers() as servers, machines.Machines(servers, 2) as all_:
        organization = json.loads(all_[0].cli("org", "show", "acme",
                                              "--json"))["id"]
        with servers.client() as client:
            for subject, payload in (
                    ("apitrail.events.x", b""),
                    ("apitrail.events." + organization, b"{}"),
                    ("apitrail.events." + organization, os.urandom(5000)),
                    ("apitrail.events." + organization + ".r9", b"x" * 60),
                    ("apitrail.events." + "a" * 200, b"y" * 100)):
                client.request(subject, payload)
            client.request("$KV.apitrail.key.x", b"mine")
            client.request("$KV.apitrail.org." + organization, b"{}")
            client.request("$KV.apitrail.other", b"")
            # What a machine sealed, at another place and once more.
            stored = client.jetstream("STREAM.MSG.GET", nats.STREAM, seq=1)
            payload = base64.b64decode(stored["message"]["data"])
            client.request("apitrail.events." + organization + ".other",
                           payload)
        faults = equal(all_[0].post(EVENT).status, 201)
        faults += equal(len(all_.windows()), 1)
        for machine in all_:
            facts = machine.stat()
            faults += equal(facts["cluster_skipped"], 8)
            faults += equal(facts["cluster_alarm"], "well")
            faults += equal(len(machine.recorded()), 2)
            faults += equal(machine.metric("apitrail_cluster_skipped_messages_total")
                            is None, False)
        tap.result("foreign messages and entries are passed over, and "
                   "counted", faults)


def what_the_log_has_twice_is_recorded_once(tap):
    """As it comes about when an answer is lost and a message sent again."""
    with nats.Servers() as servers, machines.Machines(servers, 2) as all_:
        for key in (None, "with-a-key"):
            all_[0].post([EVENT, EVENT], key)
        all_[0].cli("key", "add", "--org", "acme", "--name", "another")
        all_.agree()
        before = all_[0].window()
        with servers.client() as client:
            last = client.last()
            for sequence in range(1, last + 1):
                message = client.jetstream("STREAM.MSG.GET", nats.STREAM,
                                           seq=sequence)["message"]
                client.publish(message["subject"],
                               base64.b64decode(message["data"]))
            nats.wait_for(lambda: client.last() == 2 * last,
                          "all is there twice")
        faults = equal(len(all_.windows()), 1)
        faults += equal(all_[0].window(), before)
        for machine in all_:
            faults += equal(machine.stat()["cluster_skipped"], 0)
            faults += equal(machine.post(EVENT).status, 201)
        tap.result("what the log has twice is recorded once", faults)


def a_full_log_is_told_of(tap):
    with nats.Servers() as servers:
        with servers.client() as client:
            client.jetstream(
                "STREAM.CREATE", nats.STREAM, name=nats.STREAM,
                subjects=["apitrail.events.>"], storage="file",
                num_replicas=1, max_age=48 * 3600 * 10**9, discard="new",
                max_bytes=100_000, duplicate_window=120 * 10**9)
        with machines.Machines(servers, 1) as all_:
            machine = all_[0]
            statuses = [machine.post([EVENT] * 300).status
                        for _ in range(3)]
            answer, seconds = timed(lambda: machine.post([EVENT] * 900,
                                                         "full"))
            faults = equal(answer.status, 503)
            faults += equal(b"full" in answer.body, True)
            if seconds > ANSWER_SECONDS:
                faults.append(f"503 took {seconds:.1f} s")
            before = machine.window()
            done = machine.try_cli(
                "append", "--org", "acme", data=(json.dumps(
                    EVENT).encode() + b"\n") * 900)
            faults += equal((done.returncode, b"log is full" in done.stderr,
                             b"APITRAIL_MAP_SIZE" in done.stderr),
                            (1, True, False))
            faults += equal(machine.window(), before)
            faults += equal(statuses[0], 201)
            tap.result("a full log is told of", faults)


def recreated(client, **state):
    """Deletes the log and makes it anew."""
    client.jetstream("STREAM.DELETE", nats.STREAM)
    client.jetstream(
        "STREAM.CREATE", nats.STREAM, name=nats.STREAM,
        subjects=["apitrail.events.>"], storage="file", num_replicas=1,
        max_age=48 * 3600 * 10**9, discard="new",
        duplicate_window=120 * 10**9, **state)


def a_log_that_was_made_anew_is_an_alarm(tap):
    with nats.Servers() as servers, machines.Machines(servers, 2) as all_:
        all_[0].post(EVENT)
        all_.agree()
        all_[1].recorder.stop()
        with servers.client() as client:
            recreated(client)
        all_[1].record()
        faults = []
        for machine in all_:
            # It may lag before: then it goes on answering.
            nats.wait_for(lambda m=machine: m.metric(
                "apitrail_cluster_lost") == 1, "an alarm", START_SECONDS)
            faults += equal(machine.readiness().status, 503)
            faults += equal(machine.ask().status, 503)
            faults += equal(machine.post(EVENT).status, 503)
            faults += equal(machine.stat()["cluster_alarm"], "recreated")
            faults += equal("made anew" in machine.recorder.log(), True)
        done = all_[0].try_cli("append", "--org", "acme",
                               data=b'{"type":"queue_added"}\n')
        faults += equal(done.returncode, 1)
        tap.result("a log that was made anew is an alarm", faults)


def who_was_away_too_long_is_restored(tap):
    """The beginning of the log goes, as after two days."""
    with nats.Servers() as servers, machines.Machines(servers, 2) as all_:
        away = all_[1]
        away.recorder.stop()
        for _ in range(5):
            all_[0].post(EVENT)
        shorten(servers)
        faults = equal(all_[0].post(EVENT).status, 201)
        away.record()
        # Also for a page that is asked for again and again.
        nats.wait_for(lambda: away.ask().status == 503, "an alarm",
                      LAG_SECONDS)
        faults += equal(away.readiness().status, 503)
        faults += equal(away.stat()["cluster_alarm"], "expired")
        faults += equal("backup" in away.recorder.log(), True)
        folder = all_[0].path("run", "backup")
        all_[0].cli("backup", folder)
        all_[0].post(EVENT)
        away.recorder.stop()
        away.cli("restore", folder, "--yes")
        away.record()
        nats.wait_for(lambda: away.readiness().status == 200, "it is well",
                      START_SECONDS)
        # Its responder looks once a second whether the store is another one.
        nats.wait_for(lambda: len(all_.windows()) == 1, "the same window",
                      LAG_SECONDS)
        faults += equal(away.post(EVENT).status, 201)
        tap.result("who was away too long says so, and is restored", faults)


def shorten(servers):
    """Takes the log's first messages away."""
    with servers.client() as client:
        config = client.jetstream("STREAM.INFO", nats.STREAM)["config"]
        last = client.last()
        client.jetstream("STREAM.UPDATE", nats.STREAM,
                         **{**config, "max_msgs": 2, "discard": "old"})
        nats.wait_for(lambda: client.jetstream(
            "STREAM.INFO", nats.STREAM)["state"]["first_seq"] > last - 2,
            "the log is short")
        client.jetstream("STREAM.UPDATE", nats.STREAM,
                         **{**config, "max_msgs": -1})


def a_clock_that_is_an_hour_off(tap):
    with nats.Servers() as servers, machines.Machines(servers, 2) as all_:
        faults = []
        for seconds in (3600, -3600):
            all_[1].recorder.stop()
            all_[1].front.stop()
            settings = {"LD_PRELOAD": all_[1].clock,
                        "TEST_CLOCK_MOVED_S": str(seconds)}
            all_[1].start(**settings)
            answer = all_[1].post(EVENT, f"off{seconds}")
            faults += equal(answer.status, 201)
            again = all_[0].post(EVENT, f"off{seconds}")
            faults += equal((again.status, again.body), (201, answer.body))
            begin = time.time()
            event = json.loads(answer.body)["event"]
            faults += equal(abs(event["stored_at"] / 1000 - begin) < 60,
                            True)
        faults += equal(len(all_.windows()), 1)
        tap.result("a clock that is an hour off changes nothing", faults)


TESTS = (
    a_silent_server_is_no_other,
    without_servers_a_post_is_refused_in_time,
    a_machine_that_was_away_catches_up,
    foreign_messages_are_passed_over,
    what_the_log_has_twice_is_recorded_once,
    a_full_log_is_told_of,
    a_log_that_was_made_anew_is_an_alarm,
    who_was_away_too_long_is_restored,
    a_clock_that_is_an_hour_off,
    what_the_store_cannot_take_is_accepted,
)


if __name__ == "__main__":
    if not nats.is_there():
        print("1..0 # SKIP there is no nats-server")
    else:
        run(TESTS)
