"""doors.py - every way in which a request reaches the responder.

Each web server runs the configuration of contrib/, with nothing but paths,
names and the port replaced.
"""
import os
import pwd
import shutil
import socket
import subprocess
import urllib.parse

import client
import fastcgi
import responders
from fixture import TOP, WEB_USER, user_arguments

PORT_TRIES = 3
CGI_TIMEOUT_SECONDS = 30
REPLACED = (
    ("/run/lighttpd/apitrail.sock", "{run}/spawned.sock"),
    ("/usr/libexec/apitrail/", "{folder}/"),
    ("/usr/libexec/apitrail", "{folder}"),
    ("/var/lib/apitrail", "{run}/store"),
    ("api.example.org", "127.0.0.1"),
    ("include fastcgi_params", "include /etc/nginx/fastcgi_params"),
    ("listen 80;", "listen 127.0.0.1:{port};"),
    ("*:80>", "127.0.0.1:{port}>"),
)


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
            command, input=body, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, check=False, cwd=self.fixture.run,
            timeout=CGI_TIMEOUT_SECONDS,
            env={**self.fixture.environment(**self.settings), **environment},
            **user_arguments())
        if done.returncode != 0 or not done.stdout:
            raise RuntimeError(f"exit {done.returncode}: "
                               + done.stderr.decode(errors="replace"))
        return client.read_response(done.stdout)


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


