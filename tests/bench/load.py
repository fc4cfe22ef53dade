"""load.py - the program that is many clients, and what they ask."""
import json
import os
import subprocess

import doors
import programs
import walk

CONNECTIONS = 8000
PAGE_EVENTS = 100


class Door(doors.NginxDoor):
    """Enough connections for those who wait, on both of its sides."""
    connections = CONNECTIONS


class Load:
    """The program itself; its request lies in a file of the store's fixture,
    as it holds a key."""

    def __init__(self, kind, door, clients, request, *more):
        self.path = door.fixture.path(f"request-{kind}")
        self.write(request)
        self.process = subprocess.Popen(
            [programs.path_of("load"), kind, str(door.port), str(clients),
             self.path, *map(str, more)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def write(self, request):
        with open(self.path, "wb", opener=lambda name, flags: os.open(
                name, flags, 0o600)) as file:
            file.write(request)

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self.process.args)} failed")
        return line.strip()

    def result(self):
        """What it measured."""
        result = json.loads(self.line())
        if result["bad"]:
            raise RuntimeError(f"{result['bad']} answers are no success")
        return result

    def again(self, request=None):
        if request is not None:
            self.write(request)
        self.process.stdin.write("\n")
        self.process.stdin.flush()


def request_bytes(door, method, target, fields=(), body=b""):
    """A request by the key "posts"."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{door.port}",
             f"X-API-KEY: {door.fixture.keys['posts']}", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def post_request(door):
    return request_bytes(door, "POST", "/v1/events",
                         ["Content-Type: application/json"],
                         walk.queue_event("bench").encode())


def page_request(door):
    return request_bytes(door, "GET", f"/v1/events?limit={PAGE_EVENTS}")


def rate(result):
    return result["count"] / result["seconds"]


def run_rate(door, clients, request, seconds):
    with Load("rate", door, clients, request, seconds) as load:
        return load.result()


def add_writer(store):
    """An organization whose key may write, with a window of pages."""
    if "posts" not in store.keys:
        store.add_organization("posts")
        store.add_key("posts", "posts", "--scope", "events:write")
        programs.fill(store, "posts", 10_000, seed=2)
