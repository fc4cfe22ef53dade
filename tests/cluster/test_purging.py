#!/usr/bin/env python3
"""test_purging.py - what was removed leaves the bucket at last."""
import json
import os
import subprocess

import machines
import nats
from tap import run

SECONDS = 60
BUILD = os.environ.get("top_builddir", ".")


def has(servers, key):
    """Whether the bucket has anything of this key."""
    with servers.client() as client:
        try:
            client.jetstream("STREAM.MSG.GET", nats.BUCKET,
                             last_by_subj="$KV.apitrail." + key)
            return True
        except OSError:
            return False


def days_later(machine):
    """By the log's time, as this machine has it."""
    machine.recorder.stop()
    subprocess.run([os.path.join(BUILD, "tests", "cluster", "later"),
                    machine.store], check=True)
    machine.record()


def removed(all_):
    """Keys of the bucket: what was removed, and what stays."""
    revoked = all_.add_key("revoked")
    disabled = all_.add_key("disabled")
    made = json.loads(all_[0].cli("org", "add", "gone", "--json"))
    key = all_.add_key("gone", "gone")
    away = all_[2]
    all_.agree()
    away.recorder.stop()
    all_[0].cli("key", "revoke", revoked)
    all_[0].cli("key", "disable", disabled)
    all_[0].cli("org", "remove", "gone", "--yes")
    return ([f"key.{revoked}", f"org.{made['id']}"],
            [f"key.{disabled}", "pepper"], f"key.{key}")


def what_was_removed_leaves_the_bucket(tap):
    with nats.Servers() as servers, machines.Machines(servers, 3) as all_:
        gone, stays, orphan = removed(all_)
        away = all_.all.pop()
        faults = []
        try:
            all_.agree()
            # Nothing goes as long as it may be needed.
            all_[1].recorder.stop()
            all_[1].record()
            if not all(has(servers, key) for key in gone + stays):
                faults.append("something went too early")
            days_later(all_[0])
            nats.wait_for(lambda: not any(has(servers, key) for key in gone),
                          "entries leave the bucket", SECONDS)
            # Their keys follow, in another round.
            days_later(all_[0])
            nats.wait_for(lambda: not has(servers, orphan),
                          "a key of no organization leaves it", SECONDS)
            faults += [f"{key} is gone" for key in stays
                       if not has(servers, key)]
            all_.agree()
            if all_[1].ask(key="revoked").status != 401:
                faults.append("a revoked key lives")
            faults += [f"{machine.stat()!r}" for machine in all_
                       if machine.stat()["cluster_alarm"] != "well"]
            # Who was away since before cannot know, and says so.
            away.record()
            nats.wait_for(lambda: away.readiness().status == 503,
                          "who was away too long says so", SECONDS)
            if away.stat()["cluster_alarm"] != "expired":
                faults.append(f"{away.stat()!r}")
            # Who comes anew needs none of it.
            newest = all_.add()
            newest.start()
            all_.agree()
            if newest.ask(key="revoked").status != 401 or \
                    newest.ask(key="acme").status != 200:
                faults.append("who comes anew has other keys")
        finally:
            all_.all.append(away)
        tap.result("what was removed leaves the bucket when nobody can need "
                   "it any more", faults)


if __name__ == "__main__":
    if not nats.is_there():
        print("1..0 # SKIP there is no nats-server")
    else:
        run((what_was_removed_leaves_the_bucket,))
