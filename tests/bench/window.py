"""window.py - the same pages of a small and of a large store, in turns."""
import contextlib
import os
import random
import subprocess
import sys
import time

import fixture
import front
import meters
import programs
import report
import responders
import wrk
from pages import LIMITS, target_of, turns

LINE_BYTES = 294        # of a generated event, as it is told
CURSORS = 20_000
RESIDENT_BOUND_MB = 16
# The responder maps a GiB a second, and looks for more every second.
MAPPED_SECONDS_MAX = 30
STILL_SECONDS = 2.5
# What is asked of which store: measure, and targets for a limit.
HOT, AT_CURSORS, RAREST = "hot page", "random cursors", "rarest category"
WANTED = (
    ("cost of the same hot page, {large} events / {small} events",
     ("large", HOT), ("small", HOT), (1.1, 1.1)),
    ("cost of pages at random cursors, likewise",
     ("large", AT_CURSORS), ("small", AT_CURSORS), (1.3, 1.5)),
    ("cost of the rarest category in {large} events / `all`",
     ("large", RAREST), ("large", HOT), (1.0, 1.0)),
)
RUNS = tuple(dict.fromkeys(
    run for _, ours, other, _ in WANTED for run in (ours, other)))


class Store:
    """One that is served, with the targets that it is asked for."""

    def __init__(self, fixed, events, stack):
        self.fixture = fixed
        self.key_path = wrk.key_file(fixed, "bench")
        self.responder = stack.enter_context(responders.Responder(fixed))
        places = self.sample(events, min(CURSORS, events // 2))
        self.targets = {limit: self.write(limit, places)
                        for limit in LIMITS}
        self.wait_until_mapped()

    def wait_until_mapped(self):
        """Nobody asks yet, so page faults are of mapping ahead."""
        pid = self.responder.process.pid
        deadline = time.monotonic() + MAPPED_SECONDS_MAX
        before = None
        while before != (before := meters.faults(pid)):
            if time.monotonic() > deadline:
                print("bench: pages are still mapped after "
                      f"{MAPPED_SECONDS_MAX} s", file=sys.stderr)
                return
            time.sleep(STILL_SECONDS)

    def sample(self, events, count):
        """Cursors of random events, in no order."""
        rng = random.Random(1)
        numbers = rng.sample(range(events), count)
        wanted = set(numbers)
        places = []
        with subprocess.Popen(
                [self.fixture.path("apitrail"), "events", "--org", "bench",
                 "--ndjson"], stdout=subprocess.PIPE, cwd=self.fixture.run,
                env=self.fixture.environment(),
                **fixture.user_arguments()) as export:
            for number in range(events):
                line = export.stdout.read(LINE_BYTES)
                if not (line.startswith(b'{"id":"') and
                        line.endswith(b"}\n")):
                    raise RuntimeError("an event has another length")
                if number in wanted:
                    places.append(self.place(line))
        rng.shuffle(places)
        return places

    def place(self, line):
        return (line.partition(b'"stored_at":')[2][:13].decode(),
                line[len('{"id":"'):][:21].decode())

    def write(self, limit, places):
        path = self.fixture.path(f"targets-{limit}")
        with open(path, "w", encoding="ascii") as file:
            file.writelines(f"{target_of(limit)}&startAfter={stored_at}"
                            f"&startAfterId={event_id}\n"
                            for stored_at, event_id in places)
        return path


def fill_large(stack, events):
    fixed = stack.enter_context(fixture.Fixture())
    fixed.add_organization("bench")
    fixed.add_key("bench", "bench")
    programs.fill(fixed, "bench", events)
    os.sync()
    return fixed


def run(nginx, stores, name, kind, limit, seconds):
    store = stores[name]
    target = target_of(limit)
    if kind == RAREST:
        target += "&events=api_keys"
    pid = store.responder.process.pid
    before = meters.faults(pid)
    result = wrk.run(
        nginx.url(name, target), store.key_path, seconds,
        targets=store.targets[limit] if kind == AT_CURSORS else None,
        pids=[*nginx.pids(), pid])
    result.minor, result.major = (
        (now - then) / result.count
        for now, then in zip(meters.faults(pid), before))
    return result


def measure(store, plan, small_events):
    """Results by store, kind and limit, and memory of a responder that
    has served the large store."""
    found = {}
    with contextlib.ExitStack() as stack:
        large = fill_large(stack, plan.large_events)
        stores = {"small": Store(store, small_events, stack),
                  "large": Store(large, plan.large_events, stack)}
        nginx = stack.enter_context(front.Front(store, {
            name: front.Responder(served.responder.path)
            for name, served in stores.items()}))
        for number in range(plan.few_rounds):
            for limit in LIMITS:
                for name, kind in turns(RUNS, number):
                    found.setdefault((name, kind, limit), []).append(
                        run(nginx, stores, name, kind, limit,
                            plan.seconds))
        return found, meters.anonymous_bytes(
            stores["large"].responder.process.pid)


def bench(store, plan):
    found, resident = measure(store, plan, plan.small_events)
    sizes = {"small": f"{plan.small_events:,}",
             "large": f"{plan.large_events:,}"}
    print(f"## Pages of {sizes['small']} and of {sizes['large']} events\n")
    if plan.is_quick:
        print("The full run takes 10,000,000.  ", end="")
    print("Cost is CPU time of a request, once the responder has mapped what "
          "is stored, as it does\nin the first seconds after its start.  "
          "Faults are the responder's, of a page of the\nstore that is in the "
          "cache of files, and of one that is not.\n")
    report.table(
        ["events", "pages", *(f"{limit} events: a second · CPU µs a request "
                              "· faults a request" for limit in LIMITS)],
        [[sizes[name], kind, *(told(found[name, kind, limit])
                               for limit in LIMITS)] for name, kind in RUNS])
    rows = [report.Row(title.format(**sizes), [
        report.Cell(report.ratios(found[(*ours, limit)],
                                  found[(*other, limit)], "cpu_us"),
                    False, bound)
        for limit, bound in zip(LIMITS, bounds)])
            for title, ours, other, bounds in WANTED]
    return rows + [report.Row(
        f"MB of a responder's memory with {sizes['large']} events, page "
        "cache aside",
        [report.Cell([resident / 1e6], False, RESIDENT_BOUND_MB, "{:.1f}")])]


def told(results):
    return " · ".join((report.spread(results, "rate", "{:,.0f}"),
                       report.spread(results, "cpu_us", "{:.1f}"),
                       report.spread(results, "minor", "{:.2f}") + " + " +
                       report.spread(results, "major", "{:.3f}")))
