"""waiters.py - those who wait for events, and pages beside them."""
import contextlib
import json
import statistics
import time

import load
import meters
import recorders
import report
import walk

WAITERS = 1000
GET_CLIENTS = 8
# How long requests need to be where they wait, all of them.
PARK_SECONDS = 0.5


def post_one(door):
    answer = door.ask("POST", "/v1/events", [
        ("X-API-KEY", door.fixture.keys["posts"]),
        ("Content-Type", "application/json")],
        walk.queue_event("news").encode())
    return json.loads(answer.body)["event"]


def wait_request(door, event):
    return load.request_bytes(door, "GET", walk.behind(
        "/v1/events?limit=1&wait=60", event))


def stream_request(door):
    return load.request_bytes(door, "GET", "/v1/events",
                         ["Accept: text/event-stream"])


def run_rounds(door, waiting, rounds, is_wait):
    """Wakes all waiters so many times."""
    results = []
    for number in range(rounds):
        if waiting.line() != "asked":
            raise RuntimeError("the waiters did not ask")
        time.sleep(PARK_SECONDS)
        event = post_one(door)
        results.append(waiting.result())
        if number + 1 < rounds:
            waiting.again(wait_request(door, event) if is_wait else None)
    return results


def waiters(door, kind, count=WAITERS):
    event = post_one(door)
    return load.Load(kind, door, count, wait_request(door, event)
                if kind == "wait" else stream_request(door))


def measure_waiters(store, plan):
    """Waiters alone; pages alone; both; and pages beside waiters to whom
    nothing happens: these take turns."""
    found = {name: [] for name in ("wait", "stream", "pages alone",
                                   "pages beside waiters",
                                   "pages beside news", "wait beside pages",
                                   "stream beside pages")}
    for _ in range(plan.wait_runs):
        with recorders.Recorder(store), load.Door(store) as door:
            for kind in ("wait", "stream"):
                with waiters(door, kind) as waiting:
                    found[kind] += run_rounds(door, waiting, plan.wakes,
                                              kind == "wait")
            found["pages alone"].append(run_pages(door, plan.seconds))
            with waiters(door, "wait") as waiting:
                waiting.line()
                time.sleep(PARK_SECONDS)
                found["pages beside waiters"].append(
                    run_pages(door, plan.seconds))
            for kind in ("wait", "stream"):
                with load.Load("rate", door, GET_CLIENTS,
                               load.page_request(door),
                               seconds_of_rounds(plan)) as pages, \
                        waiters(door, kind) as waiting:
                    found[kind + " beside pages"] += run_rounds(
                        door, waiting, plan.wakes, kind == "wait")
                    found["pages beside news"].append(pages.result())
    return found


def seconds_of_rounds(plan):
    """About as long as these rounds take."""
    return max(1, round(plan.wakes * (PARK_SECONDS + 0.2)))


def run_pages(door, seconds):
    return load.run_rate(door, GET_CLIENTS, load.page_request(door), seconds)


def measure_memory(store, plan):
    """Memory of the responder with and without those who wait."""
    found = {"wait": [], "stream": []}
    for _ in range(plan.wait_runs):
        for kind, results in found.items():
            with recorders.Recorder(store), load.Door(store) as door, \
                    contextlib.ExitStack() as stack:
                pid = door.responder.process.pid
                run_pages(door, 1)
                without = meters.private_bytes(pid)
                stack.enter_context(waiters(door, kind)).line()
                time.sleep(2 * PARK_SECONDS)
                results.append((meters.private_bytes(pid) - without) / WAITERS)
    return found


def median(runs, name):
    return statistics.median(run[name] for run in runs)


def bench(store, plan):
    load.add_writer(store)
    report_times(measure_waiters(store, plan))
    print("## Memory\n")
    report.table(
        [f"of each of {WAITERS:,}", "bytes of the responder's memory"],
        [[name, f"{statistics.median(found):,.0f}"]
         for name, found in measure_memory(store, plan).items()])
    return []


def report_times(found):
    print("## Waiting for events\n")
    print(f"{WAITERS:,} clients wait for the same event, which one more "
          "posts.\nTold is the time from the event's stored_at, before its "
          "commit\nbegins, until the whole of it is at a client.\n")
    report.table(
        ["waiters", "median ms", "p99 ms", "last ms", "worst ms"],
        [[name, ms(median(found[kind], "median_us")),
          ms(median(found[kind], "p99_us")),
          ms(median(found[kind], "max_us")),
          ms(max(run["max_us"] for run in found[kind]))]
         for name, kind in (
             ("`wait`", "wait"), ("streams", "stream"),
             ("`wait`, beside pages", "wait beside pages"),
             ("streams, beside pages", "stream beside pages"))])
    print("Pages of 100 events for 8 clients without a pause, meanwhile:\n")
    alone = statistics.median(map(load.rate, found["pages alone"]))
    report.table(
        ["pages", "a second", "of those alone", "p99 ms"],
        [[name, f"{statistics.median(map(load.rate, found[kind])):,.0f}",
          f"{statistics.median(map(load.rate, found[kind])) / alone:.2f}",
          ms(median(found[kind], "p99_us"))]
         for name, kind in (
             ("alone", "pages alone"),
             (f"beside {WAITERS:,} who wait", "pages beside waiters"),
             (f"beside {WAITERS:,} who get events", "pages beside news"))])


def ms(microseconds):
    return f"{microseconds / 1000:.1f}"
