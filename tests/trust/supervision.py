#!/usr/bin/env python3
"""supervision.py - the units that are shipped, under a systemd of their own.

A systemd runs as the first process of namespaces of its own, with nothing but
the units of contrib/systemd.  Both programs are killed, aborted and stopped,
and are there again: seen by requests through the socket.

Usage: supervision.py     as root, where systemd is installed and cgroups are
                          mounted as /sys/fs/cgroup/systemd and
                          /sys/fs/cgroup/unified
"""
import sys

sys.dont_write_bytecode = True

import torture

import contextlib
import glob
import os
import re
import signal
import subprocess
import time

import client
import fastcgi
import fixture
from door import cgi_params

SYSTEMD = "/lib/systemd/systemd"
GROUPS = ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified")
UNITS = os.path.join(fixture.TOP, "contrib", "systemd")
RESPONDER, RECORDER = "apitrail-responder.service", "apitrail-recorder.service"
SIGNALS = ("SIGKILL", "SIGABRT", "SIGSEGV")
KILLS = torture.size("KILLS", 12)
# The unit's own is 30 s; and that, when it is passed.
WATCHDOG_SECONDS = 3
PATIENCE_SECONDS = 30
PAUSE_SECONDS = 0.02
EVENT = b'{"type":"queue_added","queue":{"id":"1"}}'
# Nobody is there of whom the units otherwise speak.
TARGET = f"""
[Unit]
DefaultDependencies=no
Requires=apitrail-responder.socket {RESPONDER} {RECORDER}
"""
REPLACED = (
    (r"^\[Unit\]", "[Unit]\nDefaultDependencies=no"),
    (r"^(User|Group|SocketUser|SocketGroup)=.*", rf"\1={fixture.WEB_USER}"),
    (r"/usr/libexec/apitrail/|/usr/bin/", "/mnt/"),
    (r"/var/lib/apitrail", "/mnt/run/store"),
    (r"^WatchdogSec=.*", f"WatchdogSec={WATCHDOG_SECONDS}"),
    (r"^Environment=APITRAIL_LOG=.*", "StandardError=append:/mnt/%N.log"),
)
# $1 is the fixture's folder.
FIRST = """
set -e
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /sys/fs/cgroup
mkdir /sys/fs/cgroup/systemd /sys/fs/cgroup/unified
mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
mount -t cgroup -o none,name=systemd systemd /sys/fs/cgroup/systemd
mount --bind "$1" /mnt
export container=trial SYSTEMD_UNIT_PATH=/mnt/units
exec /lib/systemd/systemd --system --unit=trial.target --log-target=console \
    --show-status=no
"""


