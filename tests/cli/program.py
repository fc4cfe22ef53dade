"""program.py - run `apitrail` on a fresh store, as a user would."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

TOP = os.environ.get("top_srcdir") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("top_builddir") or os.getcwd()
sys.path.append(os.path.join(TOP, "tests", "servers"))

import clock  # noqa: E402  pylint: disable=wrong-import-position
from tap import Tap  # noqa: E402  pylint: disable=wrong-import-position

CLOCK = os.path.join(BUILD, "tests", "preload", "clock.so")
TIMEOUT_SECONDS = 120
NOBODY = 65534
SHOWN_CHARACTERS = 1000
DONE, FAILED, USAGE, REFUSED = range(4)
HOUR_MS = 3600 * 1000
EVENT = b'{"type":"queue_added","queue":{"id":"q1","name":"orders"}}\n'


class Program:
    """A folder with the program and a store that is not made yet."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="apitrail-cli-")
        os.chmod(self.folder, 0o755)
        self.store = self.path("store")
        self.binary = os.path.join(BUILD, "apitrail")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content):
        """Makes a file in the folder and returns its path."""
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def damage(self, text):
        """Changes each copy of the text in the data file, old ones too."""
        content = self.read("store/data.mdb")
        assert text in content
        self.write("store/data.mdb", content.replace(
            text, bytes([text[0] ^ 1]) + text[1:]))

    def environment(self, **more):
        inherited = {name: value for name, value in os.environ.items()
                     if name.endswith("SAN_OPTIONS") or name == "PATH"}
        # The search for leaks takes longer than most commands do;
        # tests/trust/test_memory.py counts what they do not free.
        inherited["ASAN_OPTIONS"] = ":".join(filter(None, (
            inherited.get("ASAN_OPTIONS"), "detect_leaks=0")))
        return {**inherited, "APITRAIL_CONF": "/dev/null",
                "APITRAIL_STORE": self.store, "TMPDIR": self.folder,
                "LC_ALL": "C.UTF-8", **more}

    @staticmethod
    def clock_moved(seconds):
        """What goes before a command to move its clock."""
        return clock.moved(CLOCK, seconds)

    def run(self, *arguments, stdin=b"", variables=None, **more):
        """Returns the finished process; text is left as bytes."""
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        if "stdin_file" in more:
            more["stdin"] = more.pop("stdin_file")
        else:
            more["input"] = stdin
        return subprocess.run(
            [self.binary, *arguments], check=False, cwd=self.folder,
            timeout=TIMEOUT_SECONDS,
            env=self.environment(**(variables or {})), **more)

    def must(self, *arguments, **more):
        """Runs what has to succeed and returns its output."""
        result = self.run(*arguments, **more)
        if result.returncode != DONE:
            raise AssertionError(f"{arguments}: status {result.returncode}: "
                                 f"{result.stderr.decode(errors='replace')}")
        return result.stdout

    def must_json(self, *arguments, **more):
        return json.loads(self.must(*arguments, "--json", **more))

    def with_org(self, name="acme"):
        """Makes the store and an organization."""
        self.must("init")
        self.must("org", "add", name)
        return self

    def events(self, *arguments, org="acme"):
        """The stored events, as a list."""
        return self.must_json("events", "--org", org, *arguments)


def expect(result, status, *parts, stdout=None):
    """Holds a finished process to its status and words of its stderr."""
    stderr = result.stderr.decode(errors="replace")
    if result.returncode != status:
        raise AssertionError(
            f"status {result.returncode}, expected {status}: {stderr}")
    for part in parts:
        if part not in stderr:
            raise AssertionError(f"{part!r} is not in {stderr!r}")
    if stdout is not None and result.stdout != stdout:
        raise AssertionError(f"{result.stdout!r} is not {stdout!r}")


def equal(got, wanted):
    if got != wanted:
        raise AssertionError(f"{shown(got)} is not {shown(wanted)}")


def shown(value):
    text = repr(value)
    if len(text) > SHOWN_CHARACTERS:
        text = text[:SHOWN_CHARACTERS] + "..."
    return text


def stored(id_number, stored_at, type_name="queue_added", **members):
    """A line for import."""
    event = {"id": f"event{id_number:016d}", "type": type_name,
             "stored_at": stored_at, "client": {"id": "c1"}, **members}
    return json.dumps(event).encode() + b"\n"


def ago_ms(milliseconds):
    return int(time.time() * 1000) - milliseconds


def run_all(module):
    """Runs the module's test_ functions, each with a Program of its own."""
    tap = Tap()
    for name, test in list(vars(module).items()):
        if not name.startswith("test_"):
            continue
        faults = []
        try:
            with Program() as program:
                test(program)
        except AssertionError as fault:
            faults = [str(fault), traceback.format_exc()]
        except Exception:  # pylint: disable=broad-except
            faults = [traceback.format_exc()]
        tap.result(name[len("test_"):].replace("_", " "), faults)
    sys.exit(tap.end())
