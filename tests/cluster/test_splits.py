#!/usr/bin/env python3
"""test_splits.py - places of log and bucket where no two replicas agree.

As where leaders were cut off one right after the other: each server alone
takes a message of its own, and then they are a cluster again.
"""
import base64
import json
import os
import shutil

import machines
import nats
import tap
from machines import EVENT

SECONDS = 60
SUBJECTS = {nats.STREAM: "apitrail.events.>", nats.BUCKET: "$KV.apitrail.>"}
VERDICTS = "$KV.apitrail.verdicts"


def messages(server, stream):
    """The folder of a stream's messages."""
    return os.path.join(server.folder, "js", "jetstream", "$G", "streams",
                        stream, "msgs")


def end(server):
    server.process.terminate()
    server.process.wait()


def take_alone(server, stream, subject, payload):
    """Adds a message to the replica of a server that does not run: by another
    one, which is in no cluster."""
    alone = nats.Server("alone").start()
    try:
        with alone.client() as client:
            client.jetstream("STREAM.CREATE", stream, name=stream,
                             subjects=[SUBJECTS[stream]], storage="file",
                             num_replicas=1)
        end(alone)
        shutil.rmtree(messages(alone, stream))
        shutil.copytree(messages(server, stream), messages(alone, stream))
        alone.start()
        with alone.client() as client:
            client.request(subject, payload)
        end(alone)
        shutil.rmtree(messages(server, stream))
        shutil.copytree(messages(alone, stream), messages(server, stream))
    finally:
        alone.close()


def split(servers, stream, subjects, payloads):
    """Each server has another message at the next place."""
    with servers.client() as client:
        place = client.last(stream) + 1
    for server in servers.all:
        end(server)
    for server, subject, payload in zip(servers.all, subjects, payloads):
        take_alone(server, stream, subject, payload)
    for server in servers.all:
        server.start(wait=False)
    for server in servers.all:
        server.wait()
    nats.wait_for(servers.can_replicate, "JetStream is there", SECONDS)
    return place


def ask(servers, what, stream, **options):
    """Through an election."""
    answers = []

    def attempt():
        try:
            with servers.client() as client:
                answers.append(client.jetstream(what, stream, **options))
        except (OSError, ValueError) as error:
            if "10037" in str(error):
                answers.append(None)
        return bool(answers)
    nats.wait_for(attempt, what, SECONDS)
    return answers[0]


def verdicts(servers):
    """Lines of what machines have agreed about."""
    answer = ask(servers, "STREAM.MSG.GET", nats.BUCKET,
                 last_by_subj=VERDICTS)
    if answer is None:
        return []
    value = base64.b64decode(answer["message"]["data"]).decode()
    return value.splitlines()[1:]


def post(machine, name):
    """Until it is recorded."""
    nats.wait_for(lambda: machine.post(
        {**EVENT, "metadata": {"id": name}}, name).status == 201,
        f"{name} is recorded", SECONDS)


def names(machine):
    return [event["metadata"]["id"] for event in machine.recorded()
            if "id" in event.get("metadata", {})]


def judge(all_, posted):
    all_.agree(SECONDS)
    faults = []
    if len(all_.windows()) != 1:
        faults.append(f"{len(all_.windows())} different windows")
    for machine in all_:
        if sorted(names(machine)) != sorted(posted):
            faults.append(f"{names(machine)!r} is not {posted!r}")
        facts = machine.stat()
        if (facts["cluster_skipped"] != 0 or facts["cluster_gaps"] != 0
                or facts["cluster_alarm"] != "well"):
            faults.append(f"skipped or missing: {facts!r}")
    return faults


def make_anew(servers, server):
    """It gets what the leader has."""
    server.kill()
    shutil.rmtree(os.path.join(server.folder, "js"))
    server.start()

    def are_current():
        cluster = ask(servers, "STREAM.INFO", nats.STREAM)["cluster"]
        return (len(cluster["replicas"]) == 2
                and all(replica["current"] and not replica.get("offline")
                        for replica in cluster["replicas"]))
    nats.wait_for(are_current, "all are up to date", SECONDS)


def other_than_leader(servers):
    name = ask(servers, "STREAM.INFO", nats.STREAM)["cluster"]["leader"]
    return next(server for server in servers.all if server.name != name)


def no_machine_takes_what_no_two_replicas_have(results):
    with nats.Servers(3) as servers, \
            machines.Machines(servers) as all_:
        post(all_[0], "before")
        all_.agree()
        # One that is away meanwhile, and one that is made later on.
        away = all_[2]
        away.recorder.stop()
        subject = "apitrail.events." + json.loads(
            all_[0].cli("org", "list", "--json"))[0]["id"]
        place = split(servers, nats.STREAM, [subject] * 3,
                      [b"one", b"two", b"three"])
        post(all_[0], "behind")
        post(all_[1], "behind-too")
        posted = ["before", "behind", "behind-too"]
        faults = []
        if verdicts(servers) != [f"{place} void"]:
            faults.append(f"{verdicts(servers)!r} is not {place} void")
        make_anew(servers, other_than_leader(servers))
        away.record()
        all_.add().start()
        results.result("no machine takes what no two replicas have, though "
                       "later on most have it", faults
                       + judge(all_, posted))


def bucket_value(servers, key):
    answer = ask(servers, "STREAM.MSG.GET", nats.BUCKET,
                 last_by_subj="$KV.apitrail." + key)
    return base64.b64decode(answer["message"]["data"])


def key_states(machine):
    return tuple((key["id"], key["status"])
                 for key in json.loads(machine.cli("key", "list", "--json")))


def keys_in_dispute_are_the_same_on_all_machines(results):
    with nats.Servers(3) as servers, \
            machines.Machines(servers) as all_:
        one, two = all_.add_key("one"), all_.add_key("two")
        enabled = [bucket_value(servers, "key." + id_) for id_ in (one, two)]
        all_[0].cli("key", "disable", one)
        all_[0].cli("key", "disable", two)
        all_.agree()
        # The first server knows of one, the second of two, what is past.
        split(servers, nats.BUCKET,
              [f"$KV.apitrail.key.{one}", f"$KV.apitrail.key.{two}",
               "$KV.apitrail.other"], [*enabled, b"value"])
        post(all_[0], "behind")
        faults = judge(all_, ["behind"])
        listed = {key_states(machine) for machine in all_}
        if len(listed) != 1:
            faults.append(f"keys differ: {listed!r}")
        # And they can be changed.
        all_[1].cli("key", "revoke", one)
        all_[2].cli("key", "disable", two)
        all_.agree(SECONDS)
        for machine in all_:
            if machine.ask(key="one").status != 401 or \
                    machine.ask(key="two").status != 401:
                faults.append("a key is not dead")
        results.result("keys in dispute are the same on all machines",
                       faults)


if __name__ == "__main__":
    if not nats.is_there():
        print("1..0 # SKIP there is no nats-server")
    else:
        tap.run((no_machine_takes_what_no_two_replicas_have,
                 keys_in_dispute_are_the_same_on_all_machines))
