#!/usr/bin/env python3
"""test_replicas.py - servers whose replicas of the log differ.

A server that leads the log and is cut off from the others keeps what it was
about to store; nats-server 2.9.10 has that in its log for good once the cut is
over, where the others have something else.  Machines take what most have.
"""
import json
import os
import shutil
import subprocess

import hosts
import machines
import nats
import storm
import tap
from machines import EVENT

# A server that has the fault; another one may do as it likes.
FAULTY = "v2.9.10"
STALE = 3
POSTED = 5
LEAD_SECONDS = 60
STEPS_MAX = 20


def version():
    told = subprocess.run(["nats-server", "--version"], check=True,
                          capture_output=True, text=True).stdout
    return told.split()[-1]


def leader_index(servers):
    return servers.all.index(servers.leader())


def leave_stale(place, server, subject):
    """What a leader that is cut off takes, and can give to nobody."""
    with place.inside(), server.client() as client:
        for number in range(STALE):
            client.publish(subject, b"stale %d" % number)
        client.flush()


def post(machine, name):
    """Until it is recorded, through an election; or what is known of why it
    was not."""
    answers = []

    def attempt():
        answer = machine.post({**EVENT, "metadata": {"id": name}}, name)
        if answer.status not in storm.AGAIN_STATUSES + (201,):
            raise AssertionError(f"{name}: {answer.status}")
        answers.append(answer.body)
        return answer.status == 201
    try:
        nats.wait_for(attempt, f"{name} is recorded", LEAD_SECONDS)
    except AssertionError as error:
        raise AssertionError(
            f"{error}: {answers[-3:]!r} {machine.recorder.log()[-2000:]} "
            f"{machine.try_cli('cluster', 'status')}") from error


def names(machine):
    return [event["metadata"]["id"] for event in machine.recorded()
            if "id" in event.get("metadata", {})]


def make_differ(servers, all_, places):
    """The index of the host whose server has something else now."""
    index = leader_index(servers)
    organizations = json.loads(all_[0].cli("org", "list", "--json"))
    subject = "apitrail.events." + organizations[0]["id"]
    others = [machine for i, machine in enumerate(all_) if i != index]
    places[index].cut()
    try:
        leave_stale(places[index], servers.all[index], subject)
        for number in range(POSTED):
            post(others[number % 2], f"behind-the-cut-{number}")
    finally:
        places[index].heal()
    all_.agree(LEAD_SECONDS)
    return index


def lead(servers, index):
    """Makes this server lead the log: whoever does steps down."""
    def look():
        try:
            if leader_index(servers) == index:
                return True
            with servers.client() as client:
                client.jetstream("STREAM.LEADER.STEPDOWN", nats.STREAM)
        except (OSError, ValueError, KeyError):
            pass
        return False
    nats.wait_for(look, "it leads", LEAD_SECONDS)


def judge(all_, posted):
    faults = []
    windows = all_.windows()
    if len(windows) != 1:
        faults.append(f"{len(windows)} different windows")
    for machine in all_:
        if sorted(names(machine)) != sorted(posted):
            faults.append(f"{names(machine)!r} is not {posted!r}")
        facts = machine.stat()
        if facts["cluster_skipped"] != 0 or facts["cluster_gaps"] != 0:
            faults.append(f"skipped or missing: {facts!r}")
    return faults


def differences(all_):
    return sum(machine.metric("apitrail_cluster_log_differences_total")
               for machine in all_)


def make_anew(servers, index):
    """As the manual says."""
    server = servers.all[index]
    server.kill()
    shutil.rmtree(os.path.join(server.folder, "js"))
    server.start()
    nats.wait_for(lambda: are_current(servers), "all are up to date",
                  LEAD_SECONDS)


def are_current(servers):
    try:
        with servers.client() as client:
            cluster = client.jetstream("STREAM.INFO", nats.STREAM)["cluster"]
        return (len(cluster["replicas"]) == len(servers.all) - 1
                and all(replica["current"] and not replica.get("offline")
                        for replica in cluster["replicas"]))
    except (OSError, ValueError, KeyError):
        return False


def what_most_replicas_have_is_the_log(results):
    with hosts.places(True) as places, \
            hosts.servers(places) as servers, \
            hosts.machines_at(places, servers) as all_:
        post(all_[0], "before")
        all_.agree()
        index = make_differ(servers, all_, places)
        posted = ["before"] + [f"behind-the-cut-{number}"
                               for number in range(POSTED)]
        faults = judge(all_, posted)
        # Also while that server leads, and for who reads all of it.
        lead(servers, index)
        post(all_[0], "while-it-leads")
        post(all_[index], "while-it-leads-there")
        posted += ["while-it-leads", "while-it-leads-there"]
        all_.places = [*places, places[index], places[index]]
        all_.add().start()
        faults += judge(all_, posted)
        if version() == FAULTY and differences(all_) == 0:
            faults.append("no replica differs: what does this test show?")
        results.result("what most replicas have is the log", faults)
        make_anew(servers, index)
        post(all_[0], "made-anew")
        newest = all_.add()
        newest.start()
        faults = judge(all_, posted + ["made-anew"])
        if differences([newest]) != 0:
            faults.append("a replica still differs")
        results.result("a replica that is made anew is like the others",
                       faults)


if __name__ == "__main__":
    if not nats.is_there():
        print("1..0 # SKIP there is no nats-server")
    elif not hosts.can_be():
        print("1..0 # SKIP only root can cut hosts off")
    else:
        tap.run((what_most_replicas_have_is_the_log,))
