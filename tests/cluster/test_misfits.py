#!/usr/bin/env python3
"""test_misfits.py - servers and stores that do not fit are told of at start.

Each is refused by recorder and command line with what has to be mended, and
nothing is changed.
"""
import os
import subprocess

import machines
import nats
from fixture import Fixture, user_arguments
from tap import run

END_SECONDS = 30
HOUR_NS = 3600 * 10**9
DAYS_2_NS = 48 * HOUR_NS
FITTING = {"name": nats.STREAM, "subjects": ["apitrail.events.>"],
           "retention": "limits", "storage": "file", "num_replicas": 1,
           "max_age": DAYS_2_NS, "discard": "new",
           "duplicate_window": 120 * 10**9}


COMMANDS = ((("recorder",), {1, 2}), (("org", "add", "refused"), {1, 2}))


def refusals(machine, words, commands=COMMANDS, **settings):
    """What recorder and command line say, if it is not what it has to be."""
    faults = []
    for command, status in commands:
        done = subprocess.run(
            [machine.path("apitrail"), *command], cwd=machine.run,
            env=machine.environment(**settings), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            timeout=END_SECONDS, **user_arguments())
        said = done.stderr.decode(errors="replace")
        faults += [f"{command}: {word!r} is not in {said!r}"
                   for word in words if word not in said]
        if done.returncode not in status:
            faults.append(f"{command}: exit {done.returncode}: {said}")
    if "refused" in machine.cli("org", "list"):
        faults.append("it changed the store")
    return faults


def refused(name, words, servers, prepare=None, replicas=1, **settings):
    """A test of servers that do not fit."""
    def test(tap):
        with nats.Servers(**servers) as there:
            if prepare is not None:
                with there.client() as client:
                    prepare(client)
            machine = machines.Machine(there.url, replicas=replicas,
                                       **settings)
            try:
                tap.result(name, refusals(machine, words))
            finally:
                machine.close()
    test.__name__ = name
    return test


def stream_with(**differences):
    return lambda client: client.jetstream(
        "STREAM.CREATE", nats.STREAM, **{**FITTING, **differences})


def bucket_with(**differences):
    return lambda client: client.jetstream(
        "STREAM.CREATE", nats.BUCKET, **{
            "name": nats.BUCKET, "subjects": ["$KV.apitrail.>"],
            "storage": "file", "num_replicas": 1, "max_msgs_per_subject": 1,
            **differences})


def a_server_without_jetstream(tap):
    server = nats.Server(jetstream=False).start()
    machine = machines.Machine(server.url)
    try:
        tap.result("a server without JetStream",
                   refusals(machine, ("JetStream",)))
    finally:
        machine.close()
        server.close()


def nobody_answers(tap):
    """A recorder waits: see test_late.py."""
    machine = machines.Machine(f"nats://127.0.0.1:{nats.free_port()}")
    try:
        tap.result("no server answers", refusals(
            machine, ("APITRAIL_NATS_URL", "no server answers"),
            COMMANDS[1:]))
    finally:
        machine.close()


def wrong_credentials(tap):
    server = nats.Server(
        more='authorization { user: a, password: "Rightly" }').start()
    faults = []
    for url in (server.url, f"nats://a:Wrongly@127.0.0.1:{server.port}"):
        machine = machines.Machine(url)
        faults += refusals(machine, ("APITRAIL_NATS_URL", "credentials"))
        machine.close()
    machine = machines.Machine(server.url)
    faults += refusals(machine, ("APITRAIL_NATS_CREDS", "cannot be"),
                       APITRAIL_NATS_CREDS="/nonexistent.creds")
    machine.close()
    machine = machines.Machine(f"nats://a:Rightly@127.0.0.1:{server.port}")
    machine.cli("org", "add", "acme")
    machine.close()
    server.close()
    tap.result("wrong credentials are refused, and right ones taken", faults)