class Systemd:
    """It and what it started, until it is ended."""

    def __init__(self, store):
        self.store = store
        self.name = f"apitrail-trial-{os.getpid()}"

    def __enter__(self):
        self.write_units()
        for group in GROUPS:
            os.mkdir(os.path.join(group, self.name))
        with open(self.store.path("systemd.log"), "wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "--pid", "--fork", "--kill-child", "--mount",
                 "--mount-proc", "--cgroup", "--uts", "--ipc", "sh", "-c",
                 FIRST, "sh", self.store.folder],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=self.join_groups)
        try:
            self.root = wait_for(self.first_process)
            wait_for(self.is_answered)
        except BaseException:
            # Otherwise it goes on for good, and nobody ends it.
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        self.process.kill()
        self.process.wait()
        for group in GROUPS:
            folders = glob.glob(os.path.join(group, self.name, "**", ""),
                                recursive=True)
            for folder in sorted(folders, key=len, reverse=True):
                wait_for(lambda folder=folder: removed(folder))

    def write_units(self):
        os.makedirs(self.store.path("units"), exist_ok=True)
        for path in glob.glob(os.path.join(UNITS, "apitrail-*")):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for old, new in REPLACED:
                text = re.sub(old, new, text, flags=re.M)
            self.write_unit(os.path.basename(path), text)
        self.write_unit("trial.target", TARGET)

    def write_unit(self, name, text):
        with open(self.store.path("units", name), "w",
                  encoding="utf-8") as file:
            file.write(text)

    def join_groups(self):
        for group in GROUPS:
            with open(os.path.join(group, self.name, "cgroup.procs"), "w",
                      encoding="ascii") as file:
                file.write(str(os.getpid()))

    def first_process(self):
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path, encoding="ascii") as file:
            return file.read().split()[0]

    def processes(self, unit):
        """By their numbers out here."""
        found = []
        for path in glob.glob(os.path.join(
                GROUPS[0], self.name, "**", unit, "cgroup.procs"),
                recursive=True):
            with open(path, encoding="ascii") as file:
                found += map(int, file.read().split())
        return found

    def ask(self, method, target, body=b""):
        connection = fastcgi.Connection(
            f"/proc/{self.root}/root/run/apitrail/responder.sock")
        try:
            connection.send(cgi_params(method, target, [
                ("X-API-KEY", self.store.keys["acme"]),
                ("Content-Type", "application/json")], body), body)
            return client.read_response(connection.receive()).status
        finally:
            connection.close()

    def is_answered(self):
        """A page by the responder, and an event by the recorder."""
        return (self.ask("GET", "/v1/events?limit=1") == 200 and
                self.ask("POST", "/v1/events", EVENT) == 201)


def removed(folder):
    os.rmdir(folder)
    return True


def wait_for(what):
    """What it returns, once that is true and no error."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, IndexError, TypeError,
                                 AttributeError, ValueError):
            found = what()
            if found:
                return found
        time.sleep(PAUSE_SECONDS)
    raise RuntimeError(f"{what} was in vain for {PATIENCE_SECONDS} s")


def end(systemd, unit, name):
    before = wait_for(lambda: systemd.processes(unit))
    for process in before:
        # One that has ended since is as good.
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, getattr(signal, name))
    wait_for(lambda: set(systemd.processes(unit)) - set(before))


def seconds_to_recover(systemd, unit, name):
    begin = time.monotonic()
    end(systemd, unit, name)
    wait_for(systemd.is_answered)
    return time.monotonic() - begin


def they_are_started_again(results):
    with Systemd(STORE) as systemd:
        for unit, signals in ((RESPONDER, SIGNALS),
                              (RECORDER, (*SIGNALS, "SIGSTOP"))):
            for name in signals:
                seconds = seconds_to_recover(systemd, unit, name)
                results.result(f"{unit} is there again after {name}", [])
                FIGURES.append(f"{unit.split('.')[0]} {name} "
                               f"{seconds:.1f} s")


def however_often_they_end(results):
    """Faster than systemd would put up with, unless it is told."""
    with Systemd(STORE) as systemd:
        for unit in (RESPONDER, RECORDER):
            for _ in range(KILLS):
                end(systemd, unit, "SIGKILL")
            wait_for(systemd.is_answered)
            results.result(f"{unit} is there again after {KILLS} in a row",
                           [])


def row():
    return ["supervision", "killed, aborted, stopped under systemd",
            "; ".join(FIGURES)]


FIGURES = []
if os.getuid() != 0 or not os.path.exists(SYSTEMD) or not all(
        map(os.path.isdir, GROUPS)):
    print("1..0 # SKIP takes root, systemd, and cgroups of both kinds")
    sys.exit(0)
with fixture.Fixture() as STORE:
    STORE.add_organization("acme")
    STORE.add_key("acme", "acme", "--scope", "events:write")
    try:
        torture.run([they_are_started_again, however_often_they_end],
                    row, "check-systemd")
    finally:
        for log_name in ("systemd.log", "apitrail-responder.log",
                         "apitrail-recorder.log"):
            with contextlib.suppress(OSError), open(
                    STORE.path(log_name), encoding="utf-8") as LOG:
                sys.stderr.write(LOG.read()[-3000:])
