#!/usr/bin/env python3
"""test_memory.py - let each allocation of the programs' own code fail once.

The nth allocation of a command, of a request in plain CGI, or of the recorder
or a responder as it is asked, fails.  A command ends with status 0 or 1, and
says so; a request is answered, with 5xx if need be; what serves goes on
serving.  Nothing is left allocated by who ends as it should.

POINTS says how many failures are tried, evenly over all; 0 is all of them.
"""
import errno
import os
import random
import subprocess
import sys
import time

from preloaded import BUILD, SEED, recording
import fastcgi
from faults import MEMORY, Faults
from program import DONE, EVENT, FAILED
from tap import Tap

POINTS = int(os.environ.get("POINTS", "100"))
PATIENCE_SECONDS = 20
# Within which all is as before.
BACK_SECONDS = 2
BODY = EVENT.strip()
ONE_BY_ONE = [  # name, arguments, standard input
    ("init", ("init",), b""),
    ("org add", ("org", "add", "new"), b""),
    ("org list", ("org", "list"), b""),
    ("org show", ("org", "show", "acme", "--json"), b""),
    ("org set", ("org", "set", "acme", "--status", "active"), b""),
    ("org remove", ("org", "remove", "new", "--yes"), b""),
    ("key add", ("key", "add", "--org", "acme", "--name", "k"), b""),
    ("key list", ("key", "list", "--org", "acme"), b""),
    ("append", ("append", "--org", "acme"), EVENT * 3),
    ("append of JSON that is not plain", ("append", "--org", "acme"),
     b'{"queue":{"name":"\\u00fc","id":"q"},"type":"queue_added",'
     b'"metadata":{"a":"b"}}\n'),
    ("append --strict", ("append", "--org", "acme", "--strict"), EVENT * 3),
    ("events", ("events", "--org", "acme"), b""),
    ("events --csv", ("events", "--org", "acme", "--csv"), b""),
    ("events --json", ("events", "--org", "acme", "--json"), b""),
    ("tail", ("tail", "--org", "acme"), b""),
    ("prune", ("prune",), b""),
    ("stat", ("stat",), b""),
    ("stat --json", ("stat", "--json"), b""),
    ("check", ("check",), b""),
    ("help", ("--help",), b""),
]


class Bench:
    """A store with something in it, and what failing costs there."""

    def __init__(self, program):
        self.program = program
        self.points = []
        self.failed = 0
        program.with_org()
        self.key_id = recording.add_key(program, "acme", 1)
        self.key = program.must(
            "key", "add", "--org", "acme", "--name", "h", "--scope",
            "events:write").strip()
        self.key_file = program.write("key", self.key)
        program.must("append", "--org", "acme", stdin=EVENT * 5)

    def command(self, words, stdin, nth):
        """One that runs to its end: count of allocations, and faults."""
        program = self.program
        program.arm(MEMORY, nth, errno.ENOMEM)
        result = program.run(*words, stdin=stdin)
        ended, unfreed = program.ends()
        has_failed = program.disarm()
        self.failed += has_failed
        text = result.stderr.decode(errors="replace")
        wrong = []
        if result.returncode not in (DONE, FAILED):
            wrong.append(f"status {result.returncode}: {text}")
        # It may have been done before the answer failed.
        if result.returncode == FAILED and "memory" not in text and (
                "is called " not in text):
            wrong.append(f"it does not tell why: {text}{result.stdout!r}")
        if nth == 0 and result.returncode != DONE:
            wrong.append(f"without a failure: {text}")
        if ended and unfreed:
            wrong.append(f"{unfreed} allocations are not freed")
        return wrong

    def request(self, words, stdin, nth):
        """The same, through a responder in plain CGI; the answer counts."""
        wrong = self.command(words, stdin, nth)
        return [fault for fault in wrong if "without a failure" not in fault]

    def plan(self, name, run, *arguments):
        """Counts the places of one work, and notes each."""
        wrong = run(*arguments, 0)
        self.points += [(name, run, arguments, nth)
                        for nth in range(1, self.program.counted[MEMORY] + 1)]
        return [f"{name}: {fault}" for fault in wrong]