class ServerDoor(Door):
    """A web server on a free port, with a configuration of contrib/."""
    snippet = ""
    way = None          # how its responder is started, None: it does so
    responder = None

    def can_ask(self, headers):
        """A wrong length is for the web server to notice."""
        return not any(name.lower() == "content-length"
                       for name, _ in headers)

    def __enter__(self):
        if self.way is not None:
            self.responder = responders.Responder(
                self.fixture, self.way, **self.settings)
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if getattr(self, "process", None) is not None:
            responders.stop(self.process)
        if self.responder is not None:
            self.responder.stop()

    def start(self):
        """Between finding a free port and taking it, another may."""
        for tries_left in reversed(range(PORT_TRIES)):
            try:
                self.start_on(free_port())
                return
            except RuntimeError:
                if tries_left == 0:
                    raise

    def start_on(self, port):
        self.port = port
        self.origin = f"http://127.0.0.1:{port}"
        self.folder = self.fixture.path(self.name)
        self.log_path = os.path.join(self.folder, "server.log")
        os.makedirs(self.folder, exist_ok=True)
        own_by_web_user(self.folder)
        command = self.command()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder,
                env=self.fixture.environment(**self.settings))
        responders.wait_until(self.is_there, self.process, self.log_path)

    def is_there(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def ask(self, method, target, headers, body=b""):
        return client.ask(self.port, method, target, headers, body)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def adapted_snippet(self):
        """The snippet's text with this machine's paths in it."""
        path = os.path.join(TOP, "contrib", self.snippet)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if self.responder is not None:
            text = text.replace("/run/apitrail/responder.sock",
                                self.responder.path)
        for old, new in REPLACED:
            text = text.replace(old, new.format(
                run=self.fixture.run, folder=self.fixture.folder,
                port=self.port))
        return self.write("apitrail.conf", text)


class NginxDoor(ServerDoor):
    name = "nginx"
    programs = ("nginx",)
    snippet = "nginx/apitrail.conf"
    way = "listen"
    connections = 1024

    def command(self):
        user = f"user {WEB_USER};" if os.getuid() == 0 else ""
        paths = "".join(
            f"{kind}_temp_path {self.folder}/temporary;\n" for kind in
            ("client_body", "fastcgi", "proxy", "scgi", "uwsgi"))
        conf = self.write("nginx.conf", f"""\
{user}
daemon off;
pid {self.folder}/nginx.pid;
error_log stderr;
worker_processes 2;
worker_rlimit_nofile {2 * self.connections};
events {{
	worker_connections {self.connections};
}}
http {{
	access_log {self.folder}/access.log;
	{paths}
	include {self.adapted_snippet()};
}}
""")
        return ["nginx", "-e", "stderr", "-p", self.folder, "-c", conf]


class LighttpdDoor(ServerDoor):
    name = "lighttpd"
    programs = ("lighttpd", "spawn-fcgi")
    snippet = "lighttpd/apitrail.conf"
    way = "spawn-fcgi"

    def command(self):
        user = ""
        if os.getuid() == 0:
            user = (f'server.username = "{WEB_USER}"\n'
                    f'server.groupname = "{WEB_USER}"\n')
        conf = self.write("lighttpd.conf", f"""\
server.document-root = "{self.folder}"
server.bind = "127.0.0.1"
server.port = {self.port}
server.name = "127.0.0.1"
server.modules = ( "mod_accesslog" )
accesslog.filename = "{self.folder}/access.log"
server.upload-dirs = ( "{self.folder}" )
{user}
include "{self.adapted_snippet()}"
{self.more()}
""")
        return ["lighttpd", "-D", "-f", conf]

    def more(self):
        return ""


class LighttpdSpawnedDoor(LighttpdDoor):
    """lighttpd starts the responder with a clean environment."""
    name = "lighttpd-spawned"
    snippet = "lighttpd/apitrail-spawned.conf"
    way = None

    def adapted_snippet(self):
        path = super().adapted_snippet()
        rows = "".join(f'"{name}" => "{value}",\n'
                       for name, value in self.settings.items())
        with open(path, encoding="utf-8") as file:
            text = file.read()
        return self.write("apitrail.conf", text.replace(
            '"bin-environment" => (', '"bin-environment" => (\n' + rows))


class ApacheDoor(ServerDoor):
    programs = ("apache2",)
    modules = ()
    modules_folder = "/usr/lib/apache2/modules"

    @classmethod
    def missing(cls):
        for name in cls.modules:
            path = f"{cls.modules_folder}/mod_{name}.so"
            if not os.path.exists(path):
                return path
        return super().missing()

    def more(self):
        return ""

    def command(self):
        lines = [f"LoadModule {name}_module {self.modules_folder}"
                 f"/mod_{name}.so" for name in
                 ("mpm_event", "authz_core", "authz_host", *self.modules)]
        if os.getuid() == 0:
            lines += [f"User {WEB_USER}", f"Group {WEB_USER}"]
        conf = self.write("apache.conf", f"""\
ServerRoot "{self.folder}"
DefaultRuntimeDir "{self.folder}"
PidFile "{self.folder}/apache.pid"
Mutex file:{self.folder} default
ErrorLog "{self.folder}/error.log"
Listen 127.0.0.1:{self.port}
ServerName 127.0.0.1
LogFormat "%h %t \\"%r\\" %>s %b" plain
CustomLog "{self.folder}/access.log" plain
{os.linesep.join(lines)}
{self.more()}
Include "{self.adapted_snippet()}"
""")
        return ["apache2", "-DFOREGROUND", "-f", conf]


class ApacheFcgidDoor(ApacheDoor):
    name = "apache-fcgid"
    snippet = "apache/apitrail-fcgid.conf"
    modules = ("alias", "fcgid")

    def more(self):
        os.makedirs(os.path.join(self.folder, "ipc"), exist_ok=True)
        own_by_web_user(os.path.join(self.folder, "ipc"))
        return "\n".join(
            [f'FcgidIPCDir "{self.folder}/ipc"',
             f'FcgidProcessTableFile "{self.folder}/ipc/table"']
            + [f"FcgidInitialEnv {name} {value}"
               for name, value in self.settings.items()])


class ApacheProxyDoor(ApacheDoor):
    name = "apache-proxy"
    snippet = "apache/apitrail-proxy.conf"
    modules = ("env", "proxy", "proxy_fcgi")
    way = "descriptor 3"


DOORS = {door.name: door for door in (
    CgiDoor, RequestDoor, FastcgiDoor, CgiFcgiDoor, NginxDoor, LighttpdDoor,
    LighttpdSpawnedDoor, ApacheFcgidDoor, ApacheProxyDoor)}


def has_framing(headers):
    """Whether they tell where the body ends."""
    return any(name.lower() in ("content-length", "transfer-encoding")
               for name, _ in headers)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def own_by_web_user(path):
    if os.getuid() == 0:
        user = pwd.getpwnam(WEB_USER)
        os.chown(path, user.pw_uid, user.pw_gid)
