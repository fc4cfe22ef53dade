#!/usr/bin/env python3
"""test_operator.py - health is for the operator's side alone.

Each snippet is run as if this machine were not the operator's, and asked for
the health routes in every spelling that might slip past it.
"""
import sys

sys.dont_write_bytecode = True

import doors
import fixture
import tap

# Of the snippets: who the operator is, and an address that nobody has.
OPERATORS = (("allow 127.0.0.0/8;", "allow 192.0.2.1;"),
             ('"127.0.0.0/8"', '"192.0.2.1"'),
             ("Require local", "Require ip 192.0.2.1"))
SPELLINGS = ("/{}", "/{}/", "//{}", "/{}//", "/{}?x=1", "/./{}", "/x/../{}",
             "/%2e/{}", "/{}%2f", "/%2f{}", "/v1/{}", "/{};x", "/{}/.",
             "/{}%00", "/%68ealthz", "/v1/../{}", "///{}///")
SERVERS = ("nginx", "lighttpd", "lighttpd-spawned", "apache-fcgid",
           "apache-proxy")


def foreign(door_type):
    """A door that takes this machine for a stranger's."""
    class ForeignDoor(door_type):
        def write(self, name, text):
            for old, new in OPERATORS:
                text = text.replace(old, new)
            return super().write(name, text)
    return ForeignDoor


def health_is_refused_to_strangers(results):
    targets = [spelling.format(route) for spelling in SPELLINGS
               for route in ("healthz", "readyz", "metrics")]
    for name in SERVERS:
        door_type = doors.DOORS[name]
        if door_type.missing():
            results.skip(name, f"{door_type.missing()} is not installed")
            continue
        with foreign(door_type)(STORE) as door:
            statuses = {target: door.ask("GET", target, []).status
                        for target in targets}
        results.expect(f"{name}: a stranger is refused /healthz",
                       statuses["/healthz"] == 403, str(statuses))
        results.result(f"{name}: no spelling gets a stranger in",
                       [f"{target} is {status}"
                        for target, status in statuses.items()
                        if status not in (400, 403, 404)])


def health_is_open_to_the_operator(results):
    for name in SERVERS:
        door_type = doors.DOORS[name]
        if door_type.missing():
            results.skip(name, f"{door_type.missing()} is not installed")
            continue
        with door_type(STORE) as door:
            results.expect(f"{name}: the operator may ask /healthz",
                           door.ask("GET", "/healthz", []).status == 200)


with fixture.Fixture() as STORE:
    tap.run([health_is_refused_to_strangers, health_is_open_to_the_operator])
