"""export.py - a whole window as NDJSON, and what memory that takes."""
import contextlib
import socket
import threading
import time

import fastcgi
import fixture
import front
import meters
import programs
import report
import responders

READ_BYTES = 1024 * 1024
TARGET = "/v1/events"
ACCEPT = "application/x-ndjson"
LOOK_SECONDS = 0.002
RATE_BOUND, MEMORY_BOUND = 500, 32


class Watch:
    """The most memory that a process has while this goes on."""

    def __init__(self, pid):
        self.pid = pid
        self.most = self.idle = meters.status_bytes(pid)
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()

    def look(self):
        while not self.is_over.wait(LOOK_SECONDS):
            self.most = max(self.most, meters.status_bytes(self.pid))


def read_all(connection):
    """Bytes until the end, and how long they took."""
    room = bytearray(READ_BYTES)
    count = 0
    begin = time.monotonic()
    while True:
        length = connection.recv_into(room)
        if length == 0:
            return count, time.monotonic() - begin
        count += length


def export_by_nginx(nginx, key):
    with socket.create_connection(
            ("127.0.0.1", nginx.ports["export"])) as connection:
        connection.sendall((
            f"GET {TARGET} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"X-API-KEY: {key}\r\nAccept: {ACCEPT}\r\n"
            "Connection: close\r\n\r\n").encode())
        return read_all(connection)


def export_by_socket(path, key):
    """What the responder itself sends, in FastCGI's records."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(fastcgi.request_bytes(
            {**fastcgi.get_params(TARGET, key), "HTTP_ACCEPT": ACCEPT},
            keep=False))
        return read_all(connection)


def megabytes_a_second(events, result):
    count, seconds = result
    least = events * 250
    if count < least:
        raise RuntimeError(f"an export has {count} bytes, not {least}")
    return count / seconds / 1e6


def measure(plan):
    found = {"nginx": [], "socket": [], "memory": []}
    with contextlib.ExitStack() as stack:
        fixed = stack.enter_context(fixture.Fixture())
        fixed.add_organization("bench")
        fixed.add_key("bench", "bench")
        programs.fill(fixed, "bench", plan.export_events)
        responder = stack.enter_context(responders.Responder(fixed))
        nginx = stack.enter_context(front.Front(
            fixed, {"export": front.Responder(responder.path)}))
        key = fixed.keys["bench"]
        for _ in range(plan.few_rounds):
            with Watch(responder.process.pid) as watch:
                result = export_by_nginx(nginx, key)
            found["nginx"].append(
                megabytes_a_second(plan.export_events, result))
            found["memory"].append((watch.most - watch.idle) / 1e6)
            found["socket"].append(megabytes_a_second(
                plan.export_events, export_by_socket(responder.path, key)))
    return found


def bench(_, plan):
    found = measure(plan)
    title = f"NDJSON export of a {plan.export_events:,}-event window"
    return [
        report.Row(f"{title}, MB/s at the responder's socket", [report.Cell(
            found["socket"], True, RATE_BOUND, "{:,.0f}")]),
        report.Row(f"{title}, MB/s through nginx", [report.Cell(
            found["nginx"], True, RATE_BOUND, "{:,.0f}")]),
        report.Row(f"{title}, MB above idle", [report.Cell(
            found["memory"], False, MEMORY_BOUND, "{:.1f}")])]
