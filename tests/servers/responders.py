"""responders.py - the ways in which a FastCGI responder is started."""
import os
import shutil
import subprocess
import sys
import time

import fastcgi
from fixture import as_user

START_SECONDS = 15
STOP_SECONDS = 5

# Debian's own: the one that runs this may lie in somebody's home.
PYTHON = shutil.which("python3", path="/usr/bin:/bin") or sys.executable

# Takes the socket's path and the descriptor to pass it as, then a command.
ACTIVATOR = """
import os, socket, sys
path, descriptor, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(1024)
os.dup2(listener.fileno(), descriptor)
os.set_inheritable(descriptor, True)
if descriptor != listener.fileno():
    listener.close()
if descriptor == 3:
    os.environ["LISTEN_FDS"] = "1"
    os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(command[0], command)
"""


def command_of(way, path, responder):
    """The command that starts the responder on a socket of this path."""
    return {
        "listen": [responder, "--listen", path],
        "spawn-fcgi": ["spawn-fcgi", "-n", "-s", path, "-M", "0660", "--",
                       responder],
        # As systemd does it, with the socket as descriptor 3 or 0.
        "descriptor 3": [PYTHON, "-c", ACTIVATOR, path, "3",
                         responder],
        "descriptor 0": [PYTHON, "-c", ACTIVATOR, path, "0",
                         responder],
    }[way]


class Responder:
    """A responder on a unix socket of its own, until it is stopped."""

    def __init__(self, fixture, way="listen", name=None, **settings):
        name = name or way.replace(" ", "-")
        self.path = os.path.join(fixture.run, name + ".sock")
        self.log_path = os.path.join(fixture.run, name + ".log")
        if os.path.exists(self.path):
            os.unlink(self.path)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                as_user(command_of(way, self.path, fixture.responder)),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=fixture.run, env=fixture.environment(**settings))
        wait_until(self.is_there, self.process, self.log_path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def is_there(self):
        """Whether it answers: who starts it may listen before it does."""
        if not os.path.exists(self.path):
            return False
        try:
            connection = fastcgi.Connection(self.path)
        except OSError:
            return False
        connection.send(fastcgi.get_params("/healthz", ""))
        answer = connection.receive()
        connection.close()
        return answer is not None

    def stop(self):
        stop(self.process)


def wait_until(is_there, process, log_path):
    """Waits until a server that was started answers."""
    deadline = time.monotonic() + START_SECONDS
    while not is_there():
        if process.poll() is not None or time.monotonic() > deadline:
            stop(process)
            with open(log_path, errors="replace", encoding="utf-8") as log:
                raise RuntimeError(
                    f"{' '.join(process.args)} did not start: "
                    f"{log.read()[-2000:]}")
        time.sleep(0.02)


def stop(process):
    """Ends a process that we started."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
