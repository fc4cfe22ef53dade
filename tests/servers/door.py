"""door.py - what every way in which a request reaches the responder is."""
import shutil
import subprocess
import urllib.parse

import client
from fixture import as_user

CGI_TIMEOUT_SECONDS = 30


def cgi_params(method, target, headers, body):
    """What a plain CGI web server would put into the environment."""
    path, _, query = target.partition("?")
    params = {
        "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1", "REQUEST_METHOD": method,
        "SCRIPT_NAME": urllib.parse.unquote_to_bytes(path),
        "QUERY_STRING": query.encode("latin-1"),
    }
    if body and not client.is_chunked(headers):
        params["CONTENT_LENGTH"] = str(len(body)).encode()
    for name, value in [("Host", "127.0.0.1"), *headers]:
        if "_" in name:
            continue
        param = "HTTP_" + name.upper().replace("-", "_")
        if name.lower() in ("content-type", "content-length"):
            param = param[len("HTTP_"):]
        if param in params and name.lower() not in ("host",
                                                    "content-length"):
            value = params[param].decode("latin-1") + ", " + value
        params[param] = value.encode("latin-1")
    return params


class Door:
    """Where requests go in and responses come out."""
    name = "?"
    origin = "http://127.0.0.1"
    programs = ()

    @classmethod
    def missing(cls):
        """The first program or file that it needs and that is not there."""
        for program in cls.programs:
            if shutil.which(program) is None:
                return program
        return None

    def __init__(self, fixture, **settings):
        self.fixture = fixture
        self.settings = settings

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def can_ask(self, _headers):
        return True

    def run(self, command, environment, body):
        """Runs one program and reads its response."""
        done = subprocess.run(
            as_user(command), input=body, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, check=False, cwd=self.fixture.run,
            timeout=CGI_TIMEOUT_SECONDS,
            env={**self.fixture.environment(**self.settings), **environment})
        if done.returncode != 0 or not done.stdout:
            raise RuntimeError(f"exit {done.returncode}: "
                               + done.stderr.decode(errors="replace"))
        return client.read_response(done.stdout)


def has_framing(headers):
    """Whether they tell where the body ends."""
    return any(name.lower() in ("content-length", "transfer-encoding")
               for name, _ in headers)
