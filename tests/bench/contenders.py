"""contenders.py - the stacks that a user might pick instead.

Each is one of the small programs in stacks/, with a store of its own that is
filled from the same rows: stored_at, id and JSON of an event, with tabs
between.  What has to be built or fetched first, stacks/prepare puts
into PARTS.
"""
import contextlib
import os
import shutil
import sqlite3
import subprocess

import fixture
import meters
import postgres
import programs
import responders
import web_servers

PARTS = programs.path_of("parts")
SOURCES = os.path.join(fixture.TOP, "tests", "bench", "stacks")
PREPARE = "contrib/packages stacks, then make stacks"
ORGANIZATION = 1
# Each answers one request at a time.
PHP_CHILDREN = 4
# A quarter of the memory of a small machine, as its manual advises.
SHARED_BUFFERS = "1GB"
TRAIL = """
CREATE TABLE keys (
	digest bytea PRIMARY KEY,
	organization integer NOT NULL);
CREATE TABLE trail (
	organization integer NOT NULL DEFAULT 1,
	stored_at bigint NOT NULL,
	id text COLLATE "C" NOT NULL,
	json text NOT NULL,
	PRIMARY KEY (organization, stored_at, id));
"""
ROWS = """
CREATE TABLE keys (digest TEXT PRIMARY KEY, organization INTEGER NOT NULL)
	WITHOUT ROWID;
CREATE TABLE events (
	organization INTEGER NOT NULL,
	stored_at INTEGER NOT NULL,
	id TEXT NOT NULL,
	json TEXT NOT NULL,
	PRIMARY KEY (organization, stored_at, id)) WITHOUT ROWID;
"""


def part(name):
    """One that was prepared, or None."""
    path = os.path.join(PARTS, name)
    return path if os.path.exists(path) else None


class Stack:
    """A program that listens on a port of its own, with a store.  Each kind
    says what is missing here, can load rows, and serves."""
    title = ""

    def __init__(self, fixed, digest):
        self.fixture = fixed
        self.digest = digest
        self.folder = fixed.path("stacks", type(self).__name__)
        os.makedirs(self.folder)
        web_servers.own_by_web_user(self.folder)
        self.process = None
        self.port = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None:
            responders.stop(self.process)

    def run(self, command, rows):
        with open(rows, "rb") as file:
            done = subprocess.run(
                command, stdin=file, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, check=False, cwd=self.folder,
                text=True, **fixture.user_arguments())
        if done.returncode != 0:
            raise RuntimeError(f"{self.title}: {done.stderr[-1000:]}")

    def spawn(self, command, is_there=None):
        log_path = os.path.join(self.folder, "log")
        with open(log_path, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, **fixture.user_arguments())
        responders.wait_until(is_there or self.is_there, self.process,
                              log_path)

    def is_there(self):
        return web_servers.ServerDoor.is_there(self)

    def pids(self):
        """Those whose CPU time counts."""
        return [self.process.pid, *meters.children(self.process.pid)]


class Bolt(Stack):
    title = "Go net/http + bbolt"

    @classmethod
    def missing(cls):
        """What it lacks here, or None."""
        return None if part("bolt") else PREPARE

    def __init__(self, fixed, digest):
        super().__init__(fixed, digest)
        self.program = shutil.copy(part("bolt"), self.folder)
        self.store = os.path.join(self.folder, "store")

    def load(self, rows):
        self.run([self.program, "load", self.store, self.digest], rows)

    def serve(self):
        self.port = web_servers.free_port()
        self.spawn([self.program, "serve", self.store, str(self.port)])


class Node(Stack):
    """A script, and a copy of the modules that it needs."""
    script = ""

    @classmethod
    def missing(cls):
        if shutil.which("node") is None:
            return "node is missing"
        return None if part("node_modules") else PREPARE

    def __init__(self, fixed, digest):
        super().__init__(fixed, digest)
        for name in ("api.js", self.script):
            shutil.copy(os.path.join(SOURCES, name), self.folder)
        shutil.copytree(part("node_modules"),
                        os.path.join(self.folder, "node_modules"),
                        symlinks=True)

    def serve_from(self, store):
        self.port = web_servers.free_port()
        self.spawn(["node", self.script, "serve", store, str(self.port)])


