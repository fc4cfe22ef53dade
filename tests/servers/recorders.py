"""recorders.py - a recorder for the store of a fixture."""
import os
import re
import signal
import socket
import subprocess

import responders
from fixture import user_arguments

STOP_SECONDS = 10


class Recorder:
    """`apitrail recorder`, until it is stopped or killed."""

    def __init__(self, fixture, prefix=(), **settings):
        self.path = os.path.join(fixture.store, "recorder.sock")
        self.log_path = os.path.join(fixture.run, "recorder.log")
        with open(self.log_path, "ab") as log:
            self.log_begin = log.tell()
            self.process = subprocess.Popen(
                [*prefix, fixture.path("apitrail"), "recorder"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=fixture.run, env=fixture.environment(**settings),
                **user_arguments())
        responders.wait_until(self.is_there, self.process, self.log_path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def is_there(self):
        """Whether it listens: a dead one's socket lies there as well."""
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self.path) == 0

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends it as a service manager does, stopped (SIGSTOP) or not."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.send_signal(signal.SIGCONT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def log(self):
        """What it has said since it began."""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            file.seek(self.log_begin)
            return file.read()

    def counts(self):
        """What it says at its end that it did: requests, commits, ..."""
        line = [line for line in self.log().splitlines()
                if "the recorder stops" in line][-1]
        return {name: int(number) for name, number in re.findall(
            r"\b(requests|recorded|events|commits)=\"?(\d+)", line)}
