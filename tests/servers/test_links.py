#!/usr/bin/env python3
"""test_links.py - the documented request, and what links begin with."""
import sys

sys.dont_write_bytecode = True

import json
import os
import subprocess

import client
import doors
import fixture
import tap

BASE_URL = "https://api.discue.io"
CURL_SECONDS_MAX = 30


def key_field(label="acme"):
    return [("X-API-KEY", STORE.keys[label])]


def self_of(response):
    return json.loads(response.body)["_links"]["self"]["href"]


def the_documented_request_is_answered(results):
    path = STORE.path("key-field")
    with open(path, "w", encoding="ascii",
              opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write("X-API-KEY: " + STORE.keys["acme"] + "\n")
    with doors.NginxDoor(STORE, APITRAIL_BASE_URL=BASE_URL) as door:
        done = subprocess.run(
            ["curl", "-sS", "-X", "GET", door.origin + "/v1/events",
             "-H", "Accept: application/json", "-H", "@" + path],
            stdout=subprocess.PIPE, check=True, timeout=CURL_SECONDS_MAX)
    answer = json.loads(done.stdout)
    results.expect("the documented request gets the documented members",
                   sorted(answer) == ["_links", "events"], str(answer))
    results.expect(f"self is exactly {BASE_URL}/events",
                   answer["_links"]["self"]["href"] == BASE_URL + "/events",
                   str(answer["_links"]))
    results.expect("every event has id, type, stored_at and client",
                   len(answer["events"]) > 0 and
                   all({"id", "type", "stored_at", "client"} <= set(event)
                       for event in answer["events"]))


def a_base_url_holds_behind_every_door(results):
    for name, door_type in doors.DOORS.items():
        if door_type.missing():
            results.skip(name, f"{door_type.missing()} is not installed")
            continue
        with door_type(STORE, APITRAIL_BASE_URL=BASE_URL) as door:
            response = door.ask("GET", "/events?limit=1", key_field())
        links = json.loads(response.body)["_links"]
        results.expect(
            f"{name}: the links begin with APITRAIL_BASE_URL",
            links["self"]["href"] == BASE_URL + "/events?limit=1" and
            links["next"]["href"].startswith(BASE_URL + "/events?limit=1&"),
            str(links))


def a_prefix_is_taken_off_and_put_on(results):
    with doors.NginxDoor(STORE, APITRAIL_PREFIX="/api") as door:
        response = door.ask("GET", "/api/v1/events?limit=1", key_field())
        outside = door.ask("GET", "/v1/events?limit=1", key_field())
    results.expect("links have the prefix that the request had",
                   self_of(response)
                   == door.origin + "/api/v1/events?limit=1",
                   str(response.body))
    results.expect("without the prefix there is no route",
                   outside.status == 404, str(outside.status))


def a_kept_connection_carries_bodies(results):
    body = b"x" * (1 << 20)
    for name in ("nginx", "lighttpd", "lighttpd-spawned", "apache-proxy",
                 "apache-fcgid"):
        door_type = doors.DOORS[name]
        if door_type.missing():
            results.skip(name, f"{door_type.missing()} is not installed")
            continue
        statuses = []
        with door_type(STORE) as door, \
                client.Connection(door.port) as connection:
            for sent in (body, b"", b"{}", b""):
                connection.send("GET", "/v1/events?limit=1", key_field(),
                                sent, keep=True)
                statuses.append(connection.receive().status)
        results.expect(
            f"{name}: a body sent with GET is ignored on a kept connection",
            statuses == [200, 200, 200, 200], str(statuses))


with fixture.case_fixture() as STORE:
    tap.run([the_documented_request_is_answered,
             a_base_url_holds_behind_every_door,
             a_prefix_is_taken_off_and_put_on,
             a_kept_connection_carries_bodies])
