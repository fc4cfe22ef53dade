#!/usr/bin/env python3
"""clients.py - slow and greedy clients, and one that behaves beside them.

They stall in the middle of a request, drip it byte by byte, close half of a
connection, never read, or send 64 KiB of header: through each web server, and
on the responder's socket.  The others are answered, memory stays within a
bound, and SIGTERM ends the responder.

Usage: clients.py     ABUSERS=1000 PROBES=1000 REQUESTS=10000 in the
                      environment; with TIMED=1 it also holds them to times,
                      and PLACES="socket nginx" or KINDS="stalled long" are
                      only these, KINDS=greedy those who read one export
                      after the other; with CONTROL=1 all of them ask for
                      files of the same sizes, which web servers send
"""
import sys

sys.dont_write_bytecode = True

import torture

import contextlib
import multiprocessing
import os
import selectors
import socket
import time

import client
import doors
import fastcgi
import fixture
import responders
import walk

ABUSERS = torture.size("ABUSERS", 50)
PROBES = torture.size("PROBES", 40)
REQUESTS = torture.size("REQUESTS", 300)
ROUNDS = torture.size("ROUNDS", 1)
PLACES = os.environ.get("PLACES", "").split()
KINDS = os.environ.get(
    "KINDS", "stalled dripping half-closed never-reading long").split()
EXPORTING = ("never-reading", "greedy")
IS_TIMED = torture.size("TIMED", 0) == 1
IS_CONTROL = torture.size("CONTROL", 0) == 1
EVENTS = 20_000
TARGET = "/viewer/page.css" if IS_CONTROL else "/v1/events?limit=10"
EXPORT = "/viewer/export.css" if IS_CONTROL else "/v1/events"
RATIO_MAX = 2
END_SECONDS_MAX = 1.0
# Whatever comes in: of one process, and with so many connections.
MEMORY_BYTES_MAX = 64 << 20
SANITIZED_BYTES_MAX = 1 << 30
HEADER_BYTES = 64 * 1024
DRIP_SECONDS = 0.2
# Asking on and on would ask most when answers are quick.
PACE_SECONDS = 0.005
SETTLE_SECONDS = torture.size("SETTLE_MS", 500) / 1000
ACCEPTED = "Accept: application/x-ndjson\r\n"
PIECE_BYTES = 1 << 16


