"""arrivals.py - pages while events come in, against pages while none do."""
import contextlib
import subprocess
import threading
import time

import client
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
    with contextlib.ExitStack() as stack:
        stack.enter_context(recorders.Recorder(store))
        responder = stack.enter_context(responders.Responder(store))
        nginx = stack.enter_context(front.Front(
            store, {"ours": front.Responder(responder.path)}))
        for _ in range(plan.few_rounds):
            for limit in LIMITS:
                url = nginx.url("ours", target_of(limit))
                found["quiet", limit].append(
                    wrk.run(url, key_path, plan.seconds))
                with Arrivals(nginx.ports["ours"],
                              store.keys["posts"]) as arrivals:
                    found["busy", limit].append(
                        wrk.run(url, key_path, plan.seconds))
                if arrivals.faults:
                    raise RuntimeError(f"POST: {arrivals.faults}")
                rates.append(arrivals.rate)
    return found, rates


def bench(store, plan):
    load.add_writer(store)
    found, rates = measure(store, plan)
    print("## Pages while events come in\n")
    print(f"POSTs of {BATCH} events each, by {POSTERS} clients at an even "
          f"pace: {report.told(rates, '{:,.0f}')} events a\nsecond of "
          f"{EVENTS_A_SECOND:,} that were meant.\n")
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
