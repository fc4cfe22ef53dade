"""doors.py - every way in which a request reaches the responder."""
import os

import client
import fastcgi
import responders
from door import Door, cgi_params, has_framing
from web_servers import (
    ApacheFcgidDoor, ApacheProxyDoor, LighttpdDoor, LighttpdSpawnedDoor,
    NginxDoor)


class CgiDoor(Door):
    name = "cgi"

    def ask(self, method, target, headers, body=b""):
        return self.run([self.fixture.responder],
                        cgi_params(method, target, headers, body), body)


class RequestDoor(Door):
    """`apitrail request`, which shows what a client would see."""
    name = "request"

    def can_ask(self, headers):
        """The key comes from a file, so there is at most one of them."""
        keys = [value for name, value in headers
                if name.upper().replace("_", "-") == "X-API-KEY"]
        return len(keys) <= 1 and "" not in keys and not any(
            "_" in name for name, _ in headers) and not has_framing(headers)

    def ask(self, method, target, headers, body=b""):
        command = [self.fixture.path("apitrail"), "request", method, target,
                   "--header", "Host: 127.0.0.1"]
        for name, value in headers:
            if name == "X-API-KEY":
                command += ["--key-file", self.write("key", value.encode())]
            else:
                command += ["--header", f"{name}: {value}".encode("latin-1")]
        if body:
            command += ["--data", self.write("body", body)]
        try:
            return self.run(command, {}, b"")
        finally:
            # A key is not to lie about.
            self.write("key", b"")

    def write(self, name, content):
        path = os.path.join(self.fixture.run, "request-" + name)
        with open(path, "wb") as file:
            file.write(content)
        return path


class FastcgiDoor(Door):
    """The responder's socket, without a web server that mends anything."""
    name = "fastcgi"

    def __enter__(self):
        self.responder = responders.Responder(
            self.fixture, "listen", **self.settings)
        return self

    def __exit__(self, *_):
        self.responder.stop()

    def ask(self, method, target, headers, body=b""):
        connection = fastcgi.Connection(self.responder.path)
        try:
            connection.send(cgi_params(method, target, headers, body), body)
            return client.read_response(connection.receive())
        finally:
            connection.close()


class CgiFcgiDoor(Door):
    """libfcgi's own bridge, from CGI to a responder on descriptor 0."""
    name = "cgi-fcgi"
    programs = ("cgi-fcgi",)

    def can_ask(self, headers):
        """It passes no body on of which it does not know the length."""
        return not client.is_chunked(headers)

    def __enter__(self):
        self.responder = responders.Responder(
            self.fixture, "descriptor 0", **self.settings)
        return self

    def __exit__(self, *_):
        self.responder.stop()

    def ask(self, method, target, headers, body=b""):
        return self.run(
            ["cgi-fcgi", "-bind", "-connect", self.responder.path],
            cgi_params(method, target, headers, body), body)


DOORS = {door.name: door for door in (
    CgiDoor, RequestDoor, FastcgiDoor, CgiFcgiDoor, NginxDoor, LighttpdDoor,
    LighttpdSpawnedDoor, ApacheFcgidDoor, ApacheProxyDoor)}
