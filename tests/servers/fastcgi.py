"""fastcgi.py - a FastCGI client, for what no web server would send."""
import socket
import struct

BEGIN_REQUEST, ABORT_REQUEST, END_REQUEST = 1, 2, 3
PARAMS, STDIN, STDOUT = 4, 5, 6
RESPONDER, KEEP_CONN = 1, 1
TIMEOUT_SECONDS = 20
CONTENT_BYTES_MAX = 0xfff8


def record(kind, content, request_id=1):
    return struct.pack(">BBHHBx", 1, kind, request_id, len(content),
                       0) + content


def length(number):
    return (bytes([number]) if number < 128
            else struct.pack(">I", number | 1 << 31))


def stream(kind, content):
    """Records of a stream, to its end."""
    pieces = [content[at:at + CONTENT_BYTES_MAX]
              for at in range(0, len(content), CONTENT_BYTES_MAX)]
    return b"".join(record(kind, piece) for piece in (*pieces, b""))


def encoded(text):
    return text if isinstance(text, bytes) else text.encode()


def request_bytes(params, body=b"", keep=True):
    """A whole request."""
    pairs = b"".join(
        length(len(name)) + length(len(value)) + name + value
        for name, value in ((encoded(name), encoded(value))
                            for name, value in params.items()))
    begin = struct.pack(">HB5x", RESPONDER, KEEP_CONN if keep else 0)
    return (record(BEGIN_REQUEST, begin) + stream(PARAMS, pairs)
            + stream(STDIN, body))


def get_params(target, key):
    path, _, query = target.partition("?")
    return {"REQUEST_METHOD": "GET", "SCRIPT_NAME": path,
            "QUERY_STRING": query, "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1", "HTTP_X_API_KEY": key}


def post_params(target, key, **fields):
    """Of a POST of JSON; fields are params, such as HTTP_ACCEPT."""
    return {**get_params(target, key), "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": "application/json", **fields}


class Connection:
    """A kept connection to a responder's unix socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(TIMEOUT_SECONDS)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, params, body=b""):
        self.socket.sendall(request_bytes(params, body))

    def receive(self):
        """The bytes of one whole response, or None when it was cut off."""
        output = []
        while True:
            head = self.file.read(8)
            if len(head) < 8:
                return None
            kind, size, padding = struct.unpack(">xBxxHBx", head)
            content = self.file.read(size)
            self.file.read(padding)
            if kind == END_REQUEST:
                return b"".join(output)
            if kind == STDOUT:
                output.append(content)