def certificates(folder):
    """A certificate of its own for 127.0.0.1."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
         "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
         os.path.join(folder, "key.pem"), "-out",
         os.path.join(folder, "cert.pem")], check=True, stderr=-3, stdout=-3)


def certificates_are_looked_at(tap):
    with Fixture() as other:
        certificates(other.folder)
        ca = other.path("cert.pem")
        server = nats.Server(more=(
            f'tls {{ cert_file: "{ca}", key_file: '
            f'"{other.path("key.pem")}" }}')).start()
        machine = machines.Machine(f"nats://localhost:{server.port}")
        faults = refusals(machine, ("APITRAIL_NATS_CA", "TLS"))
        wrong = os.path.join(machine.run, "wrong")
        os.mkdir(wrong)
        os.chmod(wrong, 0o755)
        certificates(wrong)
        faults += refusals(machine, ("APITRAIL_NATS_CA",),
                           APITRAIL_NATS_CA=os.path.join(wrong, "cert.pem"))
        faults += refusals(machine, ("APITRAIL_NATS_CA", "cannot be"),
                           APITRAIL_NATS_CA="/nonexistent.pem")
        machine.cli("org", "add", "acme", APITRAIL_NATS_CA=ca)
        machine.record(APITRAIL_NATS_CA=ca)
        machine.close()
        server.close()
    tap.result("certificates are looked at", faults)


def another_pepper(tap):
    with nats.Servers() as servers:
        first = machines.Machine(servers.url)
        first.cli("org", "add", "acme")
        other = machines.Machine(servers.url)
        tap.result("another pepper is another cluster, which finds no room "
                   "on these servers", refusals(other, ("APITRAIL_PEPPER",
                                                        "another pepper")))
        first.close()
        other.close()


def organizations_of_its_own(tap):
    with nats.Servers() as servers:
        first = machines.Machine(servers.url)
        first.cli("org", "add", "acme")
        other = machines.Machine(servers.url, first)
        # Made while the store was alone.
        other.cli("org", "add", "own", APITRAIL_NATS_URL="")
        tap.result("a store with organizations of its own cannot join",
                   refusals(other, ("organizations", "restore")))
        first.close()
        other.close()


def the_first_brings_what_it_has(tap):
    """Others begin as its backup, for as long as its events are read."""
    with nats.Servers() as servers:
        first = machines.Machine(servers.url)
        alone = {"APITRAIL_NATS_URL": ""}
        first.cli("org", "add", "acme", **alone)
        first.keys["acme"] = first.cli("key", "add", "--org", "acme",
                                       "--name", "n", **alone).strip()
        first.start()
        other = machines.Machine(servers.url, first)
        faults = refusals(other, ("first machine", "backup"))
        folder = first.path("run", "backup")
        first.cli("backup", folder)
        other.cli("restore", folder, "--yes")
        other.start()
        first.cli("append", "--org", "acme",
                  data=b'{"type":"queue_added"}\n')
        nats.wait_for(lambda: len(other.recorded()) == 2, "the event came")
        if first.window() != other.window():
            faults.append("windows differ")
        tap.result("the first machine brings its events, and others begin "
                   "as its backup", faults)
        first.close()
        other.close()


def a_forgotten_setting(tap):
    with nats.Servers() as servers:
        machine = machines.Machine(servers.url)
        machine.cli("org", "add", "acme")
        tap.result("a store of a cluster refuses to be changed alone",
                   refusals(machine, ("APITRAIL_NATS_URL",),
                            APITRAIL_NATS_URL=""))
        machine.close()


TESTS = (
    nobody_answers,
    a_server_without_jetstream,
    wrong_credentials,
    certificates_are_looked_at,
    refused("three replicas of one server", ("APITRAIL_NATS_REPLICAS", "3"),
            {}, replicas=3),
    refused("messages of one mebibyte", ("max_payload", "8MB"),
            {"max_payload": 1024 * 1024}),
    refused("a stream of other subjects", ("APITRAIL", "subjects"), {},
            stream_with(subjects=["other.>"])),
    refused("a stream that is a queue", ("APITRAIL", "48"), {},
            stream_with(retention="workqueue")),
    refused("a stream that forgets too early", ("APITRAIL", "48"), {},
            stream_with(max_age=HOUR_NS)),
    refused("a stream in memory", ("APITRAIL", "files"), {},
            stream_with(storage="memory")),
    refused("a stream that drops what is old", ("APITRAIL", "full"), {},
            stream_with(max_bytes=1 << 20, discard="old")),
    refused("a stream of small messages", ("APITRAIL", "2097152"), {},
            stream_with(max_msg_size=1024 * 1024)),
    refused("a stream of few consumers", ("APITRAIL", "consumers"), {},
            stream_with(max_consumers=2)),
    refused("a stream of another name on these subjects", ("APITRAIL",), {},
            lambda client: client.jetstream(
                "STREAM.CREATE", "OTHER", **{**FITTING, "name": "OTHER"})),
    refused("a bucket that forgets", ("bucket", "for ever"), {},
            bucket_with(max_age=HOUR_NS)),
    refused("a bucket that drops what is old", ("bucket", "for ever"), {},
            bucket_with(max_bytes=1 << 20, discard="old")),
    refused("a bucket of small values", ("bucket", "values"), {},
            bucket_with(max_msg_size=1024)),
    refused("one replica of a log, where three are asked for",
            ("1 replicas", "APITRAIL_NATS_REPLICAS", "3"), {},
            stream_with(), replicas=3),
    another_pepper,
    organizations_of_its_own,
    the_first_brings_what_it_has,
    a_forgotten_setting,
)


if __name__ == "__main__":
    if not nats.is_there():
        print("1..0 # SKIP there is no nats-server")
    else:
        run(TESTS)
