"""disk.py - bytes on disk per event, once old ones leave as new ones come.

Time is moved on: each append is a step later than the last.
"""
import json
import os

import clock
import fixture
import programs
import report

HOURS = 24
BOUND = 380
START_HOURS = 1


def allocated(fixed):
    """What lies on disk: the file is sparse."""
    path = os.path.join(fixed.store, "data.mdb")
    return os.stat(path).st_blocks * 512


def moved_on(fixed, step, steps):
    seconds = START_HOURS * 3600 + step * HOURS * 3600 // steps
    return clock.moved(fixed.clock, seconds)


def measure(events, windows, steps):
    """Bytes of the store at each quarter of a window, and of an event at the
    end.  An event counts as long as it may be read."""
    sizes = []
    last = int(windows * steps)
    with fixture.Fixture() as fixed:
        fixed.add_organization("bench")
        for step in range(last + 1):
            programs.fill(fixed, "bench", events // steps, seed=step,
                          prefix=moved_on(fixed, step, steps))
            if step % (steps // 4) == 0:
                sizes.append(allocated(fixed))
        read = fixed.try_cli("events", "--org", "bench", "--ndjson",
                             prefix=moved_on(fixed, last, steps))
        live = read.stdout.count(b"\n")
        length = len(read.stdout) / live
        stored = json.loads(fixed.cli("stat", "--json"))["events"]
        return sizes, live, stored, length, allocated(fixed) / live


def bench(_, plan):
    sizes, live, stored, length, each = measure(
        plan.disk_events, plan.disk_windows, plan.disk_steps)
    print("## On disk\n")
    print(f"{live:,} events of {length - 1:.0f} bytes can be read, "
          f"{stored:,} are stored.  Time is moved\non in steps of a window / "
          f"{plan.disk_steps}.\n")
    report.table(["windows", "MB"],
                 [[f"{number / 4:.2f}", f"{size / 1e6:.1f}"]
                  for number, size in enumerate(sizes)])
    return [report.Row(
        f"bytes on disk per event of {length - 1:.0f} bytes of JSON, steady "
        "state with pruning",
        [report.Cell([each], False, BOUND, "{:.0f}")])]