class Served:
    """A responder with a recorder behind it, of which one at a time fails."""

    def __init__(self, bench):
        self.bench = bench
        self.path = bench.program.path("responder.sock")
        self.log = open(bench.program.path("responder.log"), "ab+")
        environment = bench.program.environment()
        self.recorder = recording.Recorder(bench.program)
        self.recorder.start()
        self.child = subprocess.Popen(
            [os.path.join(BUILD, "apitrail.fcgi"), "--listen", self.path],
            env={**environment, "APITRAIL_THREADS": "1"}, stderr=self.log)
        end = time.monotonic() + PATIENCE_SECONDS
        while "is ready" not in self.text() and time.monotonic() < end:
            time.sleep(0.005)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait(PATIENCE_SECONDS)
        self.recorder.stop()
        self.recorder.__exit__()
        self.log.close()

    def text(self):
        """What the responder logged."""
        self.log.seek(0)
        return self.log.read().decode()

    def ask(self, method, target, more=(), body=b""):
        """One request on a connection of its own; its status, 0 for none."""
        path, _, query = target.partition("?")
        params = [("QUERY_STRING", query), ("REMOTE_ADDR", "127.0.0.1"),
                  ("HTTP_X_API_KEY", self.bench.key.decode()), *more]
        if body:
            params += [("CONTENT_LENGTH", str(len(body))),
                       ("CONTENT_TYPE", "application/json")]
        with fastcgi.Peer(self.path, PATIENCE_SECONDS) as peer:
            try:
                answer = peer.ask(path, method=method, more=params, body=body,
                                  flags=0)
            except OSError:
                return 0
        if not answer.stdout.startswith(b"Status: "):
            return 0
        return int(answer.stdout.split(b" ", 2)[1].split()[0])

    def request(self, method, target, more, body, nth):
        """With the nth allocation failing; then without."""
        program = self.bench.program
        program.arm(MEMORY, nth, errno.ENOMEM)
        status = self.ask(method, target, more, body)
        has_failed = program.disarm()
        self.bench.failed += has_failed
        wrong = []
        # Without a connection there is no answer: the web server says 502.
        if not (200 <= status < 300 or has_failed and (
                500 <= status < 600 or
                status == 0 and "there was no room" in self.text())):
            wrong.append(f"answered {status}")
        if self.child.poll() is not None:
            wrong.append(f"the responder ended: {self.child.returncode}")
        if self.recorder.child.poll() is not None:
            wrong.append("the recorder ended: " + self.recorder.text())
            self.recorder.start()
        end = time.monotonic() + BACK_SECONDS
        again = 503
        while again == 503 and time.monotonic() < end:
            again = self.ask(method, target, more, body)
        if not 200 <= again < 300:
            wrong.append(f"answered {again} without a failure")
        return wrong


SERVED = [  # name, method, target, headers, body
    ("GET", "GET", "/v1/events?limit=3", (), b""),
    ("GET pretty", "GET", "/v1/events?pretty=true", (), b""),
    ("GET as CSV", "GET", "/v1/events", (("HTTP_ACCEPT", "text/csv"),), b""),
    ("GET as NDJSON", "GET", "/v1/events",
     (("HTTP_ACCEPT", "application/x-ndjson"),), b""),
    ("GET that waits", "GET", "/v1/events?wait=1&startAfter=9999999999999"
     "&startAfterId=zzzzzzzzzzzzzzzzzzzzz", (), b""),
    ("POST", "POST", "/v1/events", (), BODY),
    ("POST of many", "POST", "/v1/events", (), b"[" + BODY + b"," + BODY +
     b"]"),
    ("POST not plain", "POST", "/v1/events", (),
     b'{"queue":{"name":"\\u00fc","id":"q"},"type":"queue_added"}'),
    ("healthz", "GET", "/healthz", (), b""),
    ("readyz", "GET", "/readyz", (), b""),
]


def plan_all(bench, served):
    wrong = []
    for name, words, stdin in ONE_BY_ONE:
        wrong += bench.plan(name, bench.command, words, stdin)
    for name, more in (("GET in CGI", ()),
                       ("POST in CGI", ("--data", bench.program.write(
                           "body", BODY), "--header",
                           "Content-Type: application/json"))):
        words = ("request", "POST" if more else "GET", "/v1/events",
                 "--key-file", bench.key_file, *more)
        wrong += bench.plan(name, bench.request, words, b"")
    for name, *arguments in SERVED:
        wrong += bench.plan(name, served.request, *arguments)
    return wrong


def main():
    tap = Tap()
    sys.modules["program"].TIMEOUT_SECONDS = PATIENCE_SECONDS
    with Faults() as program:
        bench = Bench(program)
        with Served(bench) as served:
            wrong = plan_all(bench, served)
            tap.result("all of it works while nothing fails", wrong)
            chosen = bench.points
            if POINTS:
                chosen = random.Random(SEED).sample(
                    chosen, min(POINTS, len(chosen)))
            found = []
            for name, run, arguments, nth in chosen:
                try:
                    faults = run(*arguments, nth)
                except subprocess.TimeoutExpired as fault:
                    faults = [str(fault)]
                found += [f"{name}, allocation {nth}: {fault}"
                          for fault in faults]
        tap.result("any allocation may fail once", found)
        check = program.run("check")
        tap.expect("the store is whole", check.returncode == DONE,
                   check.stderr)
    tap.expect("allocations failed", bench.failed > len(chosen) // 2)
    print(f"# | memory | {bench.failed} failed allocations of "
          f"{len(bench.points)} places, {len(found)} wrong | SEED={SEED} |")
    return tap.end()


if __name__ == "__main__":
    raise SystemExit(main())
