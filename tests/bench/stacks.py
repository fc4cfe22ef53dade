"""stacks.py - pages from apitrail and from other stacks, in turns.

How it is done:

- `make stacks` builds stacks/bolt.go, and has npm install what
  package-lock.json names; `contrib/packages stacks` installs what that takes.
  A stack whose parts are missing is named, and the others are measured.
- All hold the same events, made up by a seeded generator and recorded by
  apitrail, with JSON as apitrail stores it, ordered by organization, stored_at
  and id: those are the key in bbolt and LMDB, the primary key in SQLite and
  PostgreSQL.
- All look a digest of the API key up in their store for each request, read the
  page behind the cursor, and write the links.  The bodies are compared, byte
  by byte, before anything is measured.
- Statements are prepared as far as the stack can keep them, and connections to
  stores are kept.  Node has two workers; PostgreSQL's buffers hold all of it;
  SQLite's file is mapped, and PHP keeps its compiled code.
- What apitrail does and the others do not: checksums of what is read, scopes
  and rates of keys, lock-outs, metrics, and the other forms of an answer.
- apitrail and PHP stand behind nginx.  Go and Node are asked directly, as they
  are web servers themselves: what nginx takes is no burden of theirs.
- Runs take turns.  The CPU time is that of all processes that serve.
"""
import hashlib
import os
import subprocess
import sys

import client
import contenders
import fixture
import front
import programs
import report
import window
import wrk
from pages import LIMITS, target_of, turns

OURS = "apitrail"
COMPARED_CURSORS = 5
# Node compiles what it has run often enough, at leisure.
WARM_ANSWERS = 30_000
WARM_RUNS_MAX = 15      # of a second each
KINDS = (window.HOT, window.AT_CURSORS)


def write_rows(fixed, path):
    """Stored_at, id and JSON of all events."""
    with subprocess.Popen(
            [fixed.path("apitrail"), "events", "--org", "bench", "--ndjson"],
            stdout=subprocess.PIPE, cwd=fixed.run, env=fixed.environment(),
            **fixture.user_arguments()) as export, open(path, "wb") as file:
        for line in export.stdout:
            file.write(b"\t".join((
                line.partition(b'"stored_at":')[2][:13],
                line[len(b'{"id":"'):][:21], line)))
    os.chmod(path, 0o644)


class Contest(programs.Started):
    """All that can be measured here, started."""

    def __init__(self, plan):
        super().__init__()
        self.plan = plan
        self.missing = {}
        self.stacks = {}
        self.fixture = self.served = self.front = None

    def start(self, stack):
        self.fixture = window.fill_large(stack, self.plan.stack_events)
        self.served = window.Store(self.fixture, self.plan.stack_events,
                                   stack)
        rows = self.fixture.path("rows")
        write_rows(self.fixture, rows)
        digest = hashlib.sha256(
            self.fixture.keys["bench"].encode()).hexdigest()
        servers = {OURS: front.Responder(self.served.responder.path)}
        for kind in contenders.ALL:
            lack = kind.missing()
            if lack is not None:
                self.missing[kind.title] = lack
                continue
            other = stack.enter_context(kind(self.fixture, digest))
            other.load(rows)
            other.serve()
            self.stacks[kind.title] = other
            if other.port is None:
                servers[type(other).__name__] = other
        os.unlink(rows)
        os.sync()
        self.front = stack.enter_context(front.Front(self.fixture, servers))

    def names(self):
        return [OURS, *self.stacks]

    def port(self, name):
        if name == OURS:
            return self.front.ports[OURS]
        other = self.stacks[name]
        return other.port or self.front.ports[type(other).__name__]

    def pids(self, name):
        if name == OURS:
            return [self.served.responder.process.pid, *self.front.pids()]
        other = self.stacks[name]
        return other.pids() + ([] if other.port else self.front.pids())

    def compare(self):
        """All must send the same."""
        for limit in LIMITS:
            with open(self.served.targets[limit], encoding="ascii") as file:
                lines = [next(file).strip() for _ in range(COMPARED_CURSORS)]
            for target in (target_of(limit), *lines):
                wanted = self.body(OURS, target)
                for name in self.stacks:
                    if self.body(name, target) != wanted:
                        raise RuntimeError(f"{name}: another body for "
                                           f"{target}")

    def body(self, name, target):
        """With a name in place of the port."""
        port = self.port(name)
        answer = client.ask(port, "GET", target, [
            ("X-API-KEY", self.fixture.keys["bench"]),
            ("Host", f"127.0.0.1:{port}")])
        if answer.status != 200:
            raise RuntimeError(f"{name}: {answer.status} for {target}: "
                               f"{answer.body}")
        return answer.body.replace(b":%d/" % port, b":PORT/")

    def run(self, name, kind, limit, seconds):
        return wrk.run(
            f"http://127.0.0.1:{self.port(name)}{target_of(limit)}",
            self.served.key_path, seconds,
            targets=(self.served.targets[limit]
                     if kind == window.AT_CURSORS else None),
            pids=self.pids(name))


def warm(contest, name, limit):
    """Asks until all that can be compiled is, or too long."""
    answers = 0
    for _ in range(WARM_RUNS_MAX):
        answers += contest.run(name, window.AT_CURSORS, limit, 1).count
        if answers >= WARM_ANSWERS:
            return


def measure(contest, plan):
    """Results by name, kind and limit."""
    found = {}
    contest.compare()
    for name in contest.names():
        for limit in LIMITS:
            warm(contest, name, limit)
    for number in range(plan.few_rounds):
        for kind in KINDS:
            for limit in LIMITS:
                for name in turns(contest.names(), number):
                    found.setdefault((name, kind, limit), []).append(
                        contest.run(name, kind, limit, plan.seconds))
    return found


def bench(_, plan):
    with Contest(plan) as contest:
        found = measure(contest, plan)
        names, missing = contest.names(), contest.missing
    for name, lack in missing.items():
        print(f"bench: {name} is not measured: {lack}", file=sys.stderr)
    print(f"## Other stacks, {plan.stack_events:,} events\n")
    report.table(
        ["stack", "pages", *(f"{limit} events: a second · CPU µs a request"
                             for limit in LIMITS)],
        [[name, kind, *(told(found[name, kind, limit]) for limit in LIMITS)]
         for name in names for kind in KINDS]
        + [[name, f"not measured: {lack}", "", ""]
           for name, lack in missing.items()])
    return [ratio_row(found, kind, name) for kind in KINDS
            for name in names if name != OURS]


def told(results):
    return (report.spread(results, "rate", "{:,.0f}") + " · " +
            report.spread(results, "cpu_us", "{:.1f}"))


def ratio_row(found, kind, name):
    return report.Row(f"{kind}: ours / {name}", [
        report.Cell(report.ratios(found[OURS, kind, limit],
                                  found[name, kind, limit], "rate"), True, 1)
        for limit in LIMITS])
