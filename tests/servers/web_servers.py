"""web_servers.py - doors that are web servers.

Each runs the configuration of contrib/, with nothing but paths, names and the
port replaced.
"""
import os
import pwd
import socket
import subprocess

import client
import responders
from door import Door
from fixture import TOP, WEB_USER

PORT_TRIES = 3
REPLACED = (
    ("/run/lighttpd/apitrail.sock", "{run}/spawned.sock"),
    ("/usr/libexec/apitrail/", "{folder}/"),
    ("/usr/libexec/apitrail", "{folder}"),
    ("/usr/share/apitrail/www", "{folder}/www"),
    ("/var/lib/apitrail", "{run}/store"),
    ("api.example.org", "127.0.0.1"),
    ("listen 80;", "listen 127.0.0.1:{port};"),
    ("*:80>", "127.0.0.1:{port}>"),
)


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
    page_modules = ("alias", "dir", "headers", "mime")
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
TypesConfig /dev/null
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
    modules = (*ApacheDoor.page_modules, "fcgid")

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
    modules = (*ApacheDoor.page_modules, "env", "proxy", "proxy_fcgi")
    way = "descriptor 3"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def own_by_web_user(path):
    if os.getuid() == 0:
        user = pwd.getpwnam(WEB_USER)
        os.chown(path, user.pw_uid, user.pw_gid)
