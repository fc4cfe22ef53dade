"""cgi.py - one request as plain CGI, against a process that does nothing."""
import json
import shutil
import subprocess

import door
import doors
import fixture
import programs
import report
from pages import LIMITS, target_of

NOTHING = "/bin/true"
BOUND = 6


def measure(store, plan, limit):
    """Microseconds of each round: of nothing, and of ours."""
    spawn = store.path("spawn")
    shutil.copy(programs.path_of("spawn"), spawn)
    request = ("GET", target_of(limit), [("X-API-KEY", store.keys["bench"])])
    if doors.CgiDoor(store).ask(*request).status != 200:
        raise RuntimeError("CGI does not answer a page")
    params = door.cgi_params(*request, b"")
    done = subprocess.run(
        [spawn, str(plan.rounds), str(plan.spawns), NOTHING,
         store.responder],
        stdout=subprocess.PIPE, check=True, cwd=store.run,
        env={**store.environment(), **params}, **fixture.user_arguments())
    return [json.loads(line) for line in done.stdout.splitlines()]


def bench(store, plan):
    found = {limit: measure(store, plan, limit) for limit in LIMITS}
    print("## CGI, process start to end\n")
    report.table(
        ["", *(f"{limit} events, µs" for limit in LIMITS)],
        [[name, *(report.spread(found[limit], key, "{:,.0f}")
                  for limit in LIMITS)]
         for name, key in ((f"`{NOTHING}`", "first_us"),
                           ("apitrail.fcgi", "second_us"))])
    return [report.Row(f"CGI: one request, process start to end / "
                       f"`{NOTHING}`", [
                           report.Cell([row["second_us"] / row["first_us"]
                                        for row in found[limit]], False,
                                       BOUND)
                           for limit in LIMITS])]