class Web:
    """Where a web server is asked."""

    def __init__(self, door):
        self.door = door

    def connect(self):
        connection = socket.create_connection(
            ("127.0.0.1", self.door.port), client.TIMEOUT_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def request(self, target, more=""):
        return (f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-KEY: "
                f"{STORE.keys['acme']}\r\n{more}\r\n").encode()

    def long_request(self):
        return self.request(TARGET, f"X-Long: {'x' * HEADER_BYTES}\r\n")

    def export(self):
        return self.request(EXPORT, ACCEPTED + "Connection: close\r\n")

    def asker(self):
        return WebAsker(self.door.port)

    def process(self):
        return self.door.responder and self.door.responder.process


class WebAsker:
    """Asks on one connection, as long as the server keeps it."""

    def __init__(self, port):
        self.port = port
        self.connection = None
        self.connections = 0

    def ask(self):
        for _ in range(2):
            is_fresh = self.connection is None
            if is_fresh:
                self.connection = client.Connection(self.port)
                self.connections += 1
            try:
                self.connection.send("GET", TARGET, [
                    ("X-API-KEY", STORE.keys["acme"])], keep=True)
                response = self.connection.receive()
                if (response.field("Connection") or "").lower() == "close":
                    self.close()
                return response.status
            except (OSError, client.http.client.HTTPException) as error:
                self.close()
                if is_fresh:
                    return repr(error)
        return "the connection ended twice"

    def close(self):
        if self.connection is not None:
            self.connection.socket.close()
        self.connection = None


class Socket:
    """Where a responder is asked without a web server."""

    def __init__(self, responder):
        self.responder = responder

    def connect(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(client.TIMEOUT_SECONDS)
        connection.connect(self.responder.path)
        return connection

    def request(self, target, **more):
        return fastcgi.request_bytes({**fastcgi.get_params(
            target, STORE.keys["acme"]), **more})

    def long_request(self):
        return self.request(TARGET, HTTP_X_LONG="x" * HEADER_BYTES)

    def export(self):
        return fastcgi.request_bytes({**fastcgi.get_params(
            EXPORT, STORE.keys["acme"]), "HTTP_ACCEPT": "application/x-ndjson"
        }, keep=False)

    def asker(self):
        return SocketAsker(self.responder.path)

    def process(self):
        return self.responder.process


class SocketAsker:
    """The same, with the one connection that there has to be."""

    def __init__(self, path):
        self.connection = fastcgi.Connection(path)
        self.connections = 1
        self.params = fastcgi.get_params(TARGET, STORE.keys["acme"])

    def ask(self):
        try:
            self.connection.send(self.params)
            answer = self.connection.receive()
        except OSError as error:
            return repr(error)
        if answer is None:
            return "the connection ended"
        return client.read_response(answer).status

    def close(self):
        self.connection.close()


class Abuser:
    """One bad connection, begun anew whenever the other side ends it."""

    def __init__(self, number, place, selector):
        self.kind = KINDS[number % len(KINDS)]
        self.place = place
        self.selector = selector
        self.socket = None
        self.begin()

    def begin(self):
        self.sent = 0
        self.text = (self.place.long_request() if self.kind == "long" else
                     self.place.export() if self.kind in EXPORTING else
                     self.place.request(TARGET))
        try:
            self.socket = self.place.connect()
        except OSError:
            return
        if self.kind == "never-reading":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.setblocking(False)
        if self.kind == "stalled":
            self.send(len(self.text) // 2)
        elif self.kind != "dripping":
            self.send(len(self.text))
        if self.kind == "half-closed":
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
        if self.kind != "never-reading":
            self.selector.register(self.socket, selectors.EVENT_READ, self)

    def send(self, count):
        with contextlib.suppress(OSError):
            self.sent += self.socket.send(
                self.text[self.sent:self.sent + count])

    def drip(self):
        if self.socket is None:
            self.begin()
        elif self.kind == "dripping":
            self.send(1)
        elif self.kind == "long" and self.sent < len(self.text):
            self.send(len(self.text))

    def read(self):
        """Takes the answer, and begins anew at its end."""
        try:
            if self.socket.recv(PIECE_BYTES) and self.kind != "long":
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.selector.unregister(self.socket)
        self.socket.close()
        # With the next drip, or it would be all that there is to do.
        self.socket = None


def abuse(place, count, is_there):
    """What a process of its own does until it is ended."""
    selector = selectors.DefaultSelector()
    abusers = [Abuser(number, place, selector) for number in range(count)]
    is_there.set()
    due = time.monotonic()
    while True:
        for key, _ in selector.select(DRIP_SECONDS):
            key.data.read()
        if time.monotonic() >= due:
            due = time.monotonic() + DRIP_SECONDS
            for abuser in abusers:
                abuser.drip()


@contextlib.contextmanager
def abusers_of(place):
    is_there = multiprocessing.Event()
    process = multiprocessing.Process(
        target=abuse, args=(place, ABUSERS, is_there))
    process.start()
    try:
        is_there.wait(responders.START_SECONDS)
        time.sleep(SETTLE_SECONDS)
        yield
    finally:
        process.kill()
        process.join()


def probe(place, count, pace=0):
    """Milliseconds of each request, and what was not 200.  One is sent each
    pace, in seconds, unless the one before is not answered yet."""
    asker = place.asker()
    times, faults = [], []
    for _ in range(count):
        begin = time.monotonic()
        status = asker.ask()
        end = time.monotonic()
        times.append((end - begin) * 1000)
        if status != 200:
            faults.append(f"a client that behaves is answered {status}")
            break
        time.sleep(max(0, begin + pace - end))
    asker.close()
    return times, faults, asker.connections


def end_seconds(process):
    begin = time.monotonic()
    process.terminate()
    try:
        process.wait(responders.STOP_SECONDS)
    except responders.subprocess.TimeoutExpired:
        pass
    return time.monotonic() - begin


def attempt(results, name, place):
    quiet, noisy, faults = [], [], []
    probe(place, PROBES // 4)
    for _ in range(ROUNDS):
        times, wrong, _ = probe(place, PROBES, PACE_SECONDS)
        quiet += times
        faults += wrong
        with abusers_of(place):
            times, wrong, _ = probe(place, PROBES, PACE_SECONDS)
            noisy += times
            faults += wrong
            memory = torture.memory_bytes(STORE.responder)
    times, wrong, connections = probe(place, REQUESTS)
    results.result(f"{name}: {ABUSERS} slow and greedy clients keep nobody "
                   f"from an answer", faults)
    results.result(f"{name}: {REQUESTS} requests on {connections} kept "
                   "connections", wrong)
    p99 = [torture.quantile(each, 0.99) for each in (quiet, noisy)]
    bound = (SANITIZED_BYTES_MAX if torture.is_sanitized(STORE.responder)
             else MEMORY_BYTES_MAX)
    results.expect(f"{name}: memory stays within its bound", memory <= bound,
                   f"{memory:,} bytes")
    figures = (f"{name} p99 {p99[0]:.1f} → {p99[1]:.1f} ms, "
               f"{memory / 1e6:.0f} MB")
    if IS_TIMED:
        results.expect(f"{name}: p99 is within {RATIO_MAX} of quiet",
                       p99[1] <= RATIO_MAX * p99[0], figures)
    if place.process() is not None:
        with abusers_of(place):
            seconds = end_seconds(place.process())
        figures += f", ended in {seconds:.2f} s"
        results.expect(f"{name}: SIGTERM ends it with all of them there",
                       seconds <= (END_SECONDS_MAX if IS_TIMED else
                                   responders.STOP_SECONDS), figures)
    FIGURES.append(figures)


APACHE_ROOM = """
ServerLimit 64
ThreadsPerChild 64
MaxRequestWorkers 4096
"""


class NginxDoor(doors.NginxDoor):
    connections = 8000


class ApacheFcgidDoor(doors.ApacheFcgidDoor):
    def more(self):
        return super().more() + APACHE_ROOM


class ApacheProxyDoor(doors.ApacheProxyDoor):
    def more(self):
        return super().more() + APACHE_ROOM


def on_the_socket(results):
    if IS_CONTROL or (PLACES and "socket" not in PLACES):
        return
    with responders.Responder(STORE) as responder:
        attempt(results, "socket", Socket(responder))


def write_files():
    """What the responder would send, where web servers find it."""
    for target, arguments in ((TARGET, ["--limit", "10"]),
                              (EXPORT, ["--ndjson"])):
        with open(STORE.path("www", os.path.basename(target)), "w",
                  encoding="utf-8") as file:
            file.write(STORE.cli("events", "--org", "acme", *arguments))


def through_web_servers(results):
    if IS_CONTROL:
        write_files()
    for door_type in (NginxDoor, doors.LighttpdDoor, ApacheFcgidDoor,
                      ApacheProxyDoor):
        if PLACES and door_type.name not in PLACES:
            continue
        if door_type.missing():
            results.skip(door_type.name,
                         f"{door_type.missing()} is not installed")
            continue
        with door_type(STORE) as door:
            attempt(results, door.name, Web(door))


def row():
    return [f"slow and greedy clients{', control' if IS_CONTROL else ''}",
            f"{ABUSERS:,} connections: {', '.join(KINDS)} (headers of "
            f"{HEADER_BYTES // 1024} KiB); {REQUESTS:,} requests on one", "; ".join(FIGURES)]


FIGURES = []
with fixture.Fixture() as STORE:
    STORE.add_organization("acme")
    STORE.add_key("acme", "acme")
    STORE.cli("append", "--org", "acme", data="".join(
        walk.queue_event("x" * 100) for _ in range(EVENTS)).encode())
    torture.run([on_the_socket, through_web_servers], row, "torture-clients")
