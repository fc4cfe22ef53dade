"""cluster.py - several machines on one log: rates, lag, catching up.

Machines, servers and clients share the cores of this one, so what more
machines cost is told, not what they gain.
"""
import contextlib
import json
import statistics
import threading
import time

import load
import machines
import meters
import nats
import programs
import recorders
import report

CLIENTS = (1, 64)
LOOK_SECONDS = 0.02
WARM_LOOKS = 10
NEWEST = "/v1/events?order=desc&limit=1"
SUBJECTS_PER_LOOK = 1000


class Lag(threading.Thread):
    """How old the newest event is that a machine answers, looked at while
    others record: from its stamp, which is the log's, to the answer."""

    def __init__(self, machine):
        super().__init__()
        self.machine = machine
        self.is_stopped = threading.Event()
        self.ages_ms = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_stopped.set()
        self.join()

    def run(self):
        while not self.is_stopped.wait(LOOK_SECONDS):
            newest = json.loads(self.machine.ask(NEWEST).body)["events"][0]
            self.ages_ms.append(time.time() * 1000 - newest["stored_at"])

    def told(self):
        """The first looks are at what was there before."""
        ages = sorted(self.ages_ms[WARM_LOOKS:])
        return {"median": statistics.median(ages), "most": ages[-1]}


def rates(fixed, plan, lag=None):
    """Of POSTs by one and by many, and of pages."""
    found = {}
    with load.Door(fixed) as door:
        for clients in CLIENTS:
            is_watched = lag is not None and clients == max(CLIENTS)
            with lag if is_watched else contextlib.nullcontext():
                found[clients] = load.run_rate(
                    door, clients, load.post_request(door), plan.seconds)
        found["pages"] = load.run_rate(
            door, max(CLIENTS), load.page_request(door), plan.seconds)
    for result in found.values():
        result["rate"] = load.rate(result)
    return found


def run_cluster(servers, count, plan):
    """The rates at the first machine, and how old meanwhile the newest event
    is on the last one."""
    with machines.Machines(servers, count) as cluster:
        first, last = cluster[0], cluster[count - 1]
        cluster.add_key("posts")
        programs.fill(first, "acme", plan.small_events, seed=2)
        cluster.agree()
        lag = Lag(last)
        found = rates(first, plan, lag)
        cluster.agree()
        found["lag"] = lag.told()
        return found


def measure_rates(store, plan):
    runs = {"alone": [], "one machine, one server": [],
            "three machines, three servers": []}
    for _ in range(plan.few_rounds):
        with recorders.Recorder(store):
            runs["alone"].append(rates(store, plan))
        for name, count in (("one machine, one server", 1),
                            ("three machines, three servers", 3)):
            with nats.Servers(count) as servers:
                runs[name].append(run_cluster(servers, count, plan))
    return runs


def measure_catching_up(plan):
    """Events a second that a machine which was away puts into its store."""
    found = []
    for _ in range(plan.few_rounds):
        with nats.Servers(1) as servers, \
                machines.Machines(servers, 2) as cluster:
            cluster[1].recorder.stop()
            programs.fill(cluster[0], "acme", plan.intake_events)
            begin = time.monotonic()
            cluster[1].record()
            cluster.agree(seconds=60)
            found.append(plan.intake_events / (time.monotonic() - begin))
    return found


def measure_subjects(plan):
    """Bytes of the server's memory for each message, where each has a
    subject of its own, and where all have the same."""
    found = {}
    for name, subject in (("own", "apitrail.events.bench.{}"),
                          ("same", "apitrail.events.bench")):
        with nats.Servers(1) as servers:
            with machines.Machines(servers, 1):
                pass
            server = servers.all[0]
            with server.client() as client:
                before = meters.anonymous_bytes(server.process.pid)
                for number in range(plan.intake_events):
                    client.publish(subject.format(f"{number:032x}"), b"x")
                    if number % SUBJECTS_PER_LOOK == 0:
                        client.last()
                nats.wait_for(
                    lambda client=client: client.last() >=
                    plan.intake_events, "all messages are there", 120)
                found[name] = (meters.anonymous_bytes(server.process.pid)
                               - before) / plan.intake_events
    return found


def bench(store, plan):
    load.add_writer(store)
    runs = measure_rates(store, plan)
    print("## Several machines\n")
    print("Clients ask the first machine; beside 64 of them that record, the "
          "newest event on the last machine is as old as told.\n")
    report.table(
        ["", "POSTs a second, 1 client · 64", "median ms, 1 client · 64",
         "pages a second", "newest event, ms old: median · most"],
        [[name,
          " · ".join(report.spread([run[clients] for run in some], "rate",
                                   "{:,.0f}") for clients in CLIENTS),
          " · ".join(report.spread([run[clients] for run in some],
                                   "median_us", "{:.2f}", 1000)
                     for clients in CLIENTS),
          report.spread([run["pages"] for run in some], "rate", "{:,.0f}"),
          "" if name == "alone" else " · ".join(
              report.spread([run["lag"] for run in some], one, "{:,.0f}")
              for one in ("median", "most"))]
         for name, some in runs.items()])
    caught_up = measure_catching_up(plan)
    print("\nA machine that was away catches up with "
          f"{report.told(caught_up, '{:,.0f}')} events a second.\n")
    subjects = measure_subjects(plan)
    print("The server keeps "
          f"{subjects['own'] - subjects['same']:,.0f} bytes in memory for a "
          "subject of its own, which no message here has: "
          f"{subjects['own']:,.0f} a message, and {subjects['same']:,.0f} "
          "where all have one subject.\n")
    return []
