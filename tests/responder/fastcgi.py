"""fastcgi.py - a web server's side of FastCGI, and a responder to talk to."""
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT = 1, 2, 3, 4, 5, 6
DATA, GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE = 8, 9, 10, 11
RESPONDER, AUTHORIZER = 1, 2
KEEP = 1
COMPLETE, CANT_MULTIPLEX, OVERLOADED, UNKNOWN_ROLE = 0, 1, 2, 3

STUB = os.path.join(os.environ.get("top_builddir", "."), "responder_stub")
# A shell has ignored it for what it starts in the background, and programs
# would take that over.
signal.signal(signal.SIGINT, signal.default_int_handler)
PATIENCE = 20  # seconds; generous, for machines that are busy


def record(kind, number, content=b"", padding=0, version=1):
    return struct.pack(">BBHHBB", version, kind, number, len(content),
                       padding, 0) + content + b"\0" * padding


def begin(number=1, flags=KEEP, role=RESPONDER):
    return record(BEGIN, number, struct.pack(">HB5x", role, flags))


def length(value, wide=False):
    if value < 128 and not wide:
        return bytes([value])
    return struct.pack(">I", value | 0x80000000)


def pairs(*params, wide=False):
    text = b""
    for name, value in params:
        name, value = name.encode(), os.fsencode(value)
        text += length(len(name), wide) + length(len(value), wide)
        text += name + value
    return text


def get(path="/250", number=1, flags=KEEP, body=b"", more=(), cut=65535,
        padding=0, method="GET"):
    """All records of a request, its params cut into records of that size."""
    text = pairs(("REQUEST_METHOD", method), ("SCRIPT_NAME", path), *more)
    out = begin(number, flags)
    for i in range(0, len(text), cut):
        out += record(PARAMS, number, text[i:i + cut], padding)
    out += record(PARAMS, number, b"", padding)
    for i in range(0, len(body), 65535):
        out += record(STDIN, number, body[i:i + 65535], padding)
    return out + record(STDIN, number, b"", padding)


def post(path, body=b"", length=None, **named):
    """The same of a POST; its length is told unless it is given as ""."""
    if length is None:
        length = str(len(body))
    more = [("CONTENT_LENGTH", length)] if length != "absent" else []
    return get(path, body=body, more=more, method="POST", **named)


def pattern(count):
    text = bytes(ord("a") + i % 23 for i in range(23))
    return (text * (count // 23 + 1))[:count]


class Answer:
    """What came for one request; status is None when it was cut off."""

    def __init__(self):
        self.stdout, self.status, self.number = b"", None, None

    @property
    def code(self):
        return int(self.stdout.split(b" ", 2)[1]) if self.stdout else 0

    @property
    def body(self):
        return self.stdout.partition(b"\r\n\r\n")[2]


class Peer:
    def __init__(self, path, timeout=PATIENCE):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def take(self, count):
        while len(self.received) < count:
            part = self.socket.recv(1 << 18)
            if not part:
                return None
            self.received += part
        out, self.received = self.received[:count], self.received[count:]
        return out

    def record(self):
        """The next record's type, id and content; None at the end."""
        header = self.take(8)
        if header is None:
            return None
        version, kind, number, size, padding, _ = struct.unpack(
            ">BBHHBB", header)
        assert version == 1, header
        content = self.take(size + padding)
        return None if content is None else (kind, number, content[:size])

    def answer(self):
        answer = Answer()
        while (found := self.record()) is not None:
            kind, answer.number, content = found
            if kind == STDOUT:
                answer.stdout += content
            elif kind == END:
                answer.status = content[4]
                break
            else:
                raise AssertionError(f"unexpected record {found}")
        return answer

    def ask(self, *args, **named):
        return self.send(get(*args, **named)).answer()

    def is_closed(self):
        """Waits until the responder has closed its end."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


class Responder:
    """A responder on a socket in a fresh directory."""

    def __init__(self, program=STUB, listen=True, timeout="30s", threads=2,
                 **more):
        self.directory = tempfile.mkdtemp(prefix="apitrail-test-")
        self.path = os.path.join(self.directory, "socket")
        self.log = open(os.path.join(self.directory, "log"), "w+b")
        environment = dict(os.environ, APITRAIL_CONF="/dev/null",
                           APITRAIL_STORE=self.directory,
                           APITRAIL_TIMEOUT=timeout,
                           APITRAIL_THREADS=str(threads))
        arguments = {}
        for name, value in more.items():
            if name in ("stdin", "preexec_fn", "pass_fds"):
                arguments[name] = value
            else:
                environment[f"APITRAIL_{name.upper()}"] = str(value)
        command = [program]
        if listen:
            command += ["--listen", self.path]
        self.process = subprocess.Popen(command, env=environment,
                                        stderr=self.log, **arguments)
        self.wait_for("is ready")

    def wait_for(self, text):
        end = time.monotonic() + PATIENCE
        while text not in self.said() and time.monotonic() < end:
            assert self.process.poll() is None, self.said()
            time.sleep(0.01)

    def said(self):
        self.log.seek(0)
        return self.log.read().decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.directory)

    def peer(self, **named):
        return Peer(self.path, **named)

    def stop(self, number=signal.SIGTERM):
        """Seconds that it took to end, and its exit status."""
        begun = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        return time.monotonic() - begun, status

    def is_well(self):
        with self.peer() as peer:
            answer = peer.ask("/250")
        return answer.body == pattern(250) and self.process.poll() is None


def cpu_seconds(responder):
    with open(f"/proc/{responder.process.pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def publish(responder, text=b"e"):
    """News, as a commit makes it."""
    with open(responder.directory + "/events", "ab") as file:
        file.write(text)
    wake(responder)


def wake(responder):
    path = responder.directory + "/wake"
    with open(path, "ab"):
        pass
    os.utime(path)


TESTS = []


def test(function):
    """A test's name is its sentence."""
    TESTS.append(function)
    return function


def run():
    """Runs them all and prints TAP."""
    failed = 0
    print(f"1..{len(TESTS)}")
    for i, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        try:
            function()
            print(f"ok {i} - {name}")
        except Exception as error:  # a test's failure, whatever it is
            failed += 1
            print(f"not ok {i} - {name}")
            place = error.__traceback__
            while place.tb_next:
                place = place.tb_next
            print(f"# {type(error).__name__} in line {place.tb_lineno}: "
                  f"{str(error)[:400]}".replace("\n", "\n# "))
        sys.stdout.flush()
    sys.exit(1 if failed else 0)