class Lmdb(Node):
    title = "Node fastify + lmdb"
    script = "lmdb.js"

    def load(self, rows):
        self.run(["node", self.script, "load", "store", self.digest], rows)

    def serve(self):
        self.serve_from("store")


class Postgres(Node):
    title = "Node fastify + PostgreSQL"
    script = "postgres.js"

    def __init__(self, fixed, digest):
        super().__init__(fixed, digest)
        self.stack = contextlib.ExitStack()
        self.cluster = None

    @classmethod
    def missing(cls):
        if postgres.programs_folder() is None:
            return "PostgreSQL is missing"
        return super().missing()

    def load(self, rows):
        # Nothing is vacuumed while it is measured.
        self.cluster = cluster = self.stack.enter_context(postgres.Cluster(
            self.folder, f"-c shared_buffers={SHARED_BUFFERS} "
            "-c autovacuum=off"))
        cluster.query(TRAIL)
        cluster.query(f"INSERT INTO keys VALUES ('\\x{self.digest}', "
                      f"{ORGANIZATION})")
        cluster.query("COPY trail (stored_at, id, json) FROM "
                      f"'{cluster.take(rows)}'")
        cluster.query("VACUUM ANALYZE")

    def serve(self):
        self.serve_from(self.cluster.folder)

    def __exit__(self, *_):
        super().__exit__()
        self.stack.close()

    def pids(self):
        server = self.cluster.pid()
        return [*super().pids(), server, *meters.children(server)]


class Php(Stack):
    """Behind nginx, at a socket."""
    title = "nginx + PHP-FPM + SQLite"

    @classmethod
    def missing(cls):
        if cls.program() is None:
            return "PHP-FPM is missing"
        done = subprocess.run([cls.program(), "-m"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=False,
                              text=True)
        return (None if "pdo_sqlite" in done.stdout
                else "PHP's SQLite is missing")

    @staticmethod
    def program():
        """Debian has its version in the name."""
        return next((path for path in map(
            shutil.which, ("php-fpm", "php-fpm8.2", "php-fpm8.4"))
                     if path is not None), None)

    def __init__(self, fixed, digest):
        super().__init__(fixed, digest)
        self.script = shutil.copy(os.path.join(SOURCES, "sqlite.php"),
                                  self.folder)
        self.socket = os.path.join(self.folder, "socket")
        self.store = os.path.join(self.folder, "store")

    def load(self, rows):
        with sqlite3.connect(self.store) as store, \
                open(rows, encoding="utf-8") as file:
            store.executescript(ROWS)
            store.execute("INSERT INTO keys VALUES (?, ?)",
                          (self.digest, ORGANIZATION))
            store.executemany(
                f"INSERT INTO events VALUES ({ORGANIZATION}, ?, ?, ?)",
                (line.rstrip("\n").split("\t") for line in file))
            store.execute("ANALYZE")
        store.execute("PRAGMA journal_mode = WAL")
        store.close()
        web_servers.own_by_web_user(self.store)

    def serve(self):
        conf = os.path.join(self.folder, "fpm.conf")
        with open(conf, "w", encoding="ascii") as file:
            file.write(f"""\
[global]
daemonize = no
error_log = {self.folder}/errors
[www]
listen = {self.socket}
listen.backlog = 1024
pm = static
pm.max_children = {PHP_CHILDREN}
php_admin_value[opcache.validate_timestamps] = 0
""")
        self.spawn([self.program(), "-F", "-y", conf],
                   lambda: os.path.exists(self.socket))

    def server(self, _name, port):
        """What nginx is told of it."""
        return f"""
server {{
	listen 127.0.0.1:{port};
	server_name 127.0.0.1;
	access_log off;
	location = /v1/events {{
		include /etc/nginx/fastcgi_params;
		fastcgi_param SCRIPT_FILENAME {self.script};
		fastcgi_param STORE {self.store};
		fastcgi_pass unix:{self.socket};
		fastcgi_buffers 32 16k;
		fastcgi_buffer_size 16k;
	}}
}}
"""


ALL = (Bolt, Lmdb, Php, Postgres)
