"""programs.py - the benchmark's own programs, as servers or by name."""
import contextlib
import os
import shutil
import socket
import subprocess

import fixture
import responders

FOLDER = os.path.join(fixture.BUILD, "tests", "bench")


def path_of(name):
    return os.path.join(FOLDER, name)


class Started:
    """What start() enters, until it is left: all of it, or none."""

    def __init__(self):
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.start(stack)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def start(self, stack):
        raise NotImplementedError


class Program:
    """One that answers FastCGI at a socket, until it is stopped."""

    def __init__(self, store, program, name, answer_path, *arguments):
        # Where it was built the web server's user may not go.
        copy = store.path(program)
        if not os.path.exists(copy):
            shutil.copy(path_of(program), copy)
        self.path = os.path.join(store.run, name + ".sock")
        log_path = os.path.join(store.run, name + ".log")
        if os.path.exists(self.path):
            os.unlink(self.path)
        with open(log_path, "ab") as log:
            self.process = subprocess.Popen(
                [copy, self.path, answer_path, *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=store.run, **fixture.user_arguments())
        responders.wait_until(self.is_there, self.process, log_path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        responders.stop(self.process)

    def is_there(self):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self.path) == 0


def fill(store, organization, count, seed=1, prefix=(), **settings):
    """Appends events that are made up."""
    with subprocess.Popen([path_of("generate"), str(count), str(seed)],
                          stdout=subprocess.PIPE) as generate:
        done = subprocess.run(
            [*prefix, store.path("apitrail"), "append", "--org",
             organization],
            stdin=generate.stdout, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, check=False, cwd=store.run,
            env=store.environment(**settings), **fixture.user_arguments())
    if done.returncode != 0:
        raise RuntimeError(f"append of {count} events: "
                           + done.stderr.decode(errors="replace"))
