#!/usr/bin/env python3
"""test_demo.py - contrib/cluster-demo, and with it contrib/nats as it is.

Its ports are fixed, so it runs in a network of its own.
"""
import os
import re
import subprocess

import hosts
import machines
import nats
from tap import run

BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
SECONDS = 120
MACHINES = 3
IN_ITS_NETWORK = 'ip link set lo up && exec "$@"'


def the_demo_does_what_it_says(tap):
    """At its end each machine's window is shown by its checksum."""
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", IN_ITS_NETWORK, "sh",
         os.path.join(machines.TOP, "contrib", "cluster-demo"), BUILD],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False, timeout=SECONDS)
    said = done.stdout.decode(errors="replace")
    sums = re.findall(r"^([0-9a-f]{64}) +machine ([0-9])$", said, re.M)
    faults = [] if done.returncode == 0 else [f"exit {done.returncode}"]
    if (len({one for one, _ in sums}), len(sums)) != (1, MACHINES):
        faults.append("windows are not the same")
    tap.result("the demo does what it says",
               faults + ([said] if faults else []))


if __name__ == "__main__":
    if not nats.is_there():
        print("1..0 # SKIP there is no nats-server")
    elif not hosts.can_be():
        print("1..0 # SKIP only root has networks of its own")
    else:
        run((the_demo_does_what_it_says,))
