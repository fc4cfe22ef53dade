"""client.py - HTTP/1.1 with every byte of a request in the caller's hand."""
import http.client
import io
import socket

TIMEOUT_SECONDS = 20
CHUNK_BYTES_MAX = 100_000


class Response:
    """A response: status, fields in order, and the body as bytes."""

    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields
        self.body = body

    def field(self, name):
        """The values of a field, joined as RFC 9110 says, or None."""
        values = [value for field, value in self.fields
                  if field.lower() == name.lower()]
        return ", ".join(values) if values else None


def is_chunked(headers):
    return ("transfer-encoding", "chunked") in [
        (name.lower(), value) for name, value in headers]


def chunks_of(body):
    """A body in chunks (RFC 9112, 7.1), of which the first are small."""
    chunks, at, size = [], 0, 1
    while at < len(body):
        piece = body[at:at + size]
        chunks.append(b"%x\r\n%s\r\n" % (len(piece), piece))
        at += size
        size = min(size * 3, CHUNK_BYTES_MAX)
    return b"".join(chunks) + b"0\r\n\r\n"


class Connection:
    """One connection to a server on loopback, kept until it is closed."""

    def __init__(self, port, source="127.0.0.1"):
        self.socket = socket.create_connection(
            ("127.0.0.1", port), timeout=TIMEOUT_SECONDS,
            source_address=(source, 0))
        self.port = port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, method, target, headers, body=b"", keep=False):
        lines = [f"{method} {target} HTTP/1.1".encode("latin-1")]
        if not any(name.lower() == "host" for name, _ in headers):
            lines.append(f"Host: 127.0.0.1:{self.port}".encode())
        if not keep:
            lines.append(b"Connection: close")
        for name, value in headers:
            lines.append(f"{name}: {value}".encode("latin-1"))
        if is_chunked(headers):
            body = chunks_of(body)
        elif body or method == "POST":
            lines.append(f"Content-Length: {len(body)}".encode())
        try:
            self.socket.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        except (BrokenPipeError, ConnectionResetError):
            # A server may answer a long request before it has read it all.
            pass

    def receive(self, method="GET"):
        response = http.client.HTTPResponse(self.socket, method=method)
        response.begin()
        body = response.read()
        return Response(response.status, response.getheaders(), body)


class Stream:
    """An answer that goes on: a stream of server-sent events."""

    def __init__(self, port, key, target="/v1/events", last_event_id=None,
                 timeout=TIMEOUT_SECONDS):
        self.connection = Connection(port)
        self.connection.socket.settimeout(timeout)
        headers = [("X-API-KEY", key), ("Accept", "text/event-stream")]
        if last_event_id is not None:
            headers.append(("Last-Event-ID", last_event_id))
        self.connection.send("GET", target, headers)
        self.response = http.client.HTTPResponse(self.connection.socket)
        self.response.begin()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.response.close()
        self.connection.socket.close()

    def next(self):
        """The fields of what comes next; a comment's name is "".  None at
        the stream's end."""
        fields = {}
        while True:
            line = self.response.readline()
            if not line:
                return None
            line = line.decode().rstrip("\n")
            if not line:
                return fields
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")

    def next_event(self):
        """Passes comments over, and places without an event."""
        while True:
            fields = self.next()
            if fields is None or "event" in fields:
                return fields


def ask(port, method, target, headers=(), body=b"", source="127.0.0.1"):
    """One request on a connection of its own, from an address of loopback."""
    with Connection(port, source) as connection:
        connection.send(method, target, list(headers), body)
        return connection.receive(method)


def read_response(output):
    """What a CGI program wrote (RFC 3875, 6), or `apitrail request` did."""
    lines = io.BytesIO(output)
    status = 200
    if output.startswith(b"HTTP/1.1 "):
        status = int(lines.readline().split()[1])
    message = http.client.parse_headers(lines)
    if "Status" in message:
        status = int(message["Status"].split()[0])
    return Response(status, [field for field in message.items()
                             if field[0].lower() != "status"], lines.read())
