"""arrivals.py - pages while events come in, against pages while none do.

As in a store that is older than its window, as many events leave as come in,
and the data file, which grows on its first day only, is written over.
"""
import contextlib
import subprocess
import threading
import time

import client
import disk
import front
import load
import programs
import recorders
import report
import responders
import wrk
from pages import LIMITS, target_of

EVENTS_A_SECOND = 20_000
BATCH = 100
BATCHES = 20            # of different events
POSTERS = 2
BOUND = 1.5
LATE_MAX = 0.05         # of the rate that is meant
DAY_MS = 24 * 3600 * 1000
AGED_FOR_MS = 1500      # before they leave; adding them takes less


class Arrivals:
    """Posts batches at an even pace, until it is stopped."""

    def __init__(self, port, key):
        self.port = port
        self.fields = [("X-API-KEY", key),
                       ("Content-Type", "application/x-ndjson")]
        self.bodies = bodies()
        self.is_over = threading.Event()
        self.counts = [0] * POSTERS
        self.faults = []
        self.threads = [threading.Thread(target=self.post, args=(number,))
                        for number in range(POSTERS)]

    def __enter__(self):
        self.begin = time.monotonic()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        self.rate = sum(self.counts) / (time.monotonic() - self.begin)

    def post(self, number):
        pace = POSTERS * BATCH / EVENTS_A_SECOND
        due = self.begin + pace * number / POSTERS
        with client.Connection(self.port) as connection:
            while not self.is_over.wait(max(0, due - time.monotonic())):
                body = self.bodies[self.counts[number] % BATCHES]
                connection.send("POST", "/v1/events", self.fields, body,
                                keep=True)
                answer = connection.receive("POST")
                if answer.status != 201:
                    self.faults.append(answer.status)
                    return
                self.counts[number] += BATCH
                due += pace


def bodies():
    lines = subprocess.run(
        [programs.path_of("generate"), str(BATCH * BATCHES), "4"],
        stdout=subprocess.PIPE, check=True).stdout.splitlines(True)
    return [b"".join(lines[at:at + BATCH])
            for at in range(0, len(lines), BATCH)]


def measure(store, plan):
    """Quiet and busy take turns; the rate that events really came at."""
    found = {(kind, limit): [] for kind in ("quiet", "busy")
             for limit in LIMITS}
    rates = []
    key_path = wrk.key_file(store, "bench")
    aged = Aged(store, plan)
    sizes = [disk.allocated(store)]
    with contextlib.ExitStack() as stack:
        stack.enter_context(recorders.Recorder(store))
        responder = stack.enter_context(responders.Responder(store))
        nginx = stack.enter_context(front.Front(
            store, {"ours": front.Responder(responder.path)}))
        for _ in range(plan.rounds_of_times):
            for limit in LIMITS:
                url = nginx.url("ours", target_of(limit))
                quiet = wrk.run(url, key_path, plan.seconds)
                aged.add(EVENTS_A_SECOND * plan.seconds)
                with Arrivals(nginx.ports["ours"],
                              store.keys["posts"]) as arrivals:
                    busy = wrk.run(url, key_path, plan.seconds)
                if arrivals.faults:
                    raise RuntimeError(f"POST: {arrivals.faults}")
                found["quiet", limit].append(quiet)
                found["busy", limit].append(busy)
                rates.append(arrivals.rate)
    sizes.append(disk.allocated(store))
    return found, rates, sizes


class Aged:
    """Events of an organization of their own that are about to leave."""

    def __init__(self, store, plan):
        self.store = store
        self.lines = b"".join(bodies()).splitlines(True)
        self.count = 0
        # Room for these and for those that come, all the time.
        phases = plan.rounds_of_times * len(LIMITS)
        store.add_organization("aged")
        programs.fill(store, "aged",
                      2 * phases * plan.seconds * EVENTS_A_SECOND)
        store.cli("org", "remove", "aged", "--yes")
        store.add_organization("aged")

    def add(self, count):
        """So many, which leave at the pace that others come at."""
        first_ms = int(time.time() * 1000) - DAY_MS + AGED_FOR_MS
        self.store.cli("import", "--org", "aged", data=b"".join(
            b'{"id":"%021d","stored_at":%d,' % (
                self.count + number,
                first_ms + number * 1000 // EVENTS_A_SECOND)
            + self.lines[number % len(self.lines)][1:]
            for number in range(count)))
        self.count += count


def bench(store, plan):
    load.add_writer(store)
    found, rates, sizes = measure(store, plan)
    print("## Pages while events come in\n")
    print(f"POSTs of {BATCH} events each, by {POSTERS} clients at an even "
          f"pace: {report.told(rates, '{:,.0f}')} events a\nsecond of "
          f"{EVENTS_A_SECOND:,} that were meant.\nThe data file had "
          f"{sizes[0] / 1e6:.0f} MB at the first of them and "
          f"{sizes[-1] / 1e6:.0f} at the last.\n")
    report.table(
        ["", *(f"{limit} events: a second · p99 ms" for limit in LIMITS)],
        [[kind, *(report.spread(found[kind, limit], "rate", "{:,.0f}")
                  + " · " + report.spread(found[kind, limit], "p99_us",
                                          "{:.2f}", 1000)
                  for limit in LIMITS)] for kind in ("quiet", "busy")])
    title = (f"GET p99 while {EVENTS_A_SECOND:,} events a second come in / "
             "quiet")
    if min(rates) < EVENTS_A_SECOND * (1 - LATE_MAX):
        title += " (fewer came, see above)"
    return [report.Row(title, [
        report.Cell(report.ratios(found["busy", limit],
                                  found["quiet", limit], "p99_us"), False,
                    BOUND) for limit in LIMITS])]
