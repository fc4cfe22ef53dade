"""recording.py - a recorder, and clients that speak to it without help."""
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time

TOP = os.environ.get("top_srcdir") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(TOP, "tests", "cli"))

from program import Program  # noqa: E402  pylint: disable=wrong-import-position

HEADER = struct.Struct("<4sIBBH")
REQUEST = struct.Struct("<QI21sB64s32sH")
EVENT = struct.Struct("<BHH")
REPLY = struct.Struct("<QBH")
PLACE = struct.Struct("<Q21s")
REQUEST_KIND, REPLY_KIND = 1, 2
QUEUES = 3
(RECORDED, REPLAYED, CONFLICT, MISMATCH, FULL, GONE, FAILED,
 STOPPING) = range(8)
START_SECONDS = 20
END_SECONDS = 20
# By an organization's number: the id of a key that may write.
KEYS = {}


def with_org(program):
    """A store whose organization 1, acme, has a key."""
    program.with_org()
    add_key(program, "acme", 1)


def add_key(program, org, number):
    """The key with which requests for the organization are sent from now on;
    its id."""
    made = program.must_json("key", "add", "--org", org, "--name", "k",
                             "--scope", "events:write")
    KEYS[number] = made["id"].encode()
    return made["id"]


def draft(queue):
    """An event's JSON before it is stamped, and where its stamp goes."""
    before = (b'{"id":"' + b"0" * 21 + b'","type":"queue_added",'
              b'"stored_at":')
    return (before + b"1" + b"0" * 12 + b',"client":{"id":"c"},"queue":{'
            b'"id":"' + queue.encode() + b'"}}', len(before))


def request(sequence, queues, key="", organization=1, digest=None):
    """A whole request: an event for each queue's id."""
    digest = digest or ("/".join(queues).encode() + bytes(32))[:32]
    body = REQUEST.pack(sequence, organization,
                        KEYS.get(organization, b"k" * 21), len(key),
                        key.encode(), digest, len(queues))
    for queue in queues:
        json_text, offset = draft(queue)
        body += EVENT.pack(QUEUES, offset, len(json_text)) + json_text
    return HEADER.pack(b"apir", len(body), 1, REQUEST_KIND, 0) + body


class Reply:
    """A reply that was read."""

    def __init__(self, body):
        self.sequence, self.outcome, count = REPLY.unpack_from(body)
        self.places = [PLACE.unpack_from(body, REPLY.size + i * PLACE.size)
                       for i in range(count)]


class Client:
    """One connection to the recorder."""

    def __init__(self, store, timeout=END_SECONDS):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.received = b""
        try:
            self.socket.connect(os.path.join(store, "recorder.sock"))
        except OSError:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, sequence, *queues, **more):
        self.socket.sendall(request(sequence, list(queues), **more))

    def reply(self):
        """The next reply; None when the connection ended."""
        while True:
            if len(self.received) >= HEADER.size:
                magic, size, version, kind, zero = HEADER.unpack_from(
                    self.received)
                assert (magic, version, kind, zero) == (
                    b"apir", 1, REPLY_KIND, 0)
                end = HEADER.size + size
                if len(self.received) >= end:
                    body = self.received[HEADER.size:end]
                    self.received = self.received[end:]
                    return Reply(body)
            try:
                more = self.socket.recv(1 << 16)
            except ConnectionResetError:
                return None
            if not more:
                return None
            self.received += more

    def ask(self, sequence, *queues, **more):
        self.send(sequence, *queues, **more)
        return self.reply()

    def has_ended(self, seconds):
        """Whether the recorder closes the connection within that time."""
        ready, _, _ = select.select([self.socket], [], [], seconds)
        return bool(ready) and self.reply() is None


class Recorder:
    """The daemon on a program's store, while a block runs."""

    def __init__(self, program, *words, **variables):
        self.program = program
        self.words = words
        self.variables = variables
        self.child = None
        self.log = open(program.path("recorder.log"), "ab+")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGCONT)
            self.child.kill()
            self.child.wait()
        self.log.close()

    def start(self):
        """Starts it and waits until it listens."""
        self.child = subprocess.Popen(
            [self.program.binary, "recorder", *self.words],
            cwd=self.program.folder, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log,
            env=self.program.environment(**self.variables))
        end = time.monotonic() + START_SECONDS
        while not self.listens():
            if self.child.poll() is not None or time.monotonic() > end:
                raise AssertionError("the recorder does not start: " +
                                     self.text())
            time.sleep(0.005)
        return self

    def listens(self):
        try:
            self.client().socket.close()
            return True
        except OSError:
            return False

    def client(self, **more):
        return Client(self.program.store, **more)

    def signal(self, number):
        self.child.send_signal(number)

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self):
        """Ends it as a service manager does; its status and the seconds."""
        begin = time.monotonic()
        self.child.terminate()
        status = self.child.wait(END_SECONDS)
        return status, time.monotonic() - begin

    def text(self):
        """All that it logged."""
        self.log.seek(0)
        return self.log.read().decode()

    def wait_for(self, text):
        """Until it has logged the text."""
        end = time.monotonic() + START_SECONDS
        while text not in self.text():
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} is not in {self.text()!r}")
            time.sleep(0.01)

    def total(self, name):
        """A number of the line that it logs at its end."""
        line = [line for line in self.text().splitlines()
                if "the recorder stops" in line][-1]
        return int(line.split(f" {name}=")[1].split()[0])


def queues_of(program, org="acme"):
    """The ids of the queues that were told of."""
    return [event["queue"]["id"]
            for event in program.events("--events", "queues", org=org)]


__all__ = ["Program", "Recorder", "Client", "add_key", "queues_of",
           "with_org"]
