#!/usr/bin/env python3
"""stranger.py - from a clone to an event of one's own on the page.

Does what README.md says, in a fresh clone of this tree, and nothing else: the
commands below See it, those below Record, and the key in a browser.  Tells how
long each took.  Packages are there before, so that the time is the project's
own.
"""
import json
import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "servers"))

import fixture
import modules
import tap

SECONDS_MAX = 600
DOCUMENTED_PORT = "8080"


class Readme:
    """The commands of a clone's README, run there."""

    def __init__(self, clone):
        self.clone = clone
        self.text = (clone / "README.md").read_text(encoding="utf-8")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = str(probe.getsockname()[1])

    def below(self, heading):
        """The first block of commands below a heading."""
        section = re.search(rf"^## {heading}$(.*?)^## ", self.text,
                            flags=re.MULTILINE | re.DOTALL)[1]
        block = re.search(r"^```sh\n(.*?)^```$|^((?:    [^\n]*\n)+)",
                          section, flags=re.MULTILINE | re.DOTALL)
        return block[1] or block[2]

    def run(self, commands):
        """Returns what they print."""
        done = subprocess.run(
            ["sh", "-eu"], cwd=self.clone, check=False, encoding="utf-8",
            input=commands.replace(DOCUMENTED_PORT, self.port),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=SECONDS_MAX, env={
                "PATH": os.environ["PATH"], "HOME": str(self.clone.parent),
                "LC_ALL": "C.UTF-8", "APITRAIL_DEMO_PORT": self.port})
        if done.returncode != 0:
            raise RuntimeError(done.stdout)
        return done.stdout


class Clock:
    """Says what each step took, and all of them: seconds, and seconds of a
    processor, which are much the same on a busy machine."""

    def __init__(self):
        self.begin = self.last = self.now()

    @staticmethod
    def now():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.monotonic(), used.ru_utime + used.ru_stime

    def tell(self, what):
        now = self.now()
        self.say(self.last, now, what)
        self.last = now

    def tell_all(self):
        self.say(self.begin, self.last, "in all")

    @staticmethod
    def say(begin, end, what):
        print(f"# {end[0] - begin[0]:5.1f} s, of CPU "
              f"{end[1] - begin[1]:5.1f} s: {what}", flush=True)


def packages_are_missing(clone):
    return subprocess.run(
        ["contrib/packages", "--dry-run", "build", "serve"], cwd=clone,
        check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout.split()


def first_event(printed):
    """Of curl's answer, among what else is printed."""
    return json.loads(re.search(r'^\{"event":.*\}', printed,
                                flags=re.MULTILINE)[0])["event"]


def follow_the_readme(results, clone, clock):
    readme = Readme(clone)
    # The second command runs every test.
    quickstart = readme.below("See it").splitlines()[0]
    try:
        readme.run(quickstart)
        clock.tell("contrib/quickstart: a build, a demo, a web server")
        event = first_event(readme.run(readme.below("Record")))
        clock.tell("recording an event with curl")
        key = (clone / "build" / "quickstart" / "key").read_text("ascii")
        modules.run(results, "stranger.mjs", {
            "origin": f"http://127.0.0.1:{readme.port}", "key": key.strip(),
            "event": event, "browser": modules.BROWSER_PATH}, {})
        clock.tell("seeing it in Chromium")
        clock.tell_all()
    finally:
        readme.run("contrib/quickstart stop")


def a_stranger_sees_an_event(results):
    reason = modules.missing(modules.BROWSER, "git", "curl")
    if reason is None and not os.path.exists(
            os.path.join(fixture.TOP, ".git")):
        reason = "this is no clone"
    if reason:
        results.skip("a stranger", reason)
        return
    folder = pathlib.Path(tempfile.mkdtemp(prefix="apitrail-"))
    clock = Clock()
    try:
        clone = folder / "apitrail"
        subprocess.run(["git", "clone", "--quiet", "--no-local",
                        fixture.TOP, clone], check=True)
        clock.tell("git clone")
        missing = packages_are_missing(clone)
        results.expect("the packages are there", not missing, str(missing))
        follow_the_readme(results, clone, clock)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    tap.run([a_stranger_sees_an_event])
