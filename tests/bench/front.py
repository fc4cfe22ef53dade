"""front.py - one nginx in front of everybody who is compared.

Each has a port of its own, and the server of contrib/nginx behind it.  So all
are asked for the same target, and nginx does the same for each.
"""
import contextlib
import os
import re
import socket

import meters
import web_servers
from fixture import TOP

SNIPPET = "nginx/apitrail.conf"


class Static:
    """A file that is sent for every page."""

    def __init__(self, folder):
        self.folder = folder

    def server(self, name, port):
        return f"""
server {{
	listen 127.0.0.1:{port};
	server_name 127.0.0.1;
	access_log off;
	location / {{
		root {self.folder}/{name};
		default_type application/json;
	}}
}}
"""

    def write(self, name, body):
        """What is sent for /v1/events."""
        folder = os.path.join(self.folder, name, "v1")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "events"), "wb") as file:
            file.write(body)


class Responder:
    """Whoever speaks FastCGI at a socket."""

    def __init__(self, path, is_kept=True):
        self.path = path
        self.is_kept = is_kept

    def server(self, name, port):
        with open(os.path.join(TOP, "contrib", SNIPPET),
                  encoding="utf-8") as file:
            text = file.read()
        for old, new in (
                ("/run/apitrail/responder.sock", self.path),
                ("upstream apitrail", "upstream " + name),
                ("fastcgi_pass apitrail", "fastcgi_pass " + name),
                ("server_name api.example.org;",
                 "server_name 127.0.0.1; access_log off;"),
                ("listen 80;", f"listen 127.0.0.1:{port};")):
            if old not in text:
                raise RuntimeError(f"contrib/{SNIPPET} has no \"{old}\"")
            text = text.replace(old, new)
        if not self.is_kept:
            text = re.sub(r"(?m)^\s*(keepalive \d+|fastcgi_keep_conn on);$",
                          "", text)
        return text


class Front(web_servers.NginxDoor):
    """nginx with a server for each name."""
    name = "front"
    way = None
    connections = 4096

    def __init__(self, fixture, servers):
        super().__init__(fixture)
        self.servers = servers
        self.ports = {}

    def start_on(self, port):
        self.ports = dict(zip(self.servers, free_ports(len(self.servers))))
        super().start_on(next(iter(self.ports.values())))

    def adapted_snippet(self):
        return self.write("servers.conf", "".join(
            server.server(name, self.ports[name])
            for name, server in self.servers.items()))

    def url(self, name, target):
        return f"http://127.0.0.1:{self.ports[name]}{target}"

    def pids(self):
        """Its master and its workers."""
        return [self.process.pid, *meters.children(self.process.pid)]

    def log_end(self):
        """The last that nginx said."""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()[-1000:]


def free_ports(count):
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
