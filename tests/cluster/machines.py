"""machines.py - machines of a cluster: each a store, recorder, responder."""
import json
import os
import sys

TOP = os.environ.get("top_srcdir") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(TOP, "tests", "servers"))

# pylint: disable=wrong-import-position
import client as http  # noqa: E402
import fastcgi  # noqa: E402
from fixture import Fixture  # noqa: E402
from recorders import Recorder  # noqa: E402
import responders  # noqa: E402
import nats  # noqa: E402

AGREE_SECONDS = 30
JOINED = "the recorder takes events in"
EVENT = {"type": "queue_added", "queue": {"id": "q1", "name": "orders"}}


class Machine(Fixture):
    """A machine of its own folder; the pepper comes from the first one."""

    def __init__(self, url, first=None, replicas=1, **settings):
        self.first = first
        self.recorder = None
        self.front = None
        super().__init__(APITRAIL_NATS_URL=url,
                         APITRAIL_NATS_REPLICAS=replicas, **settings)

    def make_store(self):
        """The clear keys are shared, as every machine takes them."""
        self.cli("init")
        if self.first is not None:
            self.keys = self.first.keys
            self.take_pepper(self.first)

    def take_pepper(self, other):
        with open(os.path.join(other.store, "pepper"), "rb") as file:
            pepper = file.read()
        with open(os.path.join(self.store, "pepper"), "r+b") as file:
            file.write(pepper)

    def start(self, **settings):
        self.record(**settings)
        self.front = responders.Responder(self)
        return self

    def record(self, **settings):
        """It listens for longer than it is in the cluster: waits for that."""
        recorder = self.recorder = Recorder(self, **settings)
        responders.wait_until(lambda: JOINED in recorder.log(),
                              recorder.process, recorder.log_path)

    def close(self):
        for part in (self.front, self.recorder):
            if part is not None:
                part.stop()
        super().__exit__()

    def ask(self, target="/v1/events", key="acme", body=None, **fields):
        """A GET, or with a body a POST; fields are params."""
        key = self.keys.get(key, key)
        connection = fastcgi.Connection(self.front.path)
        try:
            if body is None:
                connection.send({**fastcgi.get_params(target, key),
                                 **fields})
            else:
                body = (body if isinstance(body, bytes)
                        else json.dumps(body).encode())
                connection.send(
                    fastcgi.post_params(target, key, CONTENT_LENGTH=str(
                        len(body)), **fields), body)
            answer = connection.receive()
        finally:
            connection.close()
        if answer is None:
            raise OSError("the answer was cut off")
        return http.read_response(answer)

    def post(self, body, idempotency_key=None, key="acme"):
        more = ({"HTTP_IDEMPOTENCY_KEY": idempotency_key}
                if idempotency_key else {})
        return self.ask(key=key, body=body, **more)

    def window(self, key="acme"):
        """The whole window, as bytes."""
        return self.ask(key=key, HTTP_ACCEPT="application/x-ndjson").body

    def recorded(self, key="acme"):
        return [json.loads(line) for line in self.window(key).splitlines()]

    def stat(self):
        return json.loads(self.cli("stat", "--json"))

    def position(self):
        return self.stat()["cluster_position"]

    def readiness(self):
        return self.ask("/readyz", key="")

    def metric(self, name):
        text = self.ask("/metrics", key="").body.decode()
        lines = [line for line in text.splitlines()
                 if line.startswith(name + " ")]
        return float(lines[0].split()[1]) if lines else None


class Machines:
    """Several machines on the servers; the first has organization and key
    acme.  Used by `with`."""

    def __init__(self, servers, count=3, **settings):
        self.servers = servers
        self.settings = settings
        self.all = []
        try:
            for _ in range(count):
                self.add().start()
            self.all[0].cli("org", "add", "acme")
            self.add_key("acme")
            self.agree()
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for machine in self.all:
            machine.close()

    def __getitem__(self, index):
        return self.all[index]

    def __iter__(self):
        return iter(self.all)

    def add(self):
        machine = Machine(self.servers.url, self.all[0] if self.all else None,
                          self.servers.replicas, **self.settings)
        self.all.append(machine)
        return machine

    def add_key(self, label, organization="acme", at=0):
        """Returns its id; it may read and write."""
        made = json.loads(self.all[at].cli(
            "key", "add", "--org", organization, "--name", label,
            "--scope", "events:write", "--json"))
        self.all[0].keys[label] = made["key"]
        return made["id"]

    def at_end(self):
        try:
            with self.servers.client() as client:
                last, revision = client.last(), client.last(nats.BUCKET)
        except (OSError, ValueError):
            # There is no leader yet.
            return False
        return all(stat["cluster_position"] == last
                   and stat["cluster_revision"] == revision
                   for stat in (machine.stat() for machine in self.all))

    def agree(self, seconds=AGREE_SECONDS):
        """Waits until all are where the log is."""
        return nats.wait_for(self.at_end, "all machines are up with the log",
                             seconds)

    def windows(self, key="acme"):
        """The different windows of all: one, when they are quiet."""
        self.agree()
        return {machine.window(key) for machine in self.all}
