#!/usr/bin/env python3
"""test_completion.py - what bash, zsh and the program itself complete."""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

from program import TOP, equal, run_all

COMPLETION = os.path.join(TOP, "contrib", "completion")
SECONDS = 20

# The words that are typed, with the cursor at the end of the last.
BASH = r"""
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_apitrail
printf '%s\n' "${COMPREPLY[@]}"
"""


def ask(program, *words):
    """Candidates, without what they are."""
    text = program.must("--complete", *words).decode()
    return [line.partition("\t")[0] for line in text.splitlines()]


def ask_bash(program, *words):
    done = subprocess.run(
        ["bash", "--norc", "-c", BASH, "bash",
         os.path.join(COMPLETION, "apitrail.bash"), program.binary, *words],
        stdout=subprocess.PIPE, check=True, cwd=program.folder,
        env=program.environment(), timeout=SECONDS)
    return [line for line in done.stdout.decode().splitlines() if line]


def ask_zsh(program, typed):
    """The line that zsh makes of what was typed, and a TAB."""
    master, slave = pty.openpty()
    home = program.path("zsh")
    os.makedirs(home)
    os.symlink(program.binary, os.path.join(home, "apitrail"))
    with open(os.path.join(home, ".zshrc"), "w", encoding="utf-8") as file:
        file.write(f"fpath=({COMPLETION} $fpath)\n"
                   f"path=({home} $path)\n"
                   "autoload -U compinit; compinit -u -D\n"
                   "PS1='ready> '; RPS1=''\n"
                   "unset zle_bracketed_paste\n")
    with subprocess.Popen(
            ["zsh", "-i"], stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, cwd=program.folder,
            env=program.environment(ZDOTDIR=home, HOME=home,
                                    TERM="dumb")) as child:
        os.close(slave)
        try:
            read_until(master, b"ready> ")
            os.write(master, typed.encode() + b"\t")
            # Then the line is quoted from its beginning, and printed.
            time.sleep(1)
            os.write(master, b"\x01print -r -- '<\x05>'\r")
            painted = read_until(master, rb">\r?\n.*ready> ")
            os.write(master, b"exit\r")
            child.wait(SECONDS)
        finally:
            child.kill()
            os.close(master)
    return re.findall(rb"\n<([^>]*)>", painted)[-1].decode()


def read_until(master, pattern):
    painted = b""
    deadline = time.monotonic() + SECONDS
    while not re.search(pattern, painted, re.S):
        if time.monotonic() > deadline or \
                not select.select([master], [], [], SECONDS)[0]:
            raise AssertionError(f"{pattern} is not in {painted}")
        painted += os.read(master, 65536)
    return painted


def fill(program):
    program.with_org()
    program.must("org", "add", "globex")
    program.must("org", "add", "acorn")
    return program.must_json("key", "add", "--org", "acme", "--name",
                             "first \u202e")["id"]


def test_the_program_completes_commands_and_options(program):
    equal(ask(program, "ev"), ["events"])
    equal(ask(program, "org", "s"), ["show", "set"])
    equal("recorder" in ask(program, ""), True)
    equal(ask(program, "events", "--or"), ["--org"])
    equal(ask(program, "events", "--nd"), ["--ndjson"])
    equal(ask(program, "key", "add", "--org", "x", "--org"), [])
    equal("--scope" in ask(program, "key", "add", "--scope", "none",
                           "--sc"), True)
    equal(ask(program, "--uo"), [])
    equal(ask(program, "--ut"), ["--utc"])
    equal(ask(program, "events", "--map"), ["--map-size"])
    equal(ask(program, "init", ""), [])
    equal(ask(program, "nothing", ""), [])


def test_the_program_completes_values(program):
    equal(ask(program, "org", "set", "x", "--status", "l"), ["locked"])
    equal(ask(program, "events", "--events", "qu"), ["queues"])
    equal(ask(program, "append", "--rejects", ""), [":files"])
    equal(ask(program, "append", ""), [":files"])
    equal(ask(program, "backup", ""), [":files"])
    equal(ask(program, "request", "H"), ["HEAD"])
    equal(ask(program, "request", "GET", "/m"), ["/metrics"])


def test_the_program_completes_what_is_in_the_store(program):
    key_id = fill(program)
    equal(ask(program, "events", "--org", "ac"), ["acme", "acorn"])
    equal(ask(program, "events", "--org", "=", "ac"), ["acme", "acorn"])
    equal(ask(program, "events", "--org=g"), ["globex"])
    equal(ask(program, "org", "show", "g"), ["globex"])
    equal(ask(program, "org", "add", "g"), [])
    equal(ask(program, "key", "revoke", key_id[:3]), [key_id])
    equal(ask(program, "key", "show", key_id, ""), [])
    text = program.must("--complete", "key", "show", "").decode()
    equal(text, f"{key_id}\tfirst \\u202e\n")
    nowhere = program.path("nowhere")
    equal(ask(program, "--store", nowhere, "org", "show", ""), [])
    equal(ask(program, f"--store={nowhere}", "org", "show", ""), [])


def test_a_store_that_is_not_there_completes_nothing(program):
    result = program.run("--complete", "org", "show", "")
    equal((result.returncode, result.stdout), (0, b""))


def test_bash_asks_the_program(program):
    key_id = fill(program)
    equal(ask_bash(program, "eve"), ["events"])
    equal(ask_bash(program, "events", "--org", "ac"), ["acme", "acorn"])
    equal(ask_bash(program, "events", "--org", "=", "ac"), ["acme", "acorn"])
    equal(ask_bash(program, "events", "--org", "="),
          ["acme", "acorn", "globex"])
    equal(ask_bash(program, "key", "show", ""), [key_id])
    program.write("lines.ndjson", b"")
    equal(ask_bash(program, "append", "lin"), ["lines.ndjson"])


def test_zsh_asks_the_program(program):
    if not shutil.which("zsh"):
        raise AssertionError("zsh is not installed")
    fill(program)
    equal(ask_zsh(program, "apitrail org show glo"),
          "apitrail org show globex")


if __name__ == "__main__":
    run_all(sys.modules[__name__])
