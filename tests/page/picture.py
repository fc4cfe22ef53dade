#!/usr/bin/env python3
"""picture.py - take the viewer's picture of a day that is always the same.

Usage: picture.py FILE

Without it, `a_picture_is_taken` does so for test_page.py.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "servers"))

import clock
import doors
import fixture
import modules
import tap

DOCUMENTED = os.path.join(fixture.TOP, "doc", "viewer.png")
NOW_SECONDS = 1795694400        # 2026-11-26 12:00 UTC
DAY_SECONDS = 24 * 3600
HOUR_SECONDS = 3600


def demo_events(seed, from_ms, to_ms, per_hour):
    """As lines of NDJSON."""
    return subprocess.run(
        [sys.executable, os.path.join(fixture.TOP, "contrib", "demo-events"),
         "--seed", str(seed), "--from", str(from_ms), "--to", str(to_ms),
         "--per-hour", str(per_hour)], check=True,
        stdout=subprocess.PIPE).stdout


def run_at(store, second, *arguments, data=b""):
    done = store.try_cli(*arguments, data=data,
                         prefix=clock.stopped(store.clock, second))
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return done.stdout.decode()


def fill(store):
    """The organization begins before the day, so its day has events alone."""
    before = NOW_SECONDS - DAY_SECONDS - HOUR_SECONDS
    run_at(store, before, "org", "add", "acme")
    store.keys["acme"] = json.loads(run_at(
        store, before, "key", "add", "--org", "acme", "--name", "picture",
        "--json"))["key"]
    run_at(store, NOW_SECONDS, "import", "--org", "acme", data=demo_events(
        1, (NOW_SECONDS - DAY_SECONDS + 60) * 1000,
        (NOW_SECONDS - 10) * 1000, 120))


def a_picture_is_taken(results):
    with fixture.Fixture() as store:
        fill(store)
        with doors.DOORS["nginx"](
                store, LD_PRELOAD=store.clock,
                TEST_CLOCK_STOPPED_S=str(NOW_SECONDS)) as door:
            modules.run(results, "picture.mjs", {
                "origin": door.origin, "keys": store.keys,
                "now_ms": NOW_SECONDS * 1000, "documented": DOCUMENTED,
                "picture": store.path("viewer.png"),
                "browser": modules.BROWSER_PATH}, {})
        if len(sys.argv) > 1:
            shutil.copy(store.path("viewer.png"), sys.argv[1])


def main():
    """Tells that the one that is there is of another page, if so, and goes
    on."""
    reason = modules.missing(modules.BROWSER, "nginx")
    if reason:
        sys.exit(reason)
    a_picture_is_taken(tap.Tap())


if __name__ == "__main__":
    main()
