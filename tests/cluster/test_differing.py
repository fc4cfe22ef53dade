#!/usr/bin/env python3
"""test_differing.py - what `cluster status` and the doctor tell of others."""
import json
import os
import subprocess
import threading

import machines
import nats
from machines import EVENT
from tap import run

ANSWER_SECONDS = 12
STRANGE_ANSWERS = (b"1 1 1 0 0 well 1 1 ab 1 ab a\x1b[31m", b"", b"x" * 5000,
                   b"1 1 1 0 0 well 1 1 ab 1 ab \xff\xfe", b"\xff" * 100)
BUILD = os.environ.get("top_builddir", ".")


def equal(got, wanted):
    return [] if got == wanted else [f"{got!r} is not {wanted!r}"]


def wait_for_status(machine, status, digests, differs):
    """Until `cluster status` ends so, with so many digests."""
    def look():
        shown = machine.try_cli("cluster", "status", "--json")
        rows = json.loads(shown.stdout)["machines"]
        return (shown.returncode == status
                and len({row["digest"] for row in rows}) == digests
                and all(row["differs"] == differs for row in rows))
    nats.wait_for(look, f"status {status}", ANSWER_SECONDS)


def findings(machine):
    """The doctor's of cluster and machines."""
    checks = json.loads(machine.try_cli("doctor", "--json").stdout)["checks"]
    return [check for check in checks
            if check["check"] in ("cluster", "machines")]


def who_took_something_else_is_told_of(tap):
    with nats.Servers() as servers, machines.Machines(servers, 3) as all_:
        all_[0].post(EVENT)
        wait_for_status(all_[0], 0, 1, False)
        wrong = all_[1]
        wrong.recorder.stop()
        subprocess.run([os.path.join(BUILD, "tests", "cluster", "differ"),
                        wrong.store], check=True)
        wrong.record()
        wait_for_status(all_[0], 1, 2, True)
        faults = equal([check["state"] for check in findings(all_[2])],
                       ["good", "wrong"])
        faults += [f"the doctor does not name {machine.store}"
                   for machine in all_ if machine.store not in
                   findings(all_[2])[1]["finding"]]
        # It goes on to differ, and does no more once it is restored.
        all_[0].post(EVENT)
        all_.agree()
        wait_for_status(all_[2], 1, 2, True)
        backup = all_[0].path("run", "backup")
        all_[0].cli("backup", backup)
        wrong.recorder.stop()
        wrong.cli("restore", backup, "--yes")
        wrong.record()
        wait_for_status(all_[2], 0, 1, False)
        faults += equal([check["state"] for check in findings(all_[2])],
                        ["good", "good"])
        tap.result("who took something else than others is told of", faults)


def answer_others(servers, is_answered):
    """Answers whoever asks machines once, as none of them would."""
    with servers.client() as client:
        client.subscribe("apitrail.status")
        client.flush()
        is_answered.set()
        words = []
        while not words or words[0] != b"MSG":
            words = client.file.readline().split()
        for text in STRANGE_ANSWERS:
            client.publish(words[3].decode(), text)
        client.flush()


def what_others_answer_is_shown_harmlessly(tap):
    with nats.Servers() as servers, machines.Machines(servers, 1) as all_:
        shown = []
        for words in ((), ("--json",)):
            is_there = threading.Event()
            thread = threading.Thread(target=answer_others,
                                      args=(servers, is_there))
            thread.start()
            is_there.wait()
            shown.append(all_[0].try_cli("cluster", "status", *words).stdout)
            thread.join()
        names = [row["name"] for row in
                 json.loads(shown[1].decode())["machines"]]
        faults = equal((b"\x1b" in shown[0], shown[0].count(b"well")),
                       (False, 2))
        faults += equal((len(names), "a\x1b[31m" in names), (2, True))
        tap.result("what others answer is shown harmlessly", faults)


def status_waits_for_a_leader(tap):
    """It is wanted most of all when a server has just gone."""
    with nats.Servers(3) as servers, machines.Machines(servers, 1) as all_:
        with servers.client() as client:
            name = client.jetstream(
                "STREAM.INFO", nats.BUCKET)["cluster"]["leader"]
        next(server for server in servers.all if server.name == name).kill()
        done = all_[0].try_cli("cluster", "status", "--json")
        faults = equal(done.returncode, 0)
        if not faults:
            shown = json.loads(done.stdout)
            faults += equal([row["is_up"] for row in shown["machines"]],
                            [True])
            faults += equal(shown["log"]["replicas"], 3)
        tap.result("status waits for another leader", faults)


if __name__ == "__main__":
    if not nats.is_there():
        print("1..0 # SKIP there is no nats-server")
    else:
        run((who_took_something_else_is_told_of,
             what_others_answer_is_shown_harmlessly,
             status_waits_for_a_leader))
