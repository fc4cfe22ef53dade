#!/usr/bin/env python3
"""bench_news.py - what those who wait cost, and how soon they are told.

Usage: make bench-news [WAITERS=1000]

On a store, a recorder and a responder of its own: events are posted, and the
time from each 201 to the last who waited is taken, while pages are asked for
without a pause.
"""
import json
import multiprocessing
import resource
import select
import statistics

from fastcgi import *

BUILD = os.environ.get("top_builddir", ".")
WAITERS = int(os.environ.get("WAITERS", "1000"))
ROUNDS = 10
FILES = 2 * WAITERS + 200


class Bench:
    """A store with a key, and the programs at it."""

    def __init__(self, folder):
        self.store = os.path.join(folder, "store")
        self.environment = dict(os.environ, APITRAIL_CONF="/dev/null",
                                APITRAIL_STORE=self.store,
                                APITRAIL_CONNECTIONS=str(FILES))
        self.cli("init")
        self.cli("org", "add", "bench")
        key = self.cli("key", "add", "--org", "bench", "--name", "bench",
                       "--scope", "events:write").strip()
        self.params = [("HTTP_X_API_KEY", key), ("SERVER_NAME", "bench"),
                       ("REMOTE_ADDR", "127.0.0.1")]
        self.recorder = subprocess.Popen(
            [os.path.join(BUILD, "apitrail"), "recorder"],
            env=self.environment, stderr=subprocess.DEVNULL)
        self.responder = Responder(
            os.path.join(BUILD, "apitrail.fcgi"), connections=FILES,
            store=self.store)
        self.wait_for_recorder()

    def stop(self):
        self.responder.__exit__()
        self.recorder.terminate()
        self.recorder.wait()

    def cli(self, *words):
        return subprocess.run(
            [os.path.join(BUILD, "apitrail"), *words], check=True,
            env=self.environment, stdout=subprocess.PIPE).stdout.decode()

    def wait_for_recorder(self):
        while not os.path.exists(self.store + "/recorder.sock"):
            assert self.recorder.poll() is None
            time.sleep(0.01)

    def request(self, query="", accept="application/json", **named):
        more = self.params + [("QUERY_STRING", query),
                              ("HTTP_ACCEPT", accept)]
        return get("/v1/events", more=more + named.pop("more", []), **named)

    def post(self, peer):
        body = json.dumps({"type": "queue_added",
                           "queue": {"id": "bench"}}).encode()
        answer = peer.send(self.request(
            body=body, method="POST",
            more=[("CONTENT_TYPE", "application/json"),
                  ("CONTENT_LENGTH", str(len(body)))])).answer()
        assert answer.code == 201, answer.stdout
        return json.loads(answer.body)["event"]

    def wait_request(self, event):
        return self.request(f"wait=60&startAfter={event['stored_at']}"
                            f"&startAfterId={event['id']}")

    def resident(self):
        with open(f"/proc/{self.responder.process.pid}/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    def threads(self):
        return len(os.listdir(f"/proc/{self.responder.process.pid}/task"))


class Pages:
    """One client that asks for pages without a pause, beside this process."""

    def __init__(self, bench):
        self.ours, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(
            target=ask_on, args=(bench, theirs))
        self.process.start()

    def stop(self):
        self.ours.send("stop")
        seconds = self.ours.recv()
        self.process.join()
        return told(seconds)


def ask_on(bench, theirs):
    seconds = []
    with bench.responder.peer() as peer:
        request = bench.request("limit=10")
        while not theirs.poll():
            begun = time.monotonic()
            assert peer.send(request).answer().code == 200
            seconds.append(time.monotonic() - begun)
    theirs.send(seconds)


def told(seconds):
    seconds = sorted(seconds)
    at = [statistics.median(seconds), seconds[len(seconds) * 99 // 100],
          seconds[-1]]
    return "median {:.2f}, p99 {:.2f}, last {:.2f} ms".format(
        *(1000 * second for second in at))


def receive_all(peers, begun):
    """Seconds until each has got something."""
    poll = select.epoll()
    waiting = {peer.socket.fileno(): peer for peer in peers}
    seconds = []
    for number in waiting:
        poll.register(number, select.EPOLLIN)
    while waiting:
        for number, _ in poll.poll():
            peer = waiting.pop(number)
            peer.received += peer.socket.recv(1 << 16)
            seconds.append(time.monotonic() - begun)
            poll.unregister(number)
    return seconds


def bench_waits(bench, peers, poster):
    event = bench.post(poster)
    seconds = []
    for _ in range(ROUNDS):
        for peer in peers:
            peer.send(bench.wait_request(event))
        time.sleep(1)
        event = bench.post(poster)
        seconds += receive_all(peers, time.monotonic())
        for peer in peers:
            assert len(json.loads(peer.answer().body)["events"]) == 1
    return seconds


def bench_streams(bench, peers, poster):
    seconds = []
    for peer in peers:
        peer.send(bench.request(accept="text/event-stream"))
    receive_all(peers, 0)
    for _ in range(ROUNDS):
        time.sleep(0.5)
        bench.post(poster)
        seconds += receive_all(peers, time.monotonic())
    return seconds


def measure(name, run):
    """On programs of its own, so that memory is what this takes."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder)
        try:
            poster = bench.responder.peer()
            pages = Pages(bench)
            time.sleep(1)
            print(f"{name}: pages alone: {pages.stop()}")
            resident = bench.resident()
            peers = [bench.responder.peer() for _ in range(WAITERS)]
            pages = Pages(bench)
            seconds = run(bench, peers, poster)
            print(f"{name}: {WAITERS} were told after the 201: "
                  + told(seconds))
            print(f"{name}: pages meanwhile: {pages.stop()}")
            print(f"{name}: {(bench.resident() - resident) / WAITERS:.0f} "
                  f"bytes each, {bench.threads()} threads")
        finally:
            bench.stop()


hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
measure("waits", bench_waits)
measure("streams", bench_streams)
