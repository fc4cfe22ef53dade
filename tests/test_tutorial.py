#!/usr/bin/env python3
"""test_tutorial.py - documents whose commands are run; prints TAP.

Each block of commands (```sh) of a document runs in one shell after the other,
in a fresh folder.  The block of text behind it (```text) is what they print:
each of its lines, in this order, perhaps with others between them.  Three dots
stand for anything.  What is SQL (```sql) is done first, in a PostgreSQL of its
own, which is where psql finds its databases.
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "servers"))
import postgres
from tap import Tap

SOURCE = pathlib.Path(os.environ.get("top_srcdir", "."))
BUILD = pathlib.Path(os.environ.get("top_builddir", "."))
DOCUMENTS = ("TUTORIAL.md", "MIGRATING.md")
TOOLS = ("curl", "jq", "nginx")
SECONDS_MAX = 120
DOCUMENTED_PORT = "8080"
DATABASE = re.compile(r"psql .* -d (\w+)")
SHOWN_CHARACTERS = 3000


def blocks(text):
    """Pairs of a heading and a block of commands, with what it prints."""
    found = []
    heading = ""
    for match in re.finditer(
            r"^#+ ([^\n]*)$|^```(sh|text)\n(.*?)^```$", text,
            flags=re.MULTILINE | re.DOTALL):
        if match[1]:
            heading = match[1]
        elif match[2] == "sh":
            found.append([heading, match[3], ""])
        else:
            found[-1][2] = match[3]
    assert found, "there are no commands"
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def script_of(parts):
    """One shell runs all, since a block uses what one before it has set."""
    port = free_port()
    return "set -eu\n" + "".join(
        f"{{ :\n{commands.replace(DOCUMENTED_PORT, port)}\n}} "
        f">\"$OUT/{number}\" 2>&1\n"
        for number, (_, commands, _) in enumerate(parts))


def missing_lines(expected, printed):
    """The lines that are not printed, or not behind those before them."""
    rest = iter(printed.splitlines())
    missing = []
    for line in expected.splitlines():
        pattern = re.compile(".*".join(
            re.escape(part) for part in line.rstrip().split("...")))
        if not any(pattern.fullmatch(shown.rstrip()) for shown in rest):
            missing.append("not printed: " + line)
            rest = iter(())
    return missing


@contextlib.contextmanager
def databases(text):
    """Those that a document's commands name, with what its SQL makes, and what
    psql finds them by."""
    statements = re.findall(r"^```sql\n(.*?)^```$", text,
                            flags=re.MULTILINE | re.DOTALL)
    if not statements:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="apitrail-") as folder:
        os.chmod(folder, 0o755)
        with postgres.Cluster(folder) as cluster:
            for database in sorted(set(DATABASE.findall(text))):
                cluster.query(f"CREATE DATABASE {database}")
                cluster.query("".join(statements), database)
            yield cluster.environment()


def end_all(folder):
    """Ends what the commands started, if they did not come so far."""
    for path in pathlib.Path(folder).glob("*.pid"):
        try:
            os.kill(int(path.read_text(encoding="ascii")), signal.SIGKILL)
        except (OSError, ValueError):
            pass


def run_document(tap, name):
    text = (SOURCE / "doc" / name).read_text(encoding="utf-8")
    parts = blocks(text)
    with tempfile.TemporaryDirectory(prefix="apitrail-") as folder, \
            tempfile.TemporaryDirectory(prefix="apitrail-") as printed, \
            databases(text) as found:
        try:
            done = subprocess.run(
                ["bash", "-c", script_of(parts)], cwd=folder, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, timeout=SECONDS_MAX, env={
                    **found, "PATH": f"{BUILD.resolve()}:{found.get('PATH')}:"
                    "/usr/local/bin:/usr/bin:/bin",
                    "APITRAIL_CONF": "/dev/null", "OUT": printed,
                    "APITRAIL_STORE": folder + "/store",
                    "HOME": folder, "LC_ALL": "C.UTF-8"})
            status = done.returncode
        except subprocess.TimeoutExpired:
            status = f"none within {SECONDS_MAX} s"
        finally:
            end_all(folder)
        outputs = [pathlib.Path(printed) / str(number)
                   for number in range(len(parts))]
        shown = [path.read_text(encoding="utf-8") if path.exists() else None
                 for path in outputs]
    for number, ((heading, _, expected), output) in enumerate(
            zip(parts, shown), 1):
        faults = (["it was not reached"] if output is None
                  else missing_lines(expected, output))
        if faults and output:
            faults.append(output[-SHOWN_CHARACTERS:])
        tap.result(f"{name}: {heading} ({number})", faults)
    tap.expect(f"{name}: the commands succeed", status == 0,
               f"exit {status}; the last ones printed: "
               f"{([''] + [text for text in shown if text])[-1]}")


def main():
    tap = Tap()
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if postgres.programs_folder() is None:
        missing.append("PostgreSQL")
    for name in DOCUMENTS:
        if missing:
            tap.skip(name, f"there is no {' '.join(missing)}")
        else:
            run_document(tap, name)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
