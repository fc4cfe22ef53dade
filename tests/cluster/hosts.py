"""hosts.py - three hosts for servers and machines, which can be cut off.

Each is a network namespace on a bridge of a namespace of our own, which goes
with this process: nothing of it is seen outside.  Only root may make them.
"""
import contextlib
import ctypes
import os
import shutil
import subprocess

import machines
import nats

COUNT = 3
CLONE_NEWNET = 0x40000000
NETWORK = "10.77.0."
OWN_ADDRESS = NETWORK + "254"
LIBC = ctypes.CDLL(None, use_errno=True)


def enter(descriptor):
    """For this thread, and what it starts."""
    if LIBC.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def unshare():
    """The descriptor of a new namespace, which this thread is in then."""
    if LIBC.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def ip(*words):
    subprocess.run(["ip", *words], check=True, stdin=subprocess.DEVNULL)


class Place:
    """A host: its address, and the way to start something there."""

    def __init__(self, number, outside):
        self.address = NETWORK + str(number)
        self.port = f"host{number}"
        self.outside = outside
        self.namespace = unshare()
        try:
            ip("link", "set", "lo", "up")
            ip("link", "add", "net0", "type", "veth", "peer", "name",
               self.port, "netns", f"/proc/{os.getpid()}/fd/{outside}")
            ip("address", "add", self.address + "/24", "dev", "net0")
            ip("link", "set", "net0", "up")
        finally:
            enter(outside)
        ip("link", "set", self.port, "up")
        self.heal()

    @contextlib.contextmanager
    def inside(self):
        enter(self.namespace)
        try:
            yield
        finally:
            enter(self.outside)

    def cut(self):
        """Packets get lost, and nobody is told."""
        ip("link", "set", self.port, "nomaster")

    def heal(self):
        ip("link", "set", self.port, "master", "bridge")

    def close(self):
        os.close(self.namespace)


class PlacedServer(nats.Server):
    """A nats-server at a place."""

    def __init__(self, name, place):
        self.place = place
        super().__init__(name, host=place.address)

    def start(self, wait=True):
        with self.place.inside():
            super().start(wait=False)
        if wait:
            self.wait()
        return self


class PlacedMachine(machines.Machine):
    """A machine of which the recorder is at a place."""

    def __init__(self, place, *arguments, **settings):
        self.place = place
        super().__init__(*arguments, **settings)

    def record(self, **settings):
        with self.place.inside():
            super().record(**settings)


class PlacedMachines(machines.Machines):
    """One at each place."""

    def __init__(self, places_, servers_):
        self.places = places_
        super().__init__(servers_, len(places_))

    def add(self):
        machine = PlacedMachine(
            self.places[len(self.all)], self.servers.url,
            self.all[0] if self.all else None, self.servers.replicas)
        self.all.append(machine)
        return machine


def can_be():
    return os.getuid() == 0 and shutil.which("ip") is not None


@contextlib.contextmanager
def places(are_wanted):
    """Places that can be cut off; None: all is on this host's loopback."""
    if not are_wanted or not can_be():
        yield None
        return
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    made = []
    try:
        outside = unshare()
        ip("link", "set", "lo", "up")
        ip("link", "add", "bridge", "type", "bridge")
        ip("address", "add", OWN_ADDRESS + "/24", "dev", "bridge")
        ip("link", "set", "bridge", "up")
        for number in range(1, COUNT + 1):
            made.append(Place(number, outside))
        yield made
    finally:
        for place in made:
            place.close()
        enter(before)


def servers(places_):
    if places_ is None:
        return nats.Servers(COUNT)
    return nats.Servers(made=[PlacedServer(f"n{i + 1}", place)
                              for i, place in enumerate(places_)])


def machines_at(places_, servers_):
    if places_ is None:
        return machines.Machines(servers_, COUNT)
    return PlacedMachines(places_, servers_)
