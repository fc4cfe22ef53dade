"""nats.py - nats-servers of our own on loopback, and a client in few lines."""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

START_SECONDS = 20
CLUSTER_SECONDS = 60
ANSWER_SECONDS = 5
MAX_PAYLOAD = 8 * 1024 * 1024
STREAM = "APITRAIL"
BUCKET = "KV_apitrail"
LOOPBACK = "127.0.0.1"
os.environ["PATH"] += ":/usr/sbin:/sbin"


def is_there():
    return shutil.which("nats-server") is not None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Client:
    """A plain connection: whatever the protocol allows."""

    def __init__(self, port, host=LOOPBACK, **options):
        self.socket = socket.create_connection((host, port), ANSWER_SECONDS)
        self.file = self.socket.makefile("rb")
        self.hello = json.loads(self.file.readline()[len("INFO "):])
        self.count = 0
        self.send({"verbose": False, "pedantic": False, "headers": True,
                   "no_responders": True, **options})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def send(self, options):
        self.socket.sendall(b"CONNECT " + json.dumps(options).encode()
                            + b"\r\nPING\r\n")
        while True:
            line = self.file.readline()
            if line.startswith(b"PONG"):
                return
            if not line or line.startswith(b"-ERR"):
                raise OSError(f"nats-server: {line!r}")

    def publish(self, subject, payload=b"", reply=""):
        self.socket.sendall(
            f"PUB {subject} {reply} {len(payload)}\r\n".encode()
            + payload + b"\r\n")

    def flush(self):
        """Once this returns, the server has all that was sent."""
        self.socket.sendall(b"PING\r\n")
        while not self.file.readline().startswith(b"PONG"):
            pass

    def subscribe(self, subject):
        self.count += 1
        self.socket.sendall(f"SUB {subject} {self.count}\r\n".encode())

    def next(self, seconds=ANSWER_SECONDS):
        """Subject and payload of the next message; None: none came."""
        self.socket.settimeout(seconds)
        while True:
            try:
                words = self.file.readline().split()
            except TimeoutError:
                # A file that has timed out reads no more.
                self.file = self.socket.makefile("rb")
                return None
            if not words:
                return None
            if words[0] == b"PING":
                self.socket.sendall(b"PONG\r\n")
            if words[0] in (b"MSG", b"HMSG"):
                size = int(words[-1])
                head = int(words[-2]) if words[0] == b"HMSG" else 0
                payload = self.file.read(size + 2)[:-2]
                return words[1].decode(), payload[head:]

    def request(self, subject, payload=b"", seconds=ANSWER_SECONDS):
        """The answer's JSON."""
        inbox = f"_INBOX.{os.getpid()}.{time.monotonic_ns()}"
        self.subscribe(inbox)
        self.publish(subject, payload, inbox)
        answer = self.next(seconds)
        if answer is None or not answer[1]:
            raise OSError(f"{subject}: no answer")
        return json.loads(answer[1])

    def jetstream(self, what, of="", **options):
        subject = f"$JS.API.{what}" + (f".{of}" if of else "")
        answer = self.request(subject, json.dumps(options).encode()
                              if options else b"")
        if "error" in answer:
            raise OSError(f"{what} {of}: {answer['error']}")
        return answer

    def last(self, stream=STREAM):
        return self.jetstream("STREAM.INFO", stream)["state"]["last_seq"]


class Server:
    """One nats-server, until it is stopped or killed."""

    def __init__(self, name="n1", routes=(), more="", jetstream=True,
                 max_payload=MAX_PAYLOAD, host=LOOPBACK):
        self.folder = tempfile.mkdtemp(prefix="apitrail-nats-")
        self.name = name
        self.host = host
        self.port = free_port()
        self.route_port = free_port()
        self.process = None
        self.routes = routes
        self.conf = os.path.join(self.folder, "nats.conf")
        self.text = (
            f"server_name: {name}\nlisten: {host}:{self.port}\n"
            f"max_payload: {max_payload}\n"
            f"pid_file: \"{self.folder}/pid\"\n"
            f"log_file: \"{self.folder}/log\"\n{more}\n")
        if jetstream:
            self.text += f"jetstream {{ store_dir: \"{self.folder}/js\" }}\n"

    @property
    def url(self):
        return f"nats://{self.host}:{self.port}"

    def start(self, wait=True):
        routes = ", ".join(f"nats://{other.host}:{other.route_port}"
                           for other in self.routes if other is not self)
        with open(self.conf, "w", encoding="ascii") as file:
            file.write(self.text)
            if routes:
                file.write(f"cluster {{ name: tests, listen: \"{self.host}:"
                           f"{self.route_port}\", routes: [{routes}] }}\n")
        self.process = subprocess.Popen(
            ["nats-server", "-c", self.conf], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if wait:
            self.wait()
        return self

    def wait(self):
        wait_for(self.listens, f"{self.name} listens")

    def listens(self):
        if self.process.poll() is not None:
            raise OSError(f"nats-server ended: {self.log()[-1000:]}")
        with socket.socket() as probe:
            return probe.connect_ex((self.host, self.port)) == 0

    def log(self):
        try:
            with open(os.path.join(self.folder, "log"),
                      encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def kill(self):
        self.process.kill()
        self.process.wait()

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def client(self, **options):
        return Client(self.port, self.host, **options)

    def close(self):
        if self.is_running():
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Servers:
    """One nats-server, or a cluster of three; used by `with`."""

    def __init__(self, count=1, made=None, **options):
        self.all = made or [Server(f"n{i + 1}", **options)
                            for i in range(count)]
        self.replicas = len(self.all)
        for server in self.all:
            server.routes = self.all if self.replicas > 1 else ()

    def __enter__(self):
        try:
            for server in self.all:
                server.start(wait=False)
            for server in self.all:
                server.wait()
            wait_for(self.can_replicate, "JetStream is there",
                     CLUSTER_SECONDS)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for server in self.all:
            server.close()

    @property
    def url(self):
        return ",".join(server.url for server in self.all)

    def client(self):
        """A connection to one that runs."""
        for server in self.all:
            if server.is_running():
                return server.client()
        raise OSError("no server runs")

    def can_replicate(self):
        """A leader alone may not have heard of all others yet."""
        try:
            with self.client() as client:
                client.jetstream("STREAM.CREATE", "probe", name="probe",
                                 subjects=["probe"], storage="memory",
                                 num_replicas=self.replicas)
                client.jetstream("STREAM.DELETE", "probe")
            return True
        except (OSError, ValueError):
            return False

    def leader(self):
        """The server that leads the stream."""
        with self.client() as client:
            state = client.jetstream("STREAM.INFO", STREAM)
        name = state.get("cluster", {}).get("leader")
        return next((server for server in self.all if server.name == name),
                    self.all[0])


def wait_for(is_so, what, seconds=START_SECONDS):
    """Waits until it is so, and returns after how many seconds."""
    begin = time.monotonic()
    while not is_so():
        if time.monotonic() > begin + seconds:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - begin
