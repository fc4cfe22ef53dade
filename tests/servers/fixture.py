"""fixture.py - a store of our own in a fresh folder, made by the programs.

As root, everything is started as the web server's user, as on a real machine:
Apache refuses to be root, and a responder should not be.
"""
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import time

import clock

TOP = os.environ.get("top_srcdir") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("top_builddir") or os.getcwd()
CASES = os.path.join(TOP, "tests", "cases")
CLOCK = os.path.join(BUILD, "tests", "preload", "clock.so")
CLI_TIMEOUT_SECONDS = 120
LONG_AGO_SECONDS = 25 * 3600
# Debian keeps servers where a user's PATH does not look.
os.environ["PATH"] += ":/usr/sbin:/sbin"
WEB_USER = "www-data"
# Found now: who is run by it may be given another PATH.
SETPRIV = shutil.which("setpriv")


def user_arguments():
    """What subprocess needs to run a program as the web server's user."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam(WEB_USER)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def as_user(command):
    """The command, run as that user by one more program: Python would copy
    itself first, with all its memory, which takes longer than most do."""
    if os.getuid() != 0:
        return command
    user = pwd.getpwnam(WEB_USER)
    return [SETPRIV, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}",
            "--clear-groups", *command]


class Fixture:
    """A folder with the programs, a store, and the keys that were made."""

    def __init__(self, **settings):
        self.folder = tempfile.mkdtemp(prefix="apitrail-")
        os.chmod(self.folder, 0o755)
        self.run = self.path("run")
        os.mkdir(self.run, 0o750)
        if os.getuid() == 0:
            user = pwd.getpwnam(WEB_USER)
            os.chown(self.run, user.pw_uid, user.pw_gid)
        self.store = os.path.join(self.run, "store")
        # Where the programs were built the web server's user may not go.
        for program in ("apitrail", "apitrail.fcgi"):
            shutil.copy(os.path.join(BUILD, program), self.path(program))
        copy_www(self.path("www"))
        self.clock = self.path("clock.so")
        shutil.copy(CLOCK, self.clock)
        self.responder = self.path("apitrail.fcgi")
        self.conf = self.path("apitrail.conf")
        with open(self.conf, "w", encoding="ascii") as file:
            # Bad keys are tried by the dozen, all from one address.
            file.write(f"APITRAIL_STORE={self.store}\n"
                       "APITRAIL_THREADS=2\nAPITRAIL_LOCKOUT=off\n")
            file.writelines(f"{name}={value}\n"
                            for name, value in settings.items())
        os.chmod(self.conf, 0o644)
        self.keys = {}
        self.base_ms = (int(time.time()) - 2 * 3600) * 1000
        self.events = {}        # lists of what was imported, by organization
        self.make_store()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def make_store(self):
        self.cli("init")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def environment(self, **more):
        return {"PATH": os.environ["PATH"], "APITRAIL_CONF": self.conf,
                "LC_ALL": "C.UTF-8", **sanitizer_options(), **more}

    def try_cli(self, *arguments, data=b"", prefix=(), **more):
        """Runs `apitrail`, and returns the finished process."""
        return subprocess.run(
            as_user([*prefix, self.path("apitrail"), *arguments]), input=data,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            timeout=CLI_TIMEOUT_SECONDS, cwd=self.run,
            env=self.environment(**more))

    def cli(self, *arguments, data=b"", **more):
        """Runs `apitrail`, which must succeed, and returns its output."""
        done = self.try_cli(*arguments, data=data, **more)
        if done.returncode != 0:
            raise RuntimeError(
                f"apitrail {' '.join(arguments)}: exit {done.returncode}: "
                + done.stderr.decode(errors="replace"))
        return done.stdout.decode()

    def change(self, *arguments):
        """Changes organizations or keys so long ago that the events which
        tell of it are in no window.  Events are stored later."""
        done = self.try_cli(*arguments, prefix=clock.moved(
            self.clock, -LONG_AGO_SECONDS))
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode(errors="replace"))
        return done.stdout.decode()

    def add_organization(self, name, **settings):
        """Returns its id."""
        self.change("org", "add", name)
        for setting, value in settings.items():
            self.change("org", "set", name, "--" + setting, value)
        return json.loads(self.cli("org", "show", name, "--json"))["id"]

    def add_key(self, label, organization, *arguments):
        """Makes a key, and keeps it under a label; returns its id."""
        made = json.loads(self.change(
            "key", "add", "--org", organization, "--name", label, "--json",
            *arguments))
        self.keys[label] = made["key"]
        return made["id"]

    def import_file(self, organization):
        """Imports tests/cases/ORGANIZATION.ndjson, moved to base_ms."""
        path = os.path.join(CASES, organization + ".ndjson")
        with open(path, encoding="utf-8") as file:
            events = [json.loads(line) for line in file]
        for event in events:
            event["stored_at"] += self.base_ms
        self.events[organization] = events
        lines = "".join(json.dumps(event, ensure_ascii=False) + "\n"
                        for event in events)
        self.cli("import", "--org", organization, data=lines.encode())


def copy_www(folder):
    """The viewer as make install puts it, where the web server's user may
    go, with what make docs made, if it did."""
    shutil.copytree(os.path.join(TOP, "www"), folder)
    reference = os.path.join(folder, "reference")
    # The source tree may be read-only.
    for made in (folder, reference):
        os.chmod(made, 0o755)
    shutil.copy(os.path.join(TOP, "doc", "openapi.yaml"), reference)
    made = os.path.join(BUILD, "doc", "reference")
    if os.path.isdir(made):
        shutil.copytree(made, reference, dirs_exist_ok=True)


def sanitizer_options():
    """The sanitizers' own settings, which a program under test needs too."""
    return {name: os.environ[name]
            for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
                         "TSAN_OPTIONS")
            if name in os.environ}


def case_fixture():
    """The store that tests/cases speak about."""
    fixture = Fixture()
    for name in ("acme", "globex", "empty", "unpaid", "locked"):
        fixture.add_organization(name)
        fixture.add_key(name, name)
    fixture.change("org", "set", "unpaid", "--status", "unpaid")
    fixture.change("org", "set", "locked", "--status", "locked")
    fixture.add_key("writer", "acme", "--scope", "events:write")
    fixture.add_key("idle", "acme", "--scope", "none")
    fixture.client_id = fixture.add_organization("recording")
    fixture.add_organization("recording-too")
    for name in ("recording", "recording-too"):
        fixture.add_key(name, name, "--scope", "events:write")
    fixture.change("key", "disable", fixture.add_key("disabled", "acme"))
    fixture.change("key", "revoke", fixture.add_key("revoked", "acme"))
    fixture.add_key("expired", "acme", "--expires", "1s")
    for name in ("acme", "globex"):
        fixture.import_file(name)
    time.sleep(1.1)
    return fixture
