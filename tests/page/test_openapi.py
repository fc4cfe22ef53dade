#!/usr/bin/env python3
"""test_openapi.py - doc/openapi.yaml says what is true of the API.

Each request of tests/cases and its answer are held against it, and some more
that have no place there.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "servers"))

import cases
import client
import fixture
import modules
import recorders
import tap
from web_servers import NginxDoor

DESCRIPTION = os.path.join(fixture.TOP, "doc", "openapi.yaml")
# Answers that take a fault or a race, which other tests bring about.
UNSEEN = re.compile(r" (500|409|202)$|^(GET|HEAD|OPTIONS) \S+ 503$")


class ListeningDoor(NginxDoor):
    """nginx, with a list of all that was asked and answered."""

    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.exchanges = []

    def ask(self, method, target, headers, body=b""):
        answer = super().ask(method, target, headers, body)
        # nginx answers these by itself.
        if target != "/" and not (answer.field("Content-Type") or ""
                                  ).startswith("text/html"):
            self.exchanges.append({
                "method": method, "target": target, "headers": headers,
                "body": text(body), "answer": {
                    "status": answer.status, "fields": answer.fields,
                    "body": text(answer.body)}})
        return answer


def text(body):
    """Bytes of a wrong body, too, as nothing looks at them."""
    return body.decode(errors="replace")


def ask_cases(door):
    runner = cases.Runner(STORE, door)
    for case in CASES:
        if runner.can_ask(case):
            door.ask(*runner.request(case))


def ask_stream(door):
    """Of an answer without an end, what comes first."""
    key = STORE.keys["acme"]
    with client.Stream(door.port, key) as stream:
        place = stream.next()
        door.exchanges.append({
            "method": "GET", "target": "/v1/events", "headers": [
                ("X-API-KEY", key), ("Accept", "text/event-stream"),
                ("Last-Event-ID", place["id"])], "body": "", "answer": {
                    "status": stream.response.status,
                    "fields": stream.response.getheaders(),
                    "body": str(place)}})


def ask_more(door, recorder):
    """What the cases do not."""
    key = [("X-API-KEY", STORE.keys["writer"])]
    rated = [("X-API-KEY", STORE.keys["rated"])]
    body = b'{"type":"queue_added"}'
    kind = ("Content-Type", "application/json")
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        for name in ("unpaid", "locked", "idle", "nobody"):
            fields = [("X-API-KEY", STORE.keys.get(name, "none"))]
            door.ask(method, "/v1/events", [*fields, kind], body)
        for query, more in (("?limit=ten", []), ("?limit=0", []),
                            ("?" + "a" * 9000, []), ("?limit=1", []),
                            ("", [("Accept", "image/png")])):
            door.ask(method, "/v1/events" + query, [*key, kind, *more],
                     b"5" if "limit=0" in query else body)
        door.ask(method, "/events", [*key, kind], b"!")
        if method != "OPTIONS":
            for _ in range(3):
                door.ask(method, "/v1/events", [*rated, kind], body)
    for kind_wanted in ("text/event-stream", "text/csv",
                        "application/x-ndjson", "application/json"):
        door.ask("HEAD", "/v1/events", [*key, ("Accept", kind_wanted)])
    for path in ROUTES:
        for method in ("GET", "HEAD", "OPTIONS"):
            door.ask(method, path, [])
            door.ask(method, path, [("Accept", "image/png")])
    recorder.stop()
    door.ask("POST", "/v1/events", [*key, kind], body)


def node_lines(script, *arguments):
    done = subprocess.run(
        modules.command(script, *arguments), stdout=subprocess.PIPE,
        check=True, encoding="utf-8", env=modules.environment())
    return [json.loads(line) for line in done.stdout.splitlines()]


def the_description_is_well_made(results):
    results.result("the linter finds nothing", node_lines(
        "lint.mjs", DESCRIPTION))
    bad = STORE.path("bad.yaml")
    with open(DESCRIPTION, encoding="utf-8") as file:
        description = file.read()
    with open(bad, "w", encoding="utf-8") as file:
        file.write(description.replace("#/components/schemas/EventType",
                                       "#/components/schemas/NoSuchType")
                   .replace("in: query", "in: nowhere", 1))
    results.expect("it would find something",
                   len(node_lines("lint.mjs", bad)) >= 2)


def every_exchange_is_as_described(results):
    recorder = recorders.Recorder(STORE)
    with ListeningDoor(STORE) as door:
        ask_cases(door)
        ask_stream(door)
        ask_more(door, recorder)
    *faults, counts = exchange_faults(DESCRIPTION, door.exchanges)
    results.result(f"{len(door.exchanges)} exchanges are as described",
                   faults)
    unseen = [what for what in counts["described"]
              if what not in counts["seen"] and not UNSEEN.search(what)
              and what.split()[1] in ("/events", *ROUTES)]
    results.result("whatever is described was answered", unseen)
    mistakes_are_noticed(results, door.exchanges)


def mistakes_are_noticed(results, exchanges):
    """All of them in one description, each by a fault of its own."""
    with open(DESCRIPTION, encoding="utf-8") as file:
        description = file.read()
    absent = [old for _, old, _, _ in WRONG if old not in description]
    for _, old, new, _ in WRONG:
        description = description.replace(old, new)
    path = STORE.path("wrong.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(description)
    *faults, _ = exchange_faults(path, exchanges)
    results.result("what is to be mistaken is there", absent)
    for name, _, _, fault in WRONG:
        results.expect(f"it is noticed when {name}",
                       any(fault in one for one in faults), str(faults[:9]))


def exchange_faults(description, exchanges):
    path = STORE.path("exchanges")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(exchange) + "\n" for exchange in exchanges)
    return node_lines("exchanges.mjs", description, path)


WRONG = (
    ("a member of events is not described", "        queue: {", "        q: {",
     "must NOT have"),
    ("a header is not described", "          Link: {", "          Lonk: {",
     "Link is not described"),
    ("a status is not described", '        "422": {', '        "421": {',
     "422: this status is not described"),
    ("a parameter is narrower", "minimum: 1, default: 100",
     "minimum: 3, default: 100", "must be >= 3"),
)
CASES = cases.read_cases()
with open(os.path.join(fixture.TOP, "src", "api", "route.c"),
          encoding="utf-8") as source:
    ROUTES = sorted(set(re.findall(r'^\t\{ "(/\w+)", false', source.read(),
                                   flags=re.MULTILINE)))


def main():
    reason = modules.missing("nginx")
    if reason:
        results = tap.Tap()
        results.skip("the description", reason)
        sys.exit(results.end())
    STORE.add_key("rated", "acme", "--rate", "2", "--scope", "events:write")
    tap.run([the_description_is_well_made, every_exchange_is_as_described])


with fixture.case_fixture() as STORE:
    main()
