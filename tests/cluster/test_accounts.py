#!/usr/bin/env python3
"""test_accounts.py - users and accounts of NATS, of which clusters need their
own.
"""
import json
import os

import credentials
import machines
import nats
from fixture import Fixture
from machines import EVENT
from tap import run
from test_misfits import refusals

BATCH = [EVENT] * 1000
TWO_ACCOUNTS = """
accounts {
	one { jetstream: enabled, users: [{ user: one, password: p }] }
	two { jetstream: enabled, users: [{ user: two, password: p }] }
}"""
SMALL_ACCOUNT = """
accounts {
	one {
		jetstream: { max_mem: 1M, max_store: 300K }
		users: [{ user: one, password: p }]
	}
}"""


def equal(got, wanted):
    return [] if got == wanted else [f"{got!r} is not {wanted!r}"]


def started(url, **settings):
    """A machine with organization and key acme."""
    machine = machines.Machine(url, **settings)
    machine.cli("org", "add", "acme")
    machine.keys["acme"] = machine.cli("key", "add", "--org", "acme",
                                       "--name", "n", "--scope",
                                       "events:write").strip()
    return machine.start()


def credentials_pass_through(tap):
    with Fixture() as folder:
        text, account = credentials.configuration(folder.run)
        stranger = credentials.Holder(folder.run, "stranger",
                                      credentials.ACCOUNT)
        paths = [one.make_user(folder.run, name) for one, name in
                 ((account, "right"), (stranger, "wrong"))]
        os.chmod(folder.run, 0o755)
        server = nats.Server(more=text).start()
        other = machines.Machine(server.url, APITRAIL_NATS_CREDS=paths[1])
        faults = refusals(other, ("credentials", "APITRAIL_NATS_CREDS"))
        other.close()
        machine = started(server.url, APITRAIL_NATS_CREDS=paths[0])
        faults += equal(machine.post(EVENT).status, 201)
        faults += equal(machine.try_cli("cluster", "status").returncode, 0)
        machine.close()
        server.close()
    tap.result("credentials of a file pass through", faults)


def two_clusters_have_accounts_of_their_own(tap):
    server = nats.Server(more=TWO_ACCOUNTS).start()
    both = [started(f"nats://{name}:p@127.0.0.1:{server.port}")
            for name in ("one", "two")]
    faults = []
    for machine in both:
        faults += equal(machine.post(EVENT, "same").status, 201)
    for machine in both:
        faults += equal([event["type"] for event in machine.recorded()],
                        ["api_key_added", "queue_added"])
        shown = json.loads(machine.cli("cluster", "status", "--json"))
        faults += equal([(row["is_up"], row["skipped"], row["differs"])
                         for row in shown["machines"]],
                        [(True, 0, False)])
        machine.close()
    server.close()
    tap.result("two clusters on one server live side by side in accounts of "
               "their own", faults)


def an_account_that_is_full_is_told_of(tap):
    """As a stream that is full, by another error of JetStream's."""
    server = nats.Server(more=SMALL_ACCOUNT).start()
    machine = started(f"nats://one:p@127.0.0.1:{server.port}")
    statuses = [machine.post(BATCH).status]
    answer = machine.post(BATCH, "full")
    faults = equal((statuses, answer.status, b"full" in answer.body),
                   ([201], 503, True))
    machine.close()
    server.close()
    tap.result("an account that is full is told of", faults)


if __name__ == "__main__":
    if not nats.is_there():
        print("1..0 # SKIP there is no nats-server")
    else:
        run((credentials_pass_through,
             two_clusters_have_accounts_of_their_own,
             an_account_that_is_full_is_told_of))
