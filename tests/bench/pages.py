"""pages.py - a hot page against whatever else could be sent.

The contenders take turns within each round, so that a ratio is one of
neighbours.
"""
import json
import os

import fastcgi
import front
import programs
import report
import responders
import wrk

LIMITS = (10, 100)
THREADS = 2             # as ours has in a fixture
SLOW_CONNECTIONS = 64
CONTENDERS = {
    "static": "nginx, static file of the same body",
    "raw": "constant bytes, raw FastCGI",
    "usual": "constant bytes, usual libfcgi loop",
    "ours": "apitrail",
}
# Ratio, contender, measure, is_at_least, and the bounds for each limit.
WANTED = (
    ("ours / static file", "static", "rate", True, (0.72, 0.65)),
    ("ours / raw FastCGI constant bytes with the same headers", "raw",
     "rate", True, (0.97, 0.93)),
    ("ours / usual libfcgi loop, constant bytes", "usual", "rate", True,
     (1.9, 1.8)),
    ("CPU a request, ours / raw constant bytes", "raw", "cpu_us", False,
     (1.15, 1.25)),
    ("64 connections: p99 ours / p99 raw constant bytes", "raw", "p99_us",
     False, (1.5, 1.5)),
)


def name_of(contender, limit):
    return f"{contender}-{limit}"


def target_of(limit):
    return f"/v1/events?limit={limit}"


def answer_of(store, socket_path, limit, port):
    """Head and body, as the responder gives them to nginx on this port."""
    connection = fastcgi.Connection(socket_path)
    params = fastcgi.get_params(target_of(limit), store.keys["bench"])
    connection.send({**params, "SERVER_PORT": str(port)})
    answer = connection.receive()
    connection.close()
    return answer


class Contest(programs.Started):
    """All contenders, behind one nginx."""

    def __init__(self, store):
        super().__init__()
        self.store = store
        self.key_path = wrk.key_file(store, "bench")
        self.pids = {}

    def start(self, stack):
        store = self.store
        ours = stack.enter_context(responders.Responder(store))
        static = front.Static(store.path("static"))
        servers = {}
        for limit in LIMITS:
            for contender in CONTENDERS:
                name = name_of(contender, limit)
                servers[name] = {
                    "static": static,
                    "ours": front.Responder(ours.path),
                }.get(contender) or front.Responder(
                    os.path.join(store.run, name + ".sock"),
                    is_kept=contender != "usual")
                self.pids[name] = []
        self.front = stack.enter_context(front.Front(store, servers))
        for limit in LIMITS:
            name = name_of("ours", limit)
            self.pids[name] = [ours.process.pid]
            answer = answer_of(store, ours.path, limit,
                               self.front.ports[name])
            static.write(name_of("static", limit),
                         answer.partition(b"\r\n\r\n")[2])
            self.start_constants(stack, limit, self.write(limit, answer))
            self.compare(limit)

    def write(self, limit, answer):
        path = self.store.path(f"answer-{limit}")
        with open(path, "wb") as file:
            file.write(answer)
        return path

    def start_constants(self, stack, limit, path):
        for contender, program, arguments in (
                ("raw", "constant", [str(THREADS)]), ("usual", "usual", [])):
            name = name_of(contender, limit)
            started = stack.enter_context(programs.Program(
                self.store, program, name, path, *arguments))
            self.pids[name] = [started.process.pid]

    def compare(self, limit):
        """All must send the same."""
        key = [("X-API-KEY", self.store.keys["bench"])]
        bodies = set()
        for contender in CONTENDERS:
            self.front.port = self.front.ports[name_of(contender, limit)]
            answer = self.front.ask("GET", target_of(limit), key)
            if answer.status != 200:
                raise RuntimeError(f"{contender}: {answer.status}")
            bodies.add(answer.body)
        if len(bodies) != 1:
            raise RuntimeError("the contenders send different bodies")
        count = len(json.loads(bodies.pop())["events"])
        if count != limit:
            raise RuntimeError(f"a page of {limit} has {count} events")

    def run(self, contender, limit, seconds, connections):
        name = name_of(contender, limit)
        try:
            return wrk.run(self.front.url(name, target_of(limit)),
                           self.key_path, seconds, connections,
                           pids=self.front.pids() + self.pids[name])
        except RuntimeError as error:
            raise RuntimeError(
                f"{name}: {error}\n{self.front.log_end()}") from error


def turns(names, number):
    """The names, beginning with another one in each round."""
    names = list(names)
    number %= len(names)
    return names[number:] + names[:number]


def measure(store, plan):
    """Lists of results, by connections, contender and limit."""
    found = {}
    with Contest(store) as contest:
        for number in range(plan.rounds):
            for connections, contenders, rounds in (
                    (wrk.PAGE_CONNECTIONS, CONTENDERS, plan.rounds),
                    (SLOW_CONNECTIONS, ("raw", "ours"), plan.few_rounds)):
                if number >= rounds:
                    continue
                for limit in LIMITS:
                    for contender in turns(contenders, number):
                        found.setdefault(
                            (connections, contender, limit), []).append(
                                contest.run(contender, limit, plan.seconds,
                                            connections))
    return found


def bench(store, plan):
    found = measure(store, plan)
    print("## Pages, the same again and again\n")
    report.table(
        ["contender", *(f"{limit} events: a second · CPU µs a request"
                        for limit in LIMITS)],
        [[title, *(
            report.spread(found[wrk.PAGE_CONNECTIONS, contender, limit],
                          "rate", "{:,.0f}") + " · " +
            report.spread(found[wrk.PAGE_CONNECTIONS, contender, limit],
                          "cpu_us", "{:.1f}") for limit in LIMITS)]
         for contender, title in CONTENDERS.items()])
    report.table(
        [f"{SLOW_CONNECTIONS} connections",
         *(f"{limit} events: median ms · p99 ms" for limit in LIMITS)],
        [[CONTENDERS[contender], *(
            report.spread(found[SLOW_CONNECTIONS, contender, limit],
                          "median_us", "{:.2f}", 1000) + " · " +
            report.spread(found[SLOW_CONNECTIONS, contender, limit],
                          "p99_us", "{:.2f}", 1000) for limit in LIMITS)]
         for contender in ("raw", "ours")])
    return [wanted_row(found, *row) for row in WANTED]


def wanted_row(found, title, other, measure_name, is_at_least, bounds):
    connections = (SLOW_CONNECTIONS if measure_name == "p99_us"
                   else wrk.PAGE_CONNECTIONS)
    return report.Row(title, [
        report.Cell(report.ratios(found[connections, "ours", limit],
                                  found[connections, other, limit],
                                  measure_name), is_at_least, bound)
        for limit, bound in zip(LIMITS, bounds)])
